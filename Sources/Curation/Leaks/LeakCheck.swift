import Corpus
import Files
import Foundation
import Neighbors
import Store
import Transformer

/// What counts as a repeat.
public struct LeakOptions: Sendable {
  /// Cosine from which on a record repeats another.
  public var threshold: Float
  /// Jaccard index of the shingles from which on it does; shared words do not count if nil.
  public var lexicalThreshold: Float?
  /// What holds two near texts to be different.
  public var guards: [TextGuard]
  /// Whether a near record with another label counts; `dedup` keeps both by default.
  public var countsLabelConflicts: Bool
  /// A file with a higher share of leaked records is over the limit.
  public var maxRate: Double?
  /// How many pairs are listed.
  public var worst: Int

  /// Each parameter is the property of that name.
  public init(
    threshold: Float = 0.9, lexicalThreshold: Float? = nil,
    guards: [TextGuard] = TextGuard.allCases, countsLabelConflicts: Bool = false,
    maxRate: Double? = nil, worst: Int = 10
  ) {
    self.guards = guards
    self.countsLabelConflicts = countsLabelConflicts
    self.threshold = threshold
    self.lexicalThreshold = lexicalThreshold
    self.maxRate = maxRate
    self.worst = worst
  }
}

/// Compares files, or indexed corpora, with each other without a new index, by the rules of `dedup`.
///
/// Each distinct text is embedded once, whatever the files it is in; ids may repeat. All texts and
/// vectors are held in memory.
public struct LeakCheck {
  /// Which files are looked for in which.
  public enum Files: Sendable {
    /// Each in all others.
    case all([URL])
    /// Each test file in all training files.
    case test([URL], train: [URL])
  }

  private let reading: ReadingOptions
  private let options: LeakOptions
  private let monitor: StepMonitor
  private let embedder: () throws -> any Embedder

  /// - Parameter embedder: opened only if a file has to be embedded.
  public init(
    reading: ReadingOptions, options: LeakOptions, monitor: StepMonitor,
    embedder: @escaping () throws -> any Embedder
  ) {
    self.reading = reading
    self.options = options
    self.monitor = monitor
    self.embedder = embedder
  }

  /// - Throws: `FileError` if an index was built with another model than the others or the
  ///   embedder, besides what reading and embedding throw.
  ///
  /// - Parameter list: called for every leaked record with what it repeats, file by file.
  public func run(_ files: Files, list: (LeakSummary.Pair) throws -> Void = { _ in }) throws
    -> LeakSummary
  {
    let tests: Int
    switch files {
    case .all(let urls): tests = urls.count
    case .test(let named, _): tests = named.count
    }
    let urls =
      switch files {
      case .all(let urls): urls
      case .test(let tests, let train): tests + train
      }
    let indexes = try urls.map { url in
      Self.isIndex(url) ? try OpenIndex(at: url, readOnly: true) : nil
    }
    try checkModels(indexes.compactMap { $0 })
    var texts = LeakTexts()
    let parts = try zip(urls, indexes).enumerated().map { place, file in
      let (url, index) = file
      var part = LeakPart(name: url == CorpusReader.standardInput ? "-" : url.relativePath)
      try part.read(
        url, index: index, reading: reading, isTraining: place >= tests, into: &texts)
      return part
    }
    return try withExtendedLifetime(indexes) {
      try withVectors(&texts, indexes.compactMap { $0 }) { texts, vectors in
        let search = try LeakSearch(
          texts: texts, vectors: vectors, options: options, monitor: monitor)
        return try LeakMatrix(search: search, parts: parts, options: options)
          .summary(files, list: list)
      }
    }
  }

  /// Whether `url` is an index folder, which may stand for a file.
  public static func isIndex(_ url: URL) -> Bool {
    url.isFileURL
      && FileManager.default.fileExists(atPath: url.appendingPathComponent("manifest.json").path)
  }

  private func checkModels(_ indexes: [OpenIndex]) throws {
    guard let first = indexes.first else { return }
    for other in indexes.dropFirst() {
      try other.manifest.checkModel(first.manifest.model, in: other.folder)
    }
  }

  private func withVectors<Result>(
    _ texts: inout LeakTexts, _ indexes: [OpenIndex],
    _ body: (LeakTexts, VectorRows) throws -> Result
  ) throws -> Result {
    let unknown = texts.unknown
    let embedder = unknown.isEmpty ? nil : try embedder()
    if let embedder { for index in indexes { try index.check(embedder) } }
    let dimension = embedder?.dimension ?? indexes[0].manifest.dimension
    let embedded = UnsafeMutablePointer<Float>.allocate(
      capacity: max(1, unknown.count * dimension))
    defer { embedded.deallocate() }
    if let embedder {
      texts.add(try embed(unknown.map { texts.texts[Int($0)] }, embedder, embedded))
    }
    let count = texts.texts.count
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count * dimension))
    defer { rows.deallocate() }
    texts.fill(rows, embedded: embedded, dimension: dimension)
    return try body(texts, VectorRows(pointer: rows, rows: count, dimension: dimension))
  }

  private func embed(
    _ texts: [String], _ embedder: some Embedder, _ rows: UnsafeMutablePointer<Float>
  ) throws -> [TextReading] {
    let (monitor, count) = (monitor, texts.count)
    return try embedder.embed(texts, into: rows) { done in
      monitor.progress(
        StepProgress(phase: "embedding", completed: done, total: count, unit: "texts"))
    }
  }
}
