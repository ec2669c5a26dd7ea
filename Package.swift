// swift-tools-version: 6.1
import PackageDescription

// A target exists because it quarantines one outside dependency, or because it is pure and two
// others import it. Docs/Architecture.md says what each may know; this manifest enforces it. A target
// lists every other it imports: an incremental build else leaves it as it was when they change.

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "simcurate",
  products: [
    .executable(name: "simcurate", targets: ["simcurate"]),
    .library(
      name: "SimcurateKit",
      targets: [
        "Files", "Corpus", "Transformer", "Training", "Neighbors", "Curation", "Study", "Reporting",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "Files"),
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CCrypto"),
    .target(
      name: "CFaiss",
      cxxSettings: [.define("FINTEGER", to: "int")],
      linkerSettings: [
        .linkedLibrary("faiss"), .linkedLibrary("openblas"), .linkedLibrary("gomp"),
        .linkedLibrary("m"),
      ]),
    .target(name: "CKernels"),
    .target(name: "Kernels", dependencies: ["COpenBLAS", "COneDNN", "CKernels"]),
    .target(name: "Corpus", dependencies: ["CZlib", "CCrypto", "Files"]),
    .target(name: "Transformer", dependencies: ["Kernels", "Corpus", "Files"]),
    .target(name: "Training", dependencies: ["Corpus", "Files", "Kernels", "Transformer"]),
    .target(name: "Neighbors", dependencies: ["CFaiss", "Files", "Kernels"]),
    .target(
      name: "Store",
      dependencies: ["Corpus", "Files", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "Curation",
      dependencies: ["Corpus", "Files", "Kernels", "Store", "Neighbors", "Transformer"]),
    .target(
      name: "Study",
      dependencies: [
        "Corpus", "Curation", "Files", "Kernels", "Neighbors", "Store", "Training", "Transformer",
      ]),
    .target(
      name: "Reporting",
      dependencies: [
        "Corpus", "Curation", "Files", "Neighbors", "Store", "Study", "Training",
        .product(name: "Mustache", package: "swift-mustache"),
      ]),
    .target(name: "Recipes", dependencies: ["Files", .product(name: "Yams", package: "Yams")]),
    .executableTarget(
      name: "simcurate",
      dependencies: [
        "Corpus", "Curation", "Files", "Kernels", "Neighbors", "Recipes", "Reporting", "Store",
        "Study", "Training", "Transformer", argumentParser,
      ]),
    .executableTarget(
      name: "simbench",
      dependencies: [
        "Corpus", "Curation", "Kernels", "Neighbors", "Study", "Training", "Transformer",
        argumentParser,
      ]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(
      name: "TransformerTests", dependencies: ["Files", "Kernels", "Transformer"],
      resources: [.copy("Golden")]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Corpus", "Files", "Kernels", "Training", "Transformer"],
      resources: [.copy("Golden")]),
    .testTarget(name: "FilesTests", dependencies: ["Files"]),
    .testTarget(name: "CorpusTests", dependencies: ["Corpus", "CZlib", "Files"]),
    .testTarget(
      name: "StoreTests", dependencies: ["Corpus", "Files", "Store"]),
    .testTarget(name: "NeighborsTests", dependencies: ["Files", "Kernels", "Neighbors"]),
    .testTarget(
      name: "CurationTests", dependencies: ["Corpus", "Curation", "Kernels", "Neighbors"]),
    .testTarget(
      name: "StudyTests", dependencies: ["Curation", "Files", "Neighbors", "Study"],
      resources: [.copy("Golden")]),
    .testTarget(
      name: "ReportingTests", dependencies: ["Curation", "Reporting", "Study"],
      resources: [.copy("Golden")]),
    .testTarget(name: "RecipesTests", dependencies: ["Files", "Recipes"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Curation", "Files", "simcurate", "Store", "Study", "Training", "Transformer",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
  ],
  cxxLanguageStandard: .cxx17
)
