import Files
import Foundation
import Store
import Testing

@Suite struct ManifestTests {
  private let model = Manifest.Model(
    name: "tiny", hash: "abc", pooling: "mean", precision: "f32", maximumTokens: 128)

  private func written(_ folder: IndexFolder) throws -> Manifest {
    try Data([1, 2, 3]).write(to: folder.vectors)
    try Data([4]).write(to: folder.index)
    let manifest = Manifest(
      toolVersion: "0.1.0", createdAt: Date(timeIntervalSince1970: 1e9), model: model,
      dimension: 8, recordCount: 2, corpusHash: "cd", vectors: try .init(folder.vectors),
      index: try .init(folder.index))
    try manifest.write(to: folder)
    return manifest
  }

  @Test func roundTrips() throws {
    let temporary = try TemporaryFolder()
    let folder = IndexFolder(temporary.url)
    let manifest = try written(folder)
    #expect(try Manifest.load(from: folder) == manifest)
    try manifest.checkFiles(in: folder, hashes: true)
    try manifest.checkModel(model, in: folder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.url.path).count == 3)
  }

  @Test func refusesChangedFiles() throws {
    let temporary = try TemporaryFolder()
    let folder = IndexFolder(temporary.url)
    let manifest = try written(folder)
    try Data([1, 2, 4]).write(to: folder.vectors)
    try manifest.checkFiles(in: folder)
    #expect(throws: FileError.self) { try manifest.checkFiles(in: folder, hashes: true) }
    try Data([1, 2]).write(to: folder.vectors)
    #expect(throws: FileError.self) { try manifest.checkFiles(in: folder) }
    try FileManager.default.removeItem(at: folder.vectors)
    #expect(throws: FileError.self) { try manifest.checkFiles(in: folder) }
  }

  @Test func refusesAnotherModel() throws {
    let temporary = try TemporaryFolder()
    let folder = IndexFolder(temporary.url)
    var other = model
    other.pooling = "cls"
    let error = #expect(throws: FileError.self) {
      try written(folder).checkModel(other, in: folder)
    }
    #expect(error?.expected.contains("cls") == true)
  }

  @Test(arguments: [
    ("\"format\" : 1", "\"format\" : 2"), ("\"dimension\" : 8", "\"dimension\" : 0"),
    ("\"dimension\" : 8", "\"dimension\" : \"8\""), ("\"corpusHash\"", "\"other\""), ("{", "["),
    ("2001", "never"), ("\"recordCount\" : 2", "\"recordCount\" : 1e99"),
  ])
  func refusesMalformed(_ from: String, _ to: String) throws {
    let temporary = try TemporaryFolder()
    let folder = IndexFolder(temporary.url)
    _ = try written(folder)
    let text = String(decoding: try Data(contentsOf: folder.manifest), as: UTF8.self)
    #expect(text.contains(from))
    let changed = text.replacingOccurrences(of: from, with: to)
    try Data(changed.utf8).write(to: folder.manifest)
    #expect(throws: FileError.self) { try Manifest.load(from: folder) }
  }

  @Test func staysInsideItsFolder() throws {
    let temporary = try TemporaryFolder()
    let folder = IndexFolder(temporary.url)
    var manifest = try written(folder)
    manifest.vectors.name = "../x"
    #expect(throws: FileError.self) { try manifest.checkFiles(in: folder) }
  }

  @Test func reportsMissing() throws {
    let temporary = try TemporaryFolder()
    let none = #expect(throws: FileError.self) {
      try Manifest.load(from: IndexFolder(temporary.url))
    }
    #expect(none?.found == "none in the folder")
    let gone = IndexFolder(temporary.url.appendingPathComponent("gone"))
    #expect(throws: FileError.self) { try Manifest.load(from: gone) }
  }
}
