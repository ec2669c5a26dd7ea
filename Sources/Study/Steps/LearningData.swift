import Corpus
import Curation
import Foundation
import Training
import Transformer

/// What is learned of a text.
public enum LearningTask: String, Codable, Sendable, CaseIterable {
  /// A label, or a set of them where the index has sets.
  case classify
  /// A number.
  case regress
  /// A label, a set or a number of two texts together, whichever the labels are.
  case pairs
  /// A label of two entities that a text marks.
  case relations
}

/// The texts of an index with what is to be learned of them, by part of the split.
struct LearningData {
  private(set) var parts: TrainingParts
  let problem: ClassificationProblem
  /// Names of the outputs.
  let labels: [String]
  /// Names of the fields that the texts of pairs stand in; nil if texts are single.
  let pairFields: [String]?
  private let numbers: [String: Int]
  private var pairs: [[String]] = []
  private let place: String

  /// - Parameter readsTest: without it no record of the test part is looked at.
  /// - Throws: ``CurationError`` if there is no split yet, or pairs are asked for and texts are not of two
  ///   fields; `FileError` naming a record that lacks one of them.
  init(_ index: OpenIndex, _ options: FinetuneOptions, readsTest: Bool = true) throws {
    parts = try TrainingParts(
      index, arm: options.arm, seed: options.seed, readsTest: readsTest
    ) { $0.labels[$1] != nil }
    place = index.folder.url.relativePath
    let table = parts.table
    switch (options.task, table.labelKind) {
    case (.regress, _), (.pairs, .scores): (problem, labels) = (.regression, ["score"])
    case (_, .sets):
      problem = .multiLabel
      labels = Set(table.labels.compactMap { $0 }.flatMap(LabelSet.names(of:))).sorted()
    case (_, _): (problem, labels) = (.singleLabel, table.labelNames)
    }
    numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    pairFields = options.task == .pairs ? try Self.pairFields(index) : nil
    if let shots = options.shots {
      guard problem == .singleLabel else {
        throw CurationError(
          place: place, expected: "one label a record, to draw so many of each",
          found: problem == .regression ? "numbers" : "records with several")
      }
      parts.draw(shots, seed: options.seed)
    }
    guard options.fewShot == nil || hasSingleTexts(options.task) else {
      throw CurationError(
        place: place, expected: "one label a record, to learn classes from few examples",
        found: problem == .regression ? "numbers" : "records with several")
    }
    if options.task == .relations { try checkRelations(index) }
    if let pairFields {
      // Of the records read alone: those of the test part may not be among them.
      var pairs: [[String]] = []
      for place in table.ids.indices {
        let record =
          table.labels[place] == nil
          ? nil : try index.catalog.record(row: parts.row(place))?.record
        pairs.append(try record?.texts(of: pairFields) ?? [])
      }
      self.pairs = pairs
    }
  }

  /// A label as the number that it spells.
  static func number(_ label: String) -> Double? {
    Double(label).flatMap { $0.isFinite ? $0 : nil }
  }

  func items(_ rows: [Int]) -> [LabeledText] {
    rows.map { row in
      pairFields == nil
        ? LabeledText(text: parts.table.texts[row], target: target(row))
        : LabeledText(text: pairs[row][0], second: pairs[row][1], target: target(row))
    }
  }

  /// Whether each record is one text with one label, of which vectors say enough.
  func hasSingleTexts(_ task: LearningTask) -> Bool {
    problem == .singleLabel && pairFields == nil && task == .classify
  }

  private static func pairFields(_ index: OpenIndex) throws -> [String] {
    let fields = try index.textFields()
    guard fields.count == 2 else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "texts of two fields, to learn pairs",
        found: fields.map { "'\($0)'" }.joined(separator: ", "),
        advice: "build the index again with --text-field FIRST --text-field SECOND")
    }
    return fields
  }

  /// - Throws: ``CurationError`` if records have several labels; `FileError` naming the first record that is to be
  ///   learned or tested and does not mark two entities.
  private func checkRelations(_ index: OpenIndex) throws {
    guard problem == .singleLabel else {
      throw CurationError(
        place: place, expected: "one label a record, to learn relations",
        found: "records with several", advice: "give each pair of entities a record of its own")
    }
    for row in parts.train + parts.development + parts.test
    where (try? RelationText(parts.table.texts[row])) == nil {
      try index.catalog.record(row: parts.row(row))?.record.relationText()
    }
  }

  private func target(_ row: Int) -> LabeledText.Target {
    let label = parts.table.labels[row]!
    return switch problem {
    case .regression: .score(Self.number(label)!)
    case .multiLabel: .labels(LabelSet.names(of: label).map { numbers[$0]! }.sorted())
    case .singleLabel: .label(Int(parts.table.labelNumbers[row]))
    }
  }

  /// Why there is nothing to learn: a label is no number where numbers are learned, or there is too little.
  var obstacle: CurationError? {
    let table = parts.table
    if let fault = noNumber { return fault }
    if problem != .regression, labels.count < (problem == .multiLabel ? 1 : 2) {
      return StudyDesign.tooFewLabels(table, place)
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
      advice: "give more labeled records, or other parts with --shares")
  }

  /// Why numbers cannot be learned; nil if every label is one, or none has to be.
  var noNumber: CurationError? {
    guard problem == .regression else { return nil }
    let rows = parts.train + parts.development + parts.test
    guard let row = rows.first(where: { Self.number(parts.table.labels[$0]!) == nil }) else {
      return nil
    }
    return CurationError(
      place: "\(place), record '\(parts.table.ids[row])'",
      expected: "a number as label, to learn numbers",
      found: "'\(parts.table.labels[row]!.prefix(60))'",
      advice: "name the field of the numbers with --label-field and build the index again, or "
        + "learn classes with --task classify")
  }

  /// What to say of labels that are tested but cannot be learned; nil if there are none.
  var unlearnedLabels: String? {
    guard problem != .regression else { return nil }
    func names(_ rows: [Int]) -> Set<String> {
      Set(
        rows.flatMap { row in
          problem == .multiLabel
            ? LabelSet.names(of: parts.table.labels[row]!) : [parts.table.labels[row]!]
        })
    }
    let missing = names(parts.test).subtracting(names(parts.train)).sorted()
    if missing.isEmpty { return nil }
    let shown = missing.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
    let more = missing.count > 10 ? " and \(missing.count - 10) more" : ""
    return "labels that only the test part has, and that no model can learn: \(shown)\(more)"
  }
}
