import Files
import Foundation
import Neighbors
import Store
import Transformer

/// A record that a search found.
public struct SearchHit: Codable, Hashable, Sendable {
  /// Of the record.
  public var id: String
  /// Cosine of its vector and the text's.
  public var score: Float
  /// The text.
  public var text: String
  /// Of the record, if it has one.
  public var label: String?
  /// Whether `dedup` left it in.
  public var kept: Bool
}

/// Finds the records of an index nearest to a text.
public struct SearchStep {
  private let index: OpenIndex
  private let embedder: any Embedder

  /// - Parameter embedder: that of the index.
  public init(_ index: OpenIndex, embedder: any Embedder) {
    self.index = index
    self.embedder = embedder
  }

  /// At most `count` records, the nearest first. O(records).
  ///
  /// - Throws: `FileError` for a damaged index, or a text that cannot be embedded.
  public func run(_ text: String, count: Int) throws -> [SearchHit] {
    var query = [Float](repeating: 0, count: embedder.dimension)
    return try query.withUnsafeMutableBufferPointer { query in
      let start = query.baseAddress!
      _ = try embedder.embed([text], into: start, progress: nil)
      let faiss = try FaissIndex(
        contentsOf: index.folder.index, expectedDimension: index.manifest.dimension)
      let kept = Set(try index.catalog.keptRows())
      let vector = VectorRows(pointer: start, rows: 1, dimension: embedder.dimension)
      let rows = try faiss.search(vector, count: min(count, index.manifest.recordCount)).rows
      return try rows.map { row in
        let record = try index.catalog.record(row: Int(row))!
        return SearchHit(
          id: record.id,
          score: canonicalDot(start, index.vectors.vectors[Int(row)], count: embedder.dimension),
          text: record.text, label: record.label, kept: kept.contains(Int(row)))
      }
    }
  }
}

extension OpenIndex {
  /// The embedder that the index was built with.
  ///
  /// - Parameters:
  ///   - model: the folder of that model.
  ///   - prompt: another than the index's, where the caller asks for one.
  /// - Throws: `FileError` for another model, or a manifest that a later version wrote.
  package func embedder(_ model: URL, prompt: PromptChoice = .standard) throws -> any Embedder {
    guard let precision = Precision(rawValue: manifest.model.precision),
      let longTexts = LongTexts(rawValue: manifest.model.longTexts ?? "truncate")
    else {
      throw FileError(
        place: folder.manifest.relativePath,
        expected: "a precision and a rule for long texts this version knows",
        found: "'\(manifest.model.precision)', '\(manifest.model.longTexts ?? "truncate")'")
    }
    let model = try EmbeddingModel(at: model)
    // Before its options, which another model may refuse: a clearer word on what is wrong.
    var same = manifest.model
    (same.name, same.hash) = (model.url.lastPathComponent, model.hash)
    if same.hash != manifest.model.hash { try manifest.checkModel(same, in: folder) }
    let embedder = try model.embedder(
      EmbeddingOptions(
        precision: precision, maximumTokens: manifest.model.maximumTokens,
        prompt: prompt == .standard ? .text(manifest.model.prompt ?? "") : prompt,
        longTexts: longTexts))
    try check(embedder, anyPrompt: prompt != .standard)
    return embedder
  }
}
