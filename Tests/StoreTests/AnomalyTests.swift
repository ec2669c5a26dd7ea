import Corpus
import Files
import Foundation
import Store
import Testing

@Suite struct AnomalyTests {
  private func sample(_ folder: TemporaryFolder) throws -> Catalog {
    let catalog = try Catalog.create(at: folder.catalog)
    try Sample.fill(catalog)
    return catalog
  }

  @Test func refusesOtherFiles() throws {
    let folder = try TemporaryFolder()
    let url = folder.catalog
    func expected(_ bytes: [UInt8]) throws -> String? {
      try Data(bytes).write(to: url)
      return #expect(throws: FileError.self) { try Catalog.open(at: url) }?.expected
    }
    #expect(throws: FileError.self) { try Catalog.open(at: url) }
    #expect(try expected([]) == "a SQLite database")
    #expect(try expected(Array("{\"no\": \"database\"}".utf8)) == "a SQLite database")
    #expect(try expected(Array("SQLite format 3\0".utf8)) == "a whole SQLite database")
    try FileManager.default.removeItem(at: url)
    #expect(!FileManager.default.fileExists(atPath: url.path))
    _ = try sample(folder)
    #expect(throws: FileError.self) { try Catalog.create(at: url) }
  }

  @Test func refusesTruncation() throws {
    let folder = try TemporaryFolder()
    try sample(folder).close()
    let whole = try Data(contentsOf: folder.catalog)
    for length in [50, 99, 100, 4096, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: folder.catalog)
      let error = #expect(throws: FileError.self) { try Catalog.open(at: folder.catalog) }
      #expect(error?.expected == "a whole SQLite database", "\(length)")
    }
  }

  @Test func refusesNewerAndForeign() throws {
    let folder = try TemporaryFolder()
    try sample(folder).close()
    var bytes = Array(try Data(contentsOf: folder.catalog))
    bytes[63] = 9  // PRAGMA user_version, bytes 60 to 63 of the header.
    try Data(bytes).write(to: folder.catalog)
    let newer = #expect(throws: FileError.self) { try Catalog.open(at: folder.catalog) }
    #expect(newer?.found == "version 9" && newer?.advice?.contains("update this one") == true)
    bytes[63] = 2
    try Data(bytes).write(to: folder.catalog)
    let older = #expect(throws: FileError.self) { try Catalog.open(at: folder.catalog) }
    #expect(older?.advice?.contains("build the index again") == true)
    bytes[68] = 0  // PRAGMA application_id, bytes 68 to 71.
    try Data(bytes).write(to: folder.catalog)
    let foreign = #expect(throws: FileError.self) { try Catalog.open(at: folder.catalog) }
    #expect(foreign?.found == "another SQLite database")
  }

  @Test func survivesDamage() throws {
    let folder = try TemporaryFolder()
    try sample(folder).close()
    let whole = Array(try Data(contentsOf: folder.catalog))
    var state: UInt64 = 7
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      try Data(bytes).write(to: folder.catalog)
      do {
        let catalog = try Catalog.open(at: folder.catalog, readOnly: true)
        try catalog.forEachRecord { _ in }
        _ = try catalog.explanation(id: "r1")
        _ = (try catalog.clusters(kind: .paraphrase), try catalog.runs(), try catalog.split())
        _ = (try catalog.predictions(run: "raw-1"), try catalog.steps(), try catalog.removals())
      } catch {
        #expect(error is FileError, "\(error)")
      }
    }
  }

  @Test func readOnlyRefusesChanges() throws {
    let folder = try TemporaryFolder()
    try sample(folder).close()
    let catalog = try Catalog.open(at: folder.catalog, readOnly: true)
    let error = #expect(throws: FileError.self) {
      try catalog.update { try $0.forget(step: "dedup") }
    }
    #expect(error?.expected == "a writable catalog")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
  }

  @Test func fullDiskKeepsTheOldState() throws {
    let folder = try TemporaryFolder()
    let catalog = try sample(folder)
    try catalog.limitSize(pages: 60)
    let error = #expect(throws: FileError.self) {
      try catalog.update { try $0.insert((10..<100_000).map { record($0) }) }
    }
    #expect(error?.found == "a full disk")
    try expectSample(catalog)
  }

  @Test func failedStepKeepsTheOldState() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let catalog = try sample(folder)
    #expect(throws: Stop.self) {
      try catalog.update { editor in
        try editor.replaceRemovals([])
        try editor.replaceSplit([])
        try editor.replaceClusters(kind: .paraphrase, [], members: [])
        throw Stop()
      }
    }
    try expectSample(catalog)
  }

  /// Copies of the folder taken in the middle of a transaction are what kill -9 would leave.
  @Test func killedStepLeavesTheOldState() throws {
    let folder = try TemporaryFolder()
    let catalog = try sample(folder)
    try catalog.limitCache(pages: 4)  // Makes SQLite write changed pages before the commit.
    let copies = try TemporaryFolder()
    var places: [URL] = []
    try catalog.update { editor in
      try editor.replaceRemovals([])
      try editor.deleteRun(id: "raw-1")
      for round in 0..<5 {
        try editor.insert((0..<2_000).map { record(10 + 2_000 * round + $0) })
        let copy = copies.url.appendingPathComponent("\(round)")
        try FileManager.default.copyItem(at: folder.url, to: copy)
        places.append(copy.appendingPathComponent("catalog.sqlite"))
      }
    }
    #expect(places.count == 5)
    for place in places {
      #expect(FileManager.default.fileExists(atPath: place.path + "-journal"))
      try expectSample(Catalog.open(at: place))
    }
    #expect(try catalog.recordCount() == 10_004)
    #expect(try catalog.removals().isEmpty)
  }
}
