import Foundation
import Testing

/// A fresh temporary folder in which the built command is run as a person would run it.
final class Sandbox {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("simcurate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The repository, for the corpus that is part of it.
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let corpus = repository.appendingPathComponent("corpora/customer-service.jsonl")

  /// The command, built beside the test bundle.
  static let binary: URL = {
    let places = CommandLine.arguments + Bundle.allBundles.map(\.bundlePath)
    for place in places where place.contains(".xctest") {
      var folder = URL(fileURLWithPath: place)
      while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
      let binary = folder.appendingPathComponent("simcurate")
      if FileManager.default.isExecutableFile(atPath: binary.path) { return binary }
    }
    preconditionFailure("no built command beside \(places)")
  }()

  func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }
  func data(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
  func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> URL { try write(name, Data(text.utf8)) }

  @discardableResult
  func write(_ name: String, _ data: Data) throws -> URL {
    let url = url(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return url
  }

  /// The small corpus of the repository, as `corpus.jsonl`.
  func writeCorpus() throws {
    try write("corpus.jsonl", Data(contentsOf: Self.corpus))
  }

  /// Corpus and model in place, indexed as `index`.
  func indexed() throws -> Sandbox {
    try writeCorpus()
    try TinyModel.write(to: url("model"))
    try run("index", "corpus.jsonl", "--out", "index").succeeded()
    return self
  }

  /// Indexed and deduplicated at a threshold at which the corpus loses some records.
  func deduplicated() throws -> Sandbox {
    let sandbox = try indexed()
    try run("dedup", "index", "--threshold", "0.8").succeeded()
    return sandbox
  }

  func rows(_ name: String) throws -> [[String: Any]] {
    try text(name).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
    }
  }

  /// Every file below `name` with its bytes.
  func snapshot(_ name: String) throws -> [String: Data] {
    let root = url(name)
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return try Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        let file = root.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
        return isFolder.boolValue ? nil : (name, try Data(contentsOf: file))
      })
  }
}
