import Corpus
import Curation
import Files
import Foundation
import Training
import Transformer

/// The labeled records of a table as a model reads and learns them.
struct LearningTargets {
  let table: RecordTable
  let problem: ClassificationProblem
  /// Names of the outputs.
  let labels: [String]
  /// Names of the fields that the texts of pairs stand in; nil if texts are single.
  let pairFields: [String]?
  private let numbers: [String: Int]
  private var pairs: [[String]] = []

  /// - Parameter row: the row of the index that a place in the table stands for.
  /// - Throws: ``CurationError`` if pairs are asked for and texts are not of two fields, or relations and labels
  ///   are not single; `FileError` naming a record that lacks a field, or marks no two entities.
  init(
    _ index: OpenIndex, _ task: LearningTask, _ table: RecordTable, row: (Int) -> Int = { $0 }
  ) throws {
    self.table = table
    switch (task, table.labelKind) {
    case (.regress, _), (.pairs, .scores): (problem, labels) = (.regression, ["score"])
    case (_, .sets):
      problem = .multiLabel
      labels = Set(table.labels.compactMap { $0 }.flatMap(LabelSet.names(of:))).sorted()
    case (_, _): (problem, labels) = (.singleLabel, table.labelNames)
    }
    numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    pairFields = task == .pairs ? try Self.pairFields(index) : nil
    if task == .relations { try checkRelations(index, row) }
    if let pairFields {
      // Of the records read alone: those of the test part may not be among them.
      let labeled = table.ids.indices.filter { table.labels[$0] != nil }
      let texts = try index.texts(of: pairFields, at: labeled, row: row)
      pairs = table.ids.indices.map { texts[$0] ?? [] }
    }
  }

  private func checkRelations(_ index: OpenIndex, _ row: (Int) -> Int) throws {
    guard problem == .singleLabel else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "one label a record, to learn relations",
        found: "records with several", advice: "give each pair of entities a record of its own")
    }
    for place in table.ids.indices
    where table.labels[place] != nil && (try? RelationText(table.texts[place])) == nil {
      try index.catalog.record(row: row(place))?.record.relationText()
    }
  }

  private static func pairFields(_ index: OpenIndex) throws -> [String] {
    let fields = try index.textFields()
    guard fields.count == 2 else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "texts of two fields, to learn pairs",
        found: fields.map { "'\($0)'" }.joined(separator: ", "),
        advice: "build the index again with \(OptionName.textField) FIRST "
          + "\(OptionName.textField) SECOND")
    }
    return fields
  }

  /// A label as the number that it spells.
  static func number(_ label: String) -> Double? {
    Double(label).flatMap { $0.isFinite ? $0 : nil }
  }

  /// - Parameter places: of labeled records of the table.
  func items(_ places: [Int]) -> [LabeledText] {
    places.map { place in
      pairFields == nil
        ? LabeledText(text: table.texts[place], target: target(place))
        : LabeledText(text: pairs[place][0], second: pairs[place][1], target: target(place))
    }
  }

  /// Numbers of the labels that a label of the index stands for; nil if one of them is none of ``labels``.
  func numbers(of label: String) -> [Int]? {
    let names = problem == .multiLabel ? LabelSet.names(of: label) : [label]
    let found = names.compactMap { numbers[$0] }
    return found.count == names.count ? found.sorted() : nil
  }

  /// Numbers of the labels of a record.
  func numbers(at place: Int) -> [Int] {
    problem == .multiLabel ? numbers(of: table.labels[place]!)! : [Int(table.labelNumbers[place])]
  }

  private func target(_ place: Int) -> LabeledText.Target {
    switch problem {
    case .regression: .score(Self.number(table.labels[place]!)!)
    case .multiLabel: .labels(numbers(at: place))
    case .singleLabel: .label(Int(table.labelNumbers[place]))
    }
  }

  /// Why numbers cannot be learned of `places`; nil if every label is one, or none has to be.
  func noNumber(among places: [Int], of index: String) -> CurationError? {
    guard problem == .regression,
      let place = places.first(where: { Self.number(table.labels[$0]!) == nil })
    else { return nil }
    return CurationError(
      place: "\(index), record '\(table.ids[place])'",
      expected: "a number as label, to learn numbers",
      found: "'\(table.labels[place]!.prefix(60))'",
      advice: "name the field of the numbers with \(OptionName.labelField) and build the index "
        + "again, or "
        + "learn classes with \(OptionName.task) classify")
  }
}
