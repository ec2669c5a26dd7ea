import Files
import Foundation
import GRDB

/// `catalog.sqlite`: the records of an index and all that was decided about them.
///
/// **Journal.** The catalog uses SQLite's rollback journal, not a write-ahead log: there is one
/// writer at a time, a finished catalog is a single file that can be copied, and it opens from a
/// read-only folder (a write-ahead log needs its shared-memory file written even to read).
/// `synchronous = FULL` and one transaction per ``update(_:)`` make a crash, kill -9 or power cut
/// leave the state before or after the whole step.
///
/// Safe to share between threads; calls take turns.
package final class Catalog: Sendable {
  /// Where the catalog lies.
  package let url: URL
  let queue: DatabaseQueue

  private init(url: URL, readOnly: Bool) throws {
    self.url = url
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(2)
    configuration.prepareDatabase { database in
      try database.execute(
        sql: "PRAGMA cache_size = -131072; PRAGMA temp_store = FILE; PRAGMA trusted_schema = OFF")
      if !readOnly { try database.execute(sql: "PRAGMA synchronous = FULL") }
    }
    queue = try DatabaseQueue(path: url.path, configuration: configuration)
  }

  /// A new catalog with empty tables.
  ///
  /// - Throws: `FileError` if there is a file already, or none can be written.
  package static func create(at url: URL) throws -> Catalog {
    guard !FileManager.default.fileExists(atPath: url.path) else {
      throw FileError(
        place: url.relativePath, expected: "no catalog yet", found: "a file",
        advice: "choose another folder, or delete this one")
    }
    return try mapping(url) {
      let catalog = try Catalog(url: url, readOnly: false)
      try catalog.queue.write(Schema.create)
      return catalog
    }
  }

  /// The catalog at `url`.
  ///
  /// - Throws: `FileError` for a missing, foreign, truncated or unwritable file, or one of another
  ///   schema.
  package static func open(at url: URL, readOnly: Bool = false) throws -> Catalog {
    try CatalogFile.check(url)
    if readOnly { rollBackHotJournal(url) }
    return try mapping(url) {
      let catalog = try Catalog(url: url, readOnly: readOnly)
      try catalog.checkIdentity()
      return catalog
    }
  }

  /// A step that was killed leaves a journal from which the catalog must be restored before anyone
  /// reads it, and only a connection that may write can do that. Where it may not, the reader's own
  /// error tells.
  private static func rollBackHotJournal(_ url: URL) {
    guard FileManager.default.fileExists(atPath: url.path + "-journal") else { return }
    let writable = try? Catalog(url: url, readOnly: false)
    _ = try? writable?.queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    try? writable?.queue.close()
  }

  private func checkIdentity() throws {
    let (application, version) = try queue.read { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      )
    }
    guard application == Schema.applicationID else {
      throw FileError(
        place: url.relativePath, expected: "a simcurate catalog", found: "another SQLite database")
    }
    guard version == Schema.version else {
      throw FileError(
        place: url.relativePath, expected: "schema version \(Schema.version)",
        found: "version \(version)",
        advice: version > Schema.version
          ? "a newer simcurate wrote it; update this one"
          : "an early simcurate wrote it; build the index again")
    }
  }

  /// Runs `body` in one transaction: all of its changes are kept, or none if it throws.
  ///
  /// `body` reads through its editor; calling the catalog's own methods inside is a caller's bug.
  package func update<Result>(_ body: (CatalogEditor) throws -> Result) throws -> Result {
    try Self.mapping(url) { try queue.write { try body(CatalogEditor(database: $0)) } }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.mapping(url) { try queue.read(body) }
  }

  private static func mapping<Result>(_ url: URL, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw FileError(error, place: url.relativePath)
    } catch let error as RowDecodingError {
      throw FileError(
        place: url.relativePath, expected: "values of the columns' types", found: "\(error)",
        advice: "the file is damaged; build the index again")
    }
  }

  /// Makes SQLite report a full disk beyond so many pages of 4 KiB. For tests.
  package func limitSize(pages: Int) throws { try pragma("max_page_count", pages) }

  /// Lets SQLite hold so many pages before it writes. For tests.
  package func limitCache(pages: Int) throws { try pragma("cache_size", pages) }

  /// Calls `body` with each statement that is executed from now on. For tests.
  package func trace(_ body: @escaping @Sendable (String) -> Void) {
    queue.writeWithoutTransaction { $0.trace { body($0.description) } }
  }

  private func pragma(_ name: String, _ value: Int) throws {
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(name) = \(value)") }
  }

  /// Closes the file; also done when the last reference goes.
  package func close() throws { try Self.mapping(url) { try queue.close() } }
}

/// What can be said of a catalog file before SQLite opens it.
enum CatalogFile {
  /// - Throws: `FileError` if the file is missing, no SQLite database, or shorter than its
  ///   header says.
  static func check(_ url: URL) throws {
    let place = url.relativePath
    let file = FileHandle(fileDescriptor: try open(url), closeOnDealloc: true)
    let header = (try? file.read(upToCount: 100)).flatMap { $0 }.map(Array.init) ?? []
    guard header.starts(with: "SQLite format 3\0".utf8) else {
      throw FileError(
        place: place, expected: "a SQLite database", found: "another file",
        advice: "build the index again")
    }
    guard header.count == 100 else { throw truncated(place) }
    let pageSize = Int(header[16]) << 8 | Int(header[17])
    let pageCount = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
    let size = Int((try? file.seekToEnd()) ?? 0)
    // A journal beside the file means SQLite will restore the file first, its size too.
    let hasJournal = FileManager.default.fileExists(atPath: url.path + "-journal")
    if !hasJournal, size < (pageSize == 1 ? 65536 : pageSize) * pageCount { throw truncated(place) }
  }

  /// Also looks at what SQLite opens beside the file.
  private static func open(_ url: URL) throws -> Int32 {
    do {
      for ending in ["-journal", "-wal", "-shm"] {
        let companion = URL(fileURLWithPath: url.path + ending)
        if FileManager.default.fileExists(atPath: companion.path) {
          try RegularFile.check(companion)
        }
      }
      return try RegularFile.open(url)
    } catch let error as FileError {
      if FileManager.default.fileExists(atPath: url.path) { throw error }
      throw FileError(
        place: url.relativePath, expected: "a readable catalog", found: "no file",
        advice: "build the index first: simcurate index CORPUS")
    }
  }

  private static func truncated(_ place: String) -> FileError {
    FileError(
      place: place, expected: "a whole SQLite database", found: "a truncated file",
      advice: "build the index again")
  }
}
