import Corpus
import Files
import Foundation
import Neighbors
import Store
import Transformer

/// A corpus file and the part of a given split it holds.
public struct CorpusFile: Sendable {
  /// Where it lies.
  public var url: URL
  /// The part it was given for; nil for none.
  public var split: GivenSplit?

  /// Each parameter is the property of that name.
  public init(_ url: URL, split: GivenSplit? = nil) {
    self.url = url
    self.split = split
  }
}

/// What the step `index` did.
public struct IndexSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// How many records there are.
  public var records: Int
  /// How many different texts there are.
  public var distinctTexts: Int
  /// Texts the model was run on; the others had their vectors from before.
  public var embedded: Int
  /// How many have a label.
  public var labeled: Int
  /// Numbers a vector.
  public var dimension: Int
  /// The model, as it was named.
  public var model: String
  /// The share of what was found that is right.
  public var precision: String
  /// Lines that were passed over.
  public var skippedLines: Int
  /// Texts embedded now that were longer than the model's limit, and so cut or embedded in chunks.
  public var longTexts: Int
  /// Records whose text does not reach the model as it is; nil if the index does not say.
  public var readings: ReadingCounts?
  /// Records in a script that the model's vocabulary hardly knows, by script.
  public var foreignScripts: [String: Int]
  /// That the step took.
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
  private let folder: IndexFolder
  private let staging: IndexFolder
  /// The folder as the user typed it.
  private let shownPath: String
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(folder: URL, account: StepAccount, monitor: StepMonitor) {
    shownPath = folder.relativePath
    let path = folder.resolvingSymlinksInPath().path
    self.folder = IndexFolder(URL(fileURLWithPath: path))
    staging = IndexFolder(URL(fileURLWithPath: path + ".partial"))
    self.account = account
    self.monitor = monitor
  }

  /// - Parameter replacing: an index of other records or by another model may be replaced, with the
  ///   decisions and models in it.
  /// - Throws: `FileError` or the embedder's error; the index is then as before.
  public func run(
    _ files: [CorpusFile], reading: ReadingOptions, embedder: some Embedder,
    replacing: Bool = false
  ) throws -> IndexSummary {
    let model = Manifest.Model(embedder.identity)
    func check(_ corpusHash: String?) throws {
      if replacing { return }
      try IndexContents.checkReplaceable(folder, shownPath, corpusHash: corpusHash, model: model)
    }
    try checkContents()
    // Before the journal of an unfinished index, which may be that model's, is started anew.
    try check(nil)
    return try build(embedder, IndexOptions.Fields(reading)) {
      var staged = try StagedCatalog(at: staging.catalog, monitor: monitor)
      try staged.read(files, reading)
      try check(staged.corpusHash)
      return staged
    }
  }

  /// Adds the records of `files` to an index that is there; the files it was made from need not be.
  ///
  /// Old records keep their rows and the new ones follow, so the index is the one a run over the old
  /// and the new files would make; only texts that are new are embedded. Pairs, removals and
  /// decisions by hand stay for the next `dedup`; what later steps made is gone.
  ///
  /// - Throws: as ``run(_:reading:embedder:)``, and if the index was read from other fields or made
  ///   by another model, or an id is in it already.
  public func append(
    _ files: [CorpusFile], reading: ReadingOptions, embedder: some Embedder
  ) throws -> IndexSummary {
    let old = try OpenIndex(at: folder.url, readOnly: true)
    try old.check(embedder)
    try check(reading, against: old)
    return try build(embedder, IndexOptions.Fields(reading)) {
      var staged = try StagedCatalog(copying: old, to: staging.catalog, monitor: monitor)
      try staged.read(files, reading)
      return staged
    }
  }

  /// Makes an index of the records of another one, with a model of its own. Decisions by hand stay.
  ///
  /// - Throws: as ``run(_:reading:embedder:)``, and if `old` does not say from which fields it was read.
  public func embedAgain(
    _ old: OpenIndex, embedder: some Embedder, replacing: Bool = false
  ) throws -> IndexSummary {
    guard let fields = try old.readFields() else {
      throw FileError(
        place: old.folder.url.relativePath, expected: "an index that says how it was read",
        found: "one that does not", advice: "build it again with simcurate index")
    }
    try checkContents()
    if !replacing {
      try IndexContents.checkReplaceable(
        folder, shownPath, corpusHash: old.manifest.corpusHash,
        model: Manifest.Model(embedder.identity))
    }
    return try build(embedder, fields) {
      try StagedCatalog(recordsOf: old, to: staging.catalog, monitor: monitor)
    }
  }

  private func check(_ reading: ReadingOptions, against old: OpenIndex) throws {
    guard let fields = try old.readFields() else { return }
    let asked = IndexOptions.Fields(reading)
    let fieldsByOption: [(OptionName, String, String)] = [
      (.textField, fields.texts, asked.texts),
      (.textSeparator, fields.shownSeparator, asked.shownSeparator),
      (.labelField, fields.label, asked.label),
      (.labelSeparator, fields.labelSeparator ?? "''", asked.labelSeparator ?? "''"),
      (.tagColumn, fields.shownTagColumn, asked.shownTagColumn),
      (.idField, fields.id, asked.id),
    ]
    for (option, had, has) in fieldsByOption where had != has {
      throw FileError(
        place: shownPath, expected: "\(option) \(had), as the index was read",
        found: "\(option) \(has)",
        advice: "give \(option) \(had), or build the index again from all files")
    }
  }

  private func build(
    _ embedder: some Embedder, _ fields: IndexOptions.Fields, _ read: () throws -> StagedCatalog
  ) throws -> IndexSummary {
    try prepareFolders()
    let journal = try EmbeddingJournal(
      at: staging.url.appendingPathComponent(OwnFiles.journal),
      identity: StepAccount.json(Manifest.Model(embedder.identity)), dimension: embedder.dimension)
    try OwnFiles.clear(staging.url)
    let staged: StagedCatalog
    do {
      staged = try read()
    } catch {
      // A corpus that cannot be read, or is not to replace another, leaves nothing behind, unless
      // there are vectors to go on from.
      if journal.offsets.isEmpty { try? FileManager.default.removeItem(at: staging.url) }
      throw error
    }
    if let summary = try existing(staged, embedder) {
      try staged.catalog.close()
      try? FileManager.default.removeItem(at: staging.url)
      return summary
    }
    let vectors = StagedVectors(
      staging: staging, texts: try DistinctTexts(staged.catalog), journal: journal,
      known: knownVectors(embedder), monitor: monitor)
    let (embedded, readings) = try vectors.embedMissing(embedder)
    try vectors.write(dimension: embedder.dimension)
    let options = IndexOptions(
      model: Manifest.Model(embedder.identity), fields: fields)
    return try finish(staged, vectors, readings, embedder, options, embedded: embedded)
  }

  private func prepareFolders() throws {
    try checkContents()
    do {
      try FileManager.default.createDirectory(at: staging.url, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        place: staging.url.relativePath, expected: "a folder that can be written",
        found: error.localizedDescription, advice: "choose another \(OptionName.out)")
    }
  }

  private func checkContents() throws {
    try AtomicFolder.checkPlace(folder.url)
    try AtomicFolder.checkPlace(staging.url)
    try checkContent(of: folder) { $0.isEmpty || Set($0).isSuperset(of: OwnFiles.least) }
    try checkContent(of: staging) { _ in true }
  }

  /// - Parameter isWhole: what more a folder with our files only must be. A manifest.json alone says
  ///   little: many programs call a file so.
  private func checkContent(of folder: IndexFolder, isWhole: ([String]) -> Bool) throws {
    let content = (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
    let foreign = OwnFiles.foreign(in: folder.url)
    guard foreign == nil, isWhole(content) else {
      throw FileError(
        place: folder.url.relativePath, expected: "an index folder, an empty one or none",
        found: foreign.map { "a folder with another file, '\($0)'" } ?? "no whole index",
        advice: "choose another \(OptionName.out), or move what is in the folder; "
          + "an index is replaced as a whole")
    }
  }

  /// The summary of the index that is already there, if it is the one asked for.
  private func existing(_ staged: StagedCatalog, _ embedder: some Embedder) throws -> IndexSummary?
  {
    guard let open = try? OpenIndex(at: folder.url, readOnly: true),
      open.manifest.corpusHash == staged.corpusHash,
      open.manifest.model == Manifest.Model(embedder.identity)
    else { return nil }
    return summary(
      embedder, staged, texts: try DistinctTexts(open.catalog), embedded: 0,
      labeled: try labeledCount(open.catalog),
      readings: try open.catalog.figures(ReadingCounts.self),
      nothingToDo: true)
  }

  private func knownVectors(_ embedder: some Embedder) -> KnownVectors? {
    guard let open = try? OpenIndex(at: folder.url, readOnly: true),
      open.manifest.model == Manifest.Model(embedder.identity)
    else { return nil }
    return try? KnownVectors(open)
  }

  private func finish(
    _ staged: StagedCatalog, _ vectors: StagedVectors, _ readings: TextReadings,
    _ embedder: some Embedder, _ options: IndexOptions, embedded: Int
  ) throws -> IndexSummary {
    let labeled = try labeledCount(staged.catalog)
    let ofRow = vectors.texts.textOfRow.lazy.map { readings[Int($0)] }
    let counts = ReadingCounts(ofRow)
    let step = try account.step("index", options: options, inputHash: staged.corpusHash)
    try staged.catalog.update { editor in
      try editor.setReadings(ofRow.map { ($0.tokens, $0.seenBytes, $0.unknownWords) })
      try editor.replaceFigures(counts)
      try editor.complete(step)
    }
    try staged.catalog.close()
    let manifest = Manifest(
      toolVersion: simcurateVersion, model: options.model, dimension: embedder.dimension,
      recordCount: staged.records, corpusHash: staged.corpusHash,
      vectors: try Manifest.File(staging.vectors), index: try Manifest.File(staging.index))
    try manifest.write(to: staging)
    try FileManager.default.removeItem(
      at: staging.url.appendingPathComponent(OwnFiles.journal))
    try AtomicFolder.place(staging.url, at: folder.url)
    return summary(
      embedder, staged, texts: vectors.texts, embedded: embedded, labeled: labeled,
      readings: counts, nothingToDo: false, seconds: step.seconds)
  }

  private func labeledCount(_ catalog: Catalog) throws -> Int {
    try catalog.labelCounts().reduce(0) { $0 + ($1.key == nil ? 0 : $1.value) }
  }

  private func summary(
    _ embedder: some Embedder, _ staged: StagedCatalog, texts: DistinctTexts, embedded: Int,
    labeled: Int, readings: ReadingCounts?, nothingToDo: Bool, seconds: Double = 0
  ) -> IndexSummary {
    IndexSummary(
      index: shownPath, records: staged.records, distinctTexts: texts.hashes.count,
      embedded: embedded, labeled: labeled, dimension: embedder.dimension,
      model: embedder.identity.name, precision: embedder.identity.precision,
      skippedLines: staged.skipped, longTexts: embedder.longTextCount, readings: readings,
      foreignScripts: VocabularyScripts.foreign(staged.scripts, to: embedder.tokenizer),
      seconds: seconds, nothingToDo: nothingToDo)
  }
}
