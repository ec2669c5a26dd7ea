import Corpus
import Curation
import Files
import Foundation
import Training
import Transformer

/// The texts of an index with what is to be learned of them, by part of the split.
struct LearningData {
  private(set) var parts: TrainingParts
  private let targets: LearningTargets
  private let place: String

  var problem: ClassificationProblem { targets.problem }
  /// Names of the outputs.
  var labels: [String] { targets.labels }
  /// Names of the fields that the texts of pairs stand in; nil if texts are single.
  var pairFields: [String]? { targets.pairFields }

  /// - Parameter readsTest: without it no record of the test part is looked at.
  /// - Throws: ``CurationError`` if there is no split yet; as ``LearningTargets``.
  init(
    _ index: OpenIndex, _ options: FinetuneOptions, readsTest: Bool = true,
    _ memory: LearningMemory
  ) throws {
    (parts, targets) = try memory.recall(options, readsTest: readsTest) {
      let parts = try TrainingParts(
        index, arm: options.arm, seed: options.seed, readsTest: readsTest
      ) { $0.labels[$1] != nil }
      return (parts, try LearningTargets(index, options.task, parts.table, row: parts.row))
    }
    place = index.folder.url.relativePath
    if let shots = options.shots {
      try check(problem == .singleLabel, "to draw so many of each")
      parts.draw(shots, seed: options.seed)
    }
    if options.fewShot != nil {
      try check(hasSingleTexts(options.task), "to learn classes from few examples")
    }
  }

  private func check(_ isFit: Bool, _ purpose: String) throws {
    if isFit { return }
    throw CurationError(
      place: place, expected: "one label a record, " + purpose,
      found: problem == .regression ? "numbers" : "records with several")
  }

  func items(_ rows: [Int]) -> [LabeledText] { targets.items(rows) }

  /// Whether each record is one text with one label, of which vectors say enough.
  func hasSingleTexts(_ task: LearningTask) -> Bool {
    problem == .singleLabel && pairFields == nil && task == .classify
  }

  /// Why there is nothing to learn: a label is no number where numbers are learned, or there is too little.
  var obstacle: CurationError? {
    let table = parts.table
    if let fault = noNumber { return fault }
    if problem != .regression, labels.count < (problem == .multiLabel ? 1 : 2) {
      return Population.tooFewLabels(table, place)
    }
    if Set(parts.train.map { table.labelNumbers[$0] }).count >= 2, !parts.test.isEmpty {
      return nil
    }
    return CurationError(
      place: place,
      expected: problem == .regression
        ? "records of two numbers to train on, and some to test on"
        : "labeled records of two labels to train on, and some to test on",
      found: "\(parts.train.count) to train on, \(parts.test.count) to test on",
      advice: "give more labeled records, or other parts with \(OptionName.shares)")
  }

  /// Why numbers cannot be learned; nil if every label is one, or none has to be.
  var noNumber: CurationError? {
    targets.noNumber(among: parts.train + parts.development + parts.test, of: place)
  }

  /// What to say of labels that are tested but cannot be learned; nil if there are none.
  var unlearnedLabels: String? {
    guard problem != .regression else { return nil }
    func numbers(_ rows: [Int]) -> Set<Int> {
      Set(rows.flatMap(targets.numbers(at:)))
    }
    let missing = numbers(parts.test).subtracting(numbers(parts.train)).sorted()
    if missing.isEmpty { return nil }
    let shown = missing.prefix(10).map { "'\(labels[$0])'" }.joined(separator: ", ")
    let more = missing.count > 10 ? " and \(missing.count - 10) more" : ""
    return "labels that only the test part has, and that no model can learn: \(shown)\(more)"
  }
}
