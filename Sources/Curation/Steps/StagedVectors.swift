import Corpus
import Foundation
import Neighbors
import Store
import Transformer

/// The vectors of an index that is being built: taken from the index it replaces or from the journal
/// of an interrupted run where either has them, made by the embedder where not.
struct StagedVectors {
  private static let chunk = 8192

  let staging: IndexFolder
  let texts: DistinctTexts
  let journal: EmbeddingJournal
  let known: KnownVectors?
  let monitor: StepMonitor

  /// Embeds what is missing; gives the number of those texts, and what of every text reached the
  /// model.
  func embedMissing(_ embedder: some Embedder) throws -> (count: Int, readings: TextReadings) {
    var readings = TextReadings(count: texts.hashes.count)
    let missing = texts.hashes.indices.filter {
      journal.offsets[texts.hashes[$0]] == nil && known?.rows[texts.hashes[$0]] == nil
    }
    if missing.count < texts.hashes.count, !missing.isEmpty {
      monitor.remark("\(texts.hashes.count - missing.count) texts were embedded before")
    }
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: Self.chunk * embedder.dimension)
    defer { rows.deallocate() }
    for start in stride(from: 0, to: missing.count, by: Self.chunk) {
      try monitor.checkpoint()
      let chunk = missing[start..<min(start + Self.chunk, missing.count)]
      let monitor = monitor
      let read = try embedder.embed(texts.texts(at: chunk), into: rows) { done in
        monitor.progress(
          StepProgress(
            phase: "embedding", completed: start + done, total: missing.count, unit: "texts"))
      }
      for (place, reading) in zip(chunk, read) { readings[place] = reading }
      try journal.append(chunk.map { texts.hashes[$0] }, rows)
    }
    try complete(&readings, embedder)
    return (missing.count, readings)
  }

  /// Readings of texts that were embedded before: those of the old index where it recorded them.
  private func complete(_ readings: inout TextReadings, _ embedder: some Embedder) throws {
    for place in readings.missing {
      if let reading = known?.reading(of: texts.hashes[place]) { readings[place] = reading }
    }
    let missing = readings.missing
    for start in stride(from: 0, to: missing.count, by: Self.chunk) {
      try monitor.checkpoint()
      let chunk = missing[start..<min(start + Self.chunk, missing.count)]
      let read = embedder.readings(of: try texts.texts(at: chunk))
      for (place, reading) in zip(chunk, read) { readings[place] = reading }
    }
  }

  /// Writes `vectors.npy` and `index.faiss`, in constant memory.
  func write(dimension: Int) throws {
    let array = try VectorFileWriter(to: staging.vectors, dimension: dimension)
    let index = try VectorFileWriter(to: staging.index, dimension: dimension, format: .faiss)
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: dimension)
    defer { copy.deallocate() }
    for (number, text) in texts.textOfRow.enumerated() {
      let hash = texts.hashes[Int(text)]
      let row: UnsafePointer<Float>
      if let known, let place = known.rows[hash] {
        row = known.vectors[place]
      } else if try journal.copy(hash, to: copy) {
        row = UnsafePointer(copy)
      } else {
        preconditionFailure("every text was embedded or known")
      }
      try array.append(row, count: 1)
      try index.append(row, count: 1)
      if number % Self.chunk == Self.chunk - 1 {
        known?.vectors.pageOut()
        monitor.progress(
          StepProgress(
            phase: "indexing", completed: number + 1, total: texts.textOfRow.count,
            unit: "vectors"))
        try monitor.checkpoint()
      }
    }
    try array.finish()
    try index.finish()
  }
}

/// The distinct texts of a catalog, in the order of their first rows; they stay in the catalog and
/// are read when asked for.
struct DistinctTexts {
  private(set) var hashes: [ContentHash] = []
  /// The place of each row's text.
  private(set) var textOfRow: [UInt32] = []
  private var firstRows: [UInt32] = []
  private let catalog: Catalog

  init(_ catalog: Catalog) throws {
    self.catalog = catalog
    var placeOfText: [ContentHash: UInt32] = [:]
    try catalog.forEachRecord { record in
      let next = UInt32(hashes.count)
      let place = placeOfText[record.textHash, default: next]
      if place == next {
        placeOfText[record.textHash] = place
        firstRows.append(UInt32(record.row))
        hashes.append(record.textHash)
      }
      textOfRow.append(place)
    }
  }

  /// - Parameter places: in ascending order.
  /// - Complexity: O(rows from the first to the last).
  func texts(at places: some RandomAccessCollection<Int>) throws -> [String] {
    guard let first = places.first, let last = places.last else { return [] }
    var texts: [String] = []
    var next = places.makeIterator()
    var wanted = next.next()
    let rows = (Int(firstRows[first]), Int(firstRows[last]))
    try catalog.forEachRecord(from: rows.0, through: rows.1) { record in
      if let place = wanted, record.row == firstRows[place] {
        texts.append(record.text)
        wanted = next.next()
      }
    }
    return texts
  }
}

/// The vectors of an index that is about to be replaced, by text.
struct KnownVectors {
  let vectors: VectorRows
  private(set) var rows: [ContentHash: Int] = [:]
  private var readings: TextReadings
  private let owner: VectorFile

  init(_ index: OpenIndex) throws {
    owner = index.vectors
    vectors = index.vectors.vectors
    readings = TextReadings(count: index.manifest.recordCount)
    let areRecorded = try index.catalog.figures(ReadingCounts.self) != nil
    try index.catalog.forEachRecord { record in
      rows[record.textHash] = record.row
      if areRecorded, let tokens = record.tokens {
        readings[record.row] = record.reading ?? TextReading(tokens: tokens)
      }
    }
  }

  /// What of a text reached the model; nil if the text is new or the index does not say.
  func reading(of hash: ContentHash) -> TextReading? {
    rows[hash].flatMap { readings.has($0) ? readings[$0] : nil }
  }
}
