import Corpus
import Store

/// Holds what models are said to have predicted, and how near test records are said to be to training
/// records, against labels and vectors.
struct PredictionCheck {
  let index: OpenIndex
  let table: RecordTable

  func violations() throws -> [Violation] {
    let known = Set(table.labelNames.flatMap(names))
    var found: [Violation] = []
    for run in try index.catalog.runs() {
      for prediction in try index.catalog.predictions(run: run.id) {
        // Numbers that are predicted need not occur among the labels, and tags are none.
        let isPossible =
          switch run.answer {
          case .label:
            prediction.label == table.labels[prediction.row]
              && known.isSuperset(of: names(prediction.predicted))
          case .number: prediction.label == table.labels[prediction.row]
          case .tags, .score, .text: true
          }
        let isTrue =
          isPossible && prediction.correct == (prediction.label == prediction.predicted)
        if !isTrue {
          found.append(
            Violation(kind: .falsePrediction, rows: [UInt32(prediction.row)], detail: run.id))
        }
      }
    }
    return found + (try sliceViolations())
  }

  /// The labels that one label stands for, in the tables of sets.
  private func names(_ label: String) -> [String] {
    table.labelKind == .sets ? LabelSet.names(of: label) : [label]
  }

  private func sliceViolations() throws -> [Violation] {
    let vectors = index.vectors.vectors
    return try index.catalog.testSlices().compactMap { slice in
      let score = vectors.score(slice.row, slice.nearest)
      guard !(abs(Double(score) - slice.similarity) <= 1e-6) else { return nil }
      return Violation(
        kind: .scoreMismatch, rows: [UInt32(slice.row), UInt32(slice.nearest)], stage: .semantic,
        stored: Float(slice.similarity), recomputed: score)
    }
  }
}
