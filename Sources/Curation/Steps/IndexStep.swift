import Corpus
import Foundation
import Neighbors
import Store
import Transformer

/// A corpus file and the part of a given split it holds.
public struct CorpusFile: Sendable {
  public var url: URL
  public var split: GivenSplit?

  public init(_ url: URL, split: GivenSplit? = nil) {
    self.url = url
    self.split = split
  }
}

/// What the step `index` did.
public struct IndexSummary: Codable, Sendable {
  public var index: String
  public var records: Int
  public var distinctTexts: Int
  /// Texts the model was run on; the others had their vectors from before.
  public var embedded: Int
  public var labeled: Int
  public var dimension: Int
  public var model: String
  public var precision: String
  public var skippedLines: Int
  /// Texts embedded now that were longer than the model's limit, and so cut or embedded in chunks.
  public var longTexts: Int
  public var seconds: Double
  /// Whether the folder already held exactly this.
  public var nothingToDo: Bool
}

/// Reads a corpus, embeds its texts and writes an index folder.
///
/// Everything is built in `NAME.partial` beside the index and changes places with it at the end, in
/// one step of the file system: whatever happens, the folder is as before or complete. A text is
/// embedded once per model: vectors come from the old index or the journal of an interrupted run
/// where either has them.
public struct IndexStep {
  private static let chunk = 8192
  /// What an index folder has at least, and all that simcurate writes into one: a folder with
  /// anything else in it is not ours to replace.
  private static let leastNames: Set = ["manifest.json", "catalog.sqlite"]
  private static let ownNames = leastNames.union([
    "catalog.sqlite-journal", "catalog.sqlite-wal", "catalog.sqlite-shm", "vectors.npy",
    "index.faiss", "runs", "comparison.json", "report.html", "report.md", "report.json",
  ])

  private let folder: IndexFolder
  private let staging: IndexFolder
  private let account: StepAccount
  private let monitor: StepMonitor

  public init(folder: URL, account: StepAccount, monitor: StepMonitor) {
    let path = folder.standardizedFileURL.path
    self.folder = IndexFolder(URL(fileURLWithPath: path))
    staging = IndexFolder(URL(fileURLWithPath: path + ".partial"))
    self.account = account
    self.monitor = monitor
  }

  /// - Throws: ``CorpusError``, ``StoreError``, ``NeighborsError``, ``CurationError`` or the
  ///   embedder's error; the index is then as before.
  public func run(
    _ files: [CorpusFile], reading: ReadingOptions, embedder: some Embedder
  ) throws -> IndexSummary {
    try prepareFolders()
    let journal = try EmbeddingJournal(
      at: staging.url.appendingPathComponent("vectors.journal"),
      identity: StepAccount.json(Manifest.Model(embedder.identity)), dimension: embedder.dimension)
    let (catalog, corpusHash, skipped): (Catalog, String, Int)
    do {
      (catalog, corpusHash, skipped) = try readCorpus(files, reading)
    } catch {
      // A corpus that cannot be read leaves nothing behind, unless there are vectors to go on from.
      if journal.offsets.isEmpty { try? FileManager.default.removeItem(at: staging.url) }
      throw error
    }
    if let summary = try existing(corpusHash, embedder, skipped: skipped) {
      try catalog.close()
      try? FileManager.default.removeItem(at: staging.url)
      return summary
    }
    let texts = try DistinctTexts(catalog)
    let old = oldVectors(embedder)
    let embedded = try embedMissing(texts, journal, old, embedder)
    try writeVectors(texts, journal, old, dimension: embedder.dimension)
    try writeIndex()
    let summary = try finish(
      catalog, embedder, corpusHash, embedded: embedded, texts: texts, skipped: skipped)
    return summary
  }

  private func prepareFolders() throws {
    let files = FileManager.default
    let content = (try? files.contentsOfDirectory(atPath: folder.url.path)) ?? []
    let others = Set(content).subtracting(Self.ownNames).sorted()
    // A manifest.json alone says little: many programs call a file so.
    guard others.isEmpty, content.isEmpty || Set(content).isSuperset(of: Self.leastNames) else {
      throw CurationError(
        place: folder.url.relativePath, expected: "an index folder, an empty one or none",
        found: others.first.map { "a folder with another file, '\($0)'" } ?? "no whole index",
        advice: "choose another --out, or move what is in the folder; "
          + "an index is replaced as a whole")
    }
    do {
      try files.createDirectory(at: staging.url, withIntermediateDirectories: true)
    } catch {
      throw CurationError(
        place: staging.url.relativePath, expected: "a folder that can be written",
        found: error.localizedDescription, advice: "choose another --out")
    }
  }

  // MARK: Records

  private func readCorpus(_ files: [CorpusFile], _ reading: ReadingOptions) throws
    -> (Catalog, corpusHash: String, skipped: Int)
  {
    for name in ["catalog.sqlite", "catalog.sqlite-journal"] {
      try? FileManager.default.removeItem(at: staging.url.appendingPathComponent(name))
    }
    let catalog = try Catalog.create(at: staging.catalog)
    var hasher = SHA256Hasher()
    var row = 0
    var skipped = 0
    try catalog.update { editor in
      for file in files {
        let summary = try CorpusReader(options: reading).read(file.url, split: file.split) {
          record in
          try editor.insert(StoredRecord(row: row, record: record))
          for part in [
            record.id, record.text, record.label ?? "", record.split?.rawValue ?? "",
            record.fields ?? "",
          ] {
            hasher.update("\(part.utf8.count):")
            hasher.update(part)
          }
          row += 1
          if row % 1000 == 0 {
            monitor.progress(
              StepProgress(phase: "reading", completed: row, total: nil, unit: "records"))
            try monitor.checkpoint()
          }
        }
        skipped += summary.skippedCount
        for error in summary.skipped { monitor.remark("skipped: \(error)") }
      }
    }
    return (catalog, SHA256Hasher.hexadecimal(hasher.finish()), skipped)
  }

  /// The summary of the index that is already there, if it is the one asked for.
  private func existing(_ corpusHash: String, _ embedder: some Embedder, skipped: Int) throws
    -> IndexSummary?
  {
    guard let open = try? OpenIndex(at: folder.url, readOnly: true),
      open.manifest.corpusHash == corpusHash,
      open.manifest.model == Manifest.Model(embedder.identity)
    else { return nil }
    let texts = try DistinctTexts(open.catalog)
    return summary(
      embedder, records: open.manifest.recordCount, texts: texts, embedded: 0, skipped: skipped,
      labeled: try labeledCount(open.catalog), nothingToDo: true)
  }

  // MARK: Vectors

  private func oldVectors(_ embedder: some Embedder) -> KnownVectors? {
    guard let open = try? OpenIndex(at: folder.url, readOnly: true),
      open.manifest.model == Manifest.Model(embedder.identity)
    else { return nil }
    return try? KnownVectors(open)
  }

  private func embedMissing(
    _ texts: DistinctTexts, _ journal: EmbeddingJournal, _ old: KnownVectors?,
    _ embedder: some Embedder
  ) throws -> Int {
    let missing = texts.hashes.indices.filter {
      journal.offsets[texts.hashes[$0]] == nil && old?.rows[texts.hashes[$0]] == nil
    }
    if missing.count < texts.hashes.count, !missing.isEmpty {
      monitor.remark("\(texts.hashes.count - missing.count) texts were embedded before")
    }
    let rows = UnsafeMutablePointer<Float>.allocate(
      capacity: Self.chunk * embedder.dimension)
    defer { rows.deallocate() }
    for start in stride(from: 0, to: missing.count, by: Self.chunk) {
      try monitor.checkpoint()
      let chunk = missing[start..<min(start + Self.chunk, missing.count)]
      let monitor = monitor
      try embedder.embed(chunk.map { texts.texts[$0] }, into: rows) { done in
        monitor.progress(
          StepProgress(
            phase: "embedding", completed: start + done, total: missing.count, unit: "texts"))
      }
      try journal.append(chunk.map { texts.hashes[$0] }, rows)
    }
    return missing.count
  }

  private func writeVectors(
    _ texts: DistinctTexts, _ journal: EmbeddingJournal, _ old: KnownVectors?, dimension: Int
  ) throws {
    let writer = try VectorFileWriter(to: staging.vectors, dimension: dimension)
    let row = UnsafeMutablePointer<Float>.allocate(capacity: dimension)
    defer { row.deallocate() }
    for hash in texts.hashOfRow {
      if let known = old?.rows[hash] {
        try writer.append(old!.vectors[known], count: 1)
      } else if try journal.copy(hash, to: row) {
        try writer.append(row, count: 1)
      } else {
        preconditionFailure("every text was embedded or known")
      }
    }
    try writer.finish()
  }

  private func writeIndex() throws {
    let vectors = try VectorFile(contentsOf: staging.vectors)
    let index = try FaissIndex(factory: "Flat", dimension: vectors.dimension)
    for start in stride(from: 0, to: vectors.rows, by: 65_536) {
      try index.add(vectors.vectors[start..<min(start + 65_536, vectors.rows)])
      monitor.progress(
        StepProgress(
          phase: "indexing", completed: min(start + 65_536, vectors.rows), total: vectors.rows,
          unit: "vectors"))
      try monitor.checkpoint()
    }
    try index.write(to: staging.index)
  }

  // MARK: Finish

  private func finish(
    _ catalog: Catalog, _ embedder: some Embedder, _ corpusHash: String, embedded: Int,
    texts: DistinctTexts, skipped: Int
  ) throws -> IndexSummary {
    let labeled = try labeledCount(catalog)
    let step = try account.step(
      "index", options: Manifest.Model(embedder.identity), inputHash: corpusHash)
    try catalog.update { try $0.complete(step) }
    try catalog.close()
    let manifest = Manifest(
      toolVersion: simcurateVersion, model: Manifest.Model(embedder.identity),
      dimension: embedder.dimension, recordCount: texts.hashOfRow.count, corpusHash: corpusHash,
      vectors: try Manifest.File(staging.vectors), index: try Manifest.File(staging.index))
    try manifest.write(to: staging)
    try FileManager.default.removeItem(
      at: staging.url.appendingPathComponent("vectors.journal"))
    try FolderExchange.place(staging.url, at: folder.url)
    return summary(
      embedder, records: texts.hashOfRow.count, texts: texts, embedded: embedded, skipped: skipped,
      labeled: labeled, nothingToDo: false, seconds: step.seconds)
  }

  private func labeledCount(_ catalog: Catalog) throws -> Int {
    try catalog.labelCounts().reduce(0) { $0 + ($1.key == nil ? 0 : $1.value) }
  }

  private func summary(
    _ embedder: some Embedder, records: Int, texts: DistinctTexts, embedded: Int, skipped: Int,
    labeled: Int, nothingToDo: Bool, seconds: Double = 0
  ) -> IndexSummary {
    IndexSummary(
      index: folder.url.relativePath, records: records, distinctTexts: texts.hashes.count,
      embedded: embedded, labeled: labeled, dimension: embedder.dimension,
      model: embedder.identity.name, precision: embedder.identity.precision,
      skippedLines: skipped, longTexts: embedder.longTextCount, seconds: seconds,
      nothingToDo: nothingToDo)
  }
}

/// The distinct texts of a catalog, in the order of their first rows.
private struct DistinctTexts {
  var texts: [String] = []
  var hashes: [ContentHash] = []
  var hashOfRow: [ContentHash] = []

  init(_ catalog: Catalog) throws {
    var seen: Set<ContentHash> = []
    try catalog.forEachRecord { record in
      hashOfRow.append(record.textHash)
      if seen.insert(record.textHash).inserted {
        texts.append(record.text)
        hashes.append(record.textHash)
      }
    }
  }
}

/// The vectors of an index that is about to be replaced, by text.
private struct KnownVectors {
  let vectors: VectorRows
  private(set) var rows: [ContentHash: Int] = [:]
  private let owner: VectorFile

  init(_ index: OpenIndex) throws {
    owner = index.vectors
    vectors = index.vectors.vectors
    try index.catalog.forEachRecord { rows[$0.textHash] = $0.row }
  }
}
