import Curation
import Foundation
import Training
import Transformer

/// The vectors of an index's records as a model makes them: those that the index has, where it was built with
/// that model.
struct FrozenVectors {
  private let index: OpenIndex
  private let parts: TrainingParts
  private let model: ModelFolder
  /// Where texts are cut: where the index cut them, if its vectors are used.
  private let maximumTokens: Int
  private let areCached: Bool

  /// - Parameter maximumTokens: of a text, where vectors are made anew.
  /// - Throws: `FileError` if the model's own prompt is none that we use.
  init(
    _ index: OpenIndex, _ parts: TrainingParts, _ model: ModelFolder, maximumTokens: Int
  ) throws {
    self.index = index
    self.parts = parts
    self.model = model
    let made = index.manifest.model
    areCached =
      try made.hash == model.hash && made.prompt ?? "" == model.prompts.text(.standard)
      && made.longTexts == nil
    self.maximumTokens =
      areCached
      ? made.maximumTokens : min(maximumTokens, model.configuration.maximumPositions)
  }

  /// A classifier that learns on them, or on those of an encoder that learns first.
  func classifier(labels: [String]) throws -> VectorClassifier {
    let table = parts.table
    let places = Dictionary(
      zip(table.texts, table.texts.indices), uniquingKeysWith: { first, _ in first })
    return try VectorClassifier(
      folder: model, labels: labels, maximumTokens: maximumTokens
    ) { [self] texts in
      guard areCached else { return try made(texts) }
      let vectors = index.vectors.vectors
      return texts.map { text in
        Array(
          UnsafeBufferPointer(
            start: vectors[parts.row(places[text]!)], count: vectors.dimension))
      }
    }
  }

  private func made(_ texts: [String]) throws -> [[Float]] {
    let encoder = try SentenceEncoder(folder: model, maximumTokens: maximumTokens)
    var rows = [Float](repeating: 0, count: texts.count * encoder.dimension)
    try rows.withUnsafeMutableBufferPointer { rows in
      if let start = rows.baseAddress { _ = try encoder.embed(texts, into: start) }
    }
    return texts.indices.map { Array(rows[$0 * encoder.dimension..<($0 + 1) * encoder.dimension]) }
  }
}
