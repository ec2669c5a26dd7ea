import Files
import Foundation
import Neighbors
import Store
import Synchronization
import Transformer

/// A complete index folder, opened: its manifest checked, its catalog and vectors at hand.
public final class OpenIndex: Sendable {
  package let folder: IndexFolder
  package let manifest: Manifest
  package let catalog: Catalog
  /// One unit row per record, memory-mapped.
  public let vectors: VectorFile
  private let knownPairs = Mutex<[RemovalStage: [ScoredPair]]>([:])
  private let lastTable = Mutex<(key: TableKey, table: RecordTable)?>(nil)

  /// - Throws: `FileError` if the folder holds no complete index, or its files
  ///   are not the ones its manifest describes.
  public init(at url: URL, readOnly: Bool = false) throws {
    folder = IndexFolder(url)
    manifest = try Manifest.load(from: folder)
    try manifest.checkFiles(in: folder)
    vectors = try VectorFile(contentsOf: folder.vectors)
    catalog = try Catalog.open(at: folder.catalog, readOnly: readOnly)
    let records = try catalog.recordCount()
    guard vectors.rows == records, vectors.dimension == manifest.dimension,
      records == manifest.recordCount
    else {
      throw FileError(
        place: folder.url.relativePath,
        expected: "\(manifest.recordCount) records and vectors of \(manifest.dimension) numbers",
        found: "\(records) records, \(vectors.rows) vectors of \(vectors.dimension)",
        advice: "build the index again")
    }
    try catalog.checkRecordRows()
  }

  /// The records and vectors of `original` with another catalog, which lies in `folder`.
  package init(_ original: OpenIndex, catalogIn folder: IndexFolder) throws {
    self.folder = folder
    manifest = original.manifest
    vectors = original.vectors
    catalog = try Catalog.open(at: folder.catalog)
  }

  /// What the columns of a table depend on beside the records, which never change.
  private struct TableKey: Equatable {
    var valueField: String?
    var protectField: String?
    var protectedIDs: Set<String>
    var decisions: [Decision]
  }

  /// All records in memory, with the field the options' keep rule ranks by, and the records they
  /// protect.
  public func records(for options: DedupOptions) throws -> RecordTable {
    try records(
      valueField: options.validate().field, protectField: options.protectField,
      protectedIDs: Set(options.protectedIDs))
  }

  /// All records in memory. The last table is kept, so that steps which follow one another read the
  /// catalog once.
  ///
  /// - Parameters:
  ///   - valueField: a field whose number a keep rule ranks by.
  ///   - protectField: a field that is true, or a number other than 0, in protected records.
  public func records(
    valueField: String? = nil, protectField: String? = nil, protectedIDs: Set<String> = []
  ) throws -> RecordTable {
    let key = TableKey(
      valueField: valueField, protectField: protectField, protectedIDs: protectedIDs,
      decisions: try catalog.decisions())
    return try lastTable.withLock { last in
      if let last, last.key == key { return last.table }
      // Two tables at once would be the most memory of all.
      last = nil
      let table = try RecordTable(
        catalog, valueField: valueField, protectField: protectField, protectedIDs: protectedIDs)
      last = (key, table)
      return table
    }
  }

  /// Of a stage so many pairs are kept in memory, 48 MiB.
  private static let mostKeptPairs = 1 << 22

  /// The pairs of `stage` that the catalog holds, by groups of equal texts, ascending.
  ///
  /// They are kept, so that the steps of a run read them once. More than fit are read whenever they are asked
  /// for and given up after it: memory is then worth more than the seconds.
  ///
  /// - Parameter texts: the groups of all records.
  /// - Throws: `FileError` for a pair of equal texts, or a pair of texts that is there twice.
  func pairs(of stage: RemovalStage, _ texts: HashGroups) throws -> [ScoredPair] {
    if let known = knownPairs.withLock({ $0[stage] }) { return known }
    let pairs = try texts.storedPairs(of: stage, in: catalog).sorted()
    if pairs.count <= Self.mostKeptPairs { knownPairs.withLock { $0[stage] = pairs } }
    return pairs
  }

  /// To be called after the pairs of the catalog were replaced.
  func forgetPairs() { knownPairs.withLock { $0 = [:] } }

  /// What the records were read from; nil in an index of an earlier version.
  func readFields() throws -> IndexOptions.Fields? {
    try catalog.step("index").flatMap { step in
      try? JSONDecoder().decode(IndexOptions.self, from: Data(step.options.utf8)).fields
    }
  }

  /// Names of the fields that the texts were read from, in the order given.
  public func textFields() throws -> [String] { try readFields()?.textNames ?? ["text"] }

  /// Checks that `embedder` is the one the index was built with; its prompt may be another if
  /// `anyPrompt`, as models have one for questions and one for what answers them.
  public func check(_ embedder: some Embedder, anyPrompt: Bool = false) throws {
    var model = Manifest.Model(embedder.identity)
    if anyPrompt { model.prompt = manifest.model.prompt }
    try manifest.checkModel(model, in: folder)
  }
}

extension Manifest.Model {
  /// The identity of an embedder, as a manifest records it.
  public init(_ identity: EmbedderIdentity) {
    self.init(
      name: identity.name, hash: identity.hash, pooling: identity.pooling,
      precision: identity.precision, maximumTokens: identity.maximumTokens, prompt: identity.prompt,
      longTexts: identity.longTexts == .truncate ? nil : identity.longTexts.rawValue)
  }
}
