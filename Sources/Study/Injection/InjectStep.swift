import Corpus
import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What the step `inject` came to.
public struct InjectSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// What came of it.
  public var analysis: InjectionAnalysis
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
}

/// Puts copies of held-out items into training and measures what they do: the positive control that shows
/// whether a study of this size sees what it looks for.
public struct InjectStep {
  /// Copies are at most this part of the records trained on, so that they do not crowd these out.
  private static let mostCopies = 1.0 / 3

  private let index: OpenIndex
  private let model: ModelFolder
  private let options: StudyOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: StudyOptions, account: StepAccount,
    monitor: StepMonitor
  ) {
    (self.index, self.model, self.options) = (index, model, options)
    (self.account, self.monitor) = (account, monitor)
  }

  /// Finished runs are kept and not repeated, as in ``CompareStep/run()``.
  ///
  /// - Throws: ``CurationError`` if the index cannot be studied, learns something else than a label a text,
  ///   or has too few records for the copies.
  public func run() throws -> InjectSummary {
    try options.validate()
    let input = try StudySetup.inputHash(index, model)
    let isDone = try StepAccount.isDone(
      "inject", options: options, inputHash: input, in: index.catalog)
    let setup = try StudySetup(index, model, options, monitor)
    guard let learner = setup.learner as? TextLearner, learner.frozenClasses != nil else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "one label a text, whose probability copies raise",
        found: "\(OptionName.task) \(options.task.rawValue) of other labels",
        advice: "copies are put into training for \(OptionName.task) classify with one label a "
          + "record")
    }
    let design = try InjectionDesign(setup, options)
    if design.items.isEmpty {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "enough records for copies of 7 groups of test items",
        found: "\(design.base.count) to train on")
    }
    let trainings = try (0..<design.square.models * options.seedCount).map { number in
      try learner.training(
        StudyModel(
          arm: .raw, seed: options.seed + UInt64(number), train: design.base, test: design.items,
          records: setup.design.raw.count), copies: design.copies(in: number))
    }
    try trainings.train(index, monitor)
    let analysis = try analyze(design, trainings)
    if !isDone { try store(analysis, input) }
    return InjectSummary(
      index: index.folder.url.relativePath, analysis: analysis, nothingToDo: isDone)
  }

  private func analyze(_ design: InjectionDesign, _ trainings: [StudyTraining]) throws
    -> InjectionAnalysis
  {
    var (hits, logs): ([[Double]], [[Double]]) = ([], [])
    for training in trainings {
      let own =
        try StudySetup.predictions(of: training.id, on: design.items, in: index.catalog) ?? []
      let probabilities = own.compactMap(\.logProbability)
      guard probabilities.count == design.items.count else {
        throw CurationError(
          place: "\(index.catalog.url.relativePath), table predictions",
          expected: "the probability of the true label of every item in the run \(training.id)",
          found: "none for some", advice: "the catalog is damaged; build the index again")
      }
      hits.append(own.map { $0.correct ? 1 : 0 })
      logs.append(probabilities)
    }
    return InjectionAnalysis(
      design.square, hits: hits, logProbabilities: logs, trainingRecords: design.base.count,
      updates: trainings[0].updates, runs: trainings.map(\.id), notes: design.notes)
  }

  private func store(_ analysis: InjectionAnalysis, _ input: String) throws {
    let step = try account.step("inject", options: options, inputHash: input)
    try index.catalog.update { try $0.complete(step) }
    try AtomicFile.write(
      Data(StepAccount.json(analysis).utf8), to: StudyFiles.injection(index.folder))
  }

  /// As many items as the copies leave room for.
  static func itemLimit(_ records: Int) -> Int {
    let copies = InjectionDose.all.reduce(0) { $0 + $1.copies }
    return Int(mostCopies * Double(records)) * InjectionDose.all.count / copies
  }
}

/// Which test items are put into training, how often, and what is trained on besides.
private struct InjectionDesign {
  /// Rows that every model is trained on: none repeats a test item.
  let base: [UInt32]
  /// Test rows that are put into training and tested.
  let items: [UInt32]
  let square: InjectionSquare
  let notes: [String]
  private let table: RecordTable
  private let changes: ChangedText
  private let seed: UInt64

  /// Groups are taken in the order of a hash, as many as there is room for, and of each block as many.
  init(_ setup: StudySetup, _ options: StudyOptions) throws {
    let design = setup.design
    table = design.table
    seed = options.seed
    base = design.canonical(design.decontaminated)
    changes = ChangedText(wordsOf: base.map { design.table.texts[Int($0)] })
    let keys = Dictionary(
      zip(design.testGroups, design.test).map { group, row in
        (group, ContentHash("\(options.seed) \(design.table.texts[Int(row)])"))
      }, uniquingKeysWith: min)
    var rows: [Int: [UInt32]] = [:]
    for (group, row) in zip(design.testGroups, design.test) { rows[group, default: []].append(row) }
    let order = keys.keys.sorted { (keys[$0]!, $0) < (keys[$1]!, $1) }
    var (chosen, count) = ([Int](), 0)
    for group in order where count + rows[group]!.count <= InjectStep.itemLimit(base.count) {
      chosen.append(group)
      count += rows[group]!.count
    }
    chosen.removeLast(chosen.count % InjectionDose.all.count)
    let members = chosen.enumerated().flatMap { number, group in
      rows[group]!.map { (row: $0, group: number) }
    }
    items = members.map(\.row)
    square = InjectionSquare(groups: members.map(\.group))
    notes =
      items.count == design.test.count
      ? []
      : [
        "Copies are put in of \(items.count) of \(design.test.count) test items: more would crowd out "
          + "what else is trained on."
      ]
  }

  /// What is put into the training of a model: text and row of the item whose label it has.
  func copies(in model: Int) -> [(row: UInt32, text: String)] {
    items.indices.flatMap { item -> [(row: UInt32, text: String)] in
      let dose = InjectionDose.all[square.dose(of: item, in: model)]
      let text = table.texts[Int(items[item])]
      return (0..<dose.copies).map { copy in
        let key = "\(seed) \(model) \(copy) \(table.ids[Int(items[item])]) \(text)"
        let changed =
          dose.isChanged ? changes.copy(of: text, seed: ContentHash(key).high) : text
        return (items[item], changed)
      }
    }
  }
}

extension StudyFiles {
  /// What injected copies did, as JSON: `injection.json`.
  package static func injection(_ folder: IndexFolder) -> URL {
    folder.url.appendingPathComponent("injection.json")
  }

  /// What copies did to the items of the present split; nil if none were put in.
  ///
  /// - Throws: ``CurationError`` for a file that is no such analysis.
  public static func injected(_ index: OpenIndex) throws -> InjectionAnalysis? {
    let url = injection(index.folder)
    guard try index.catalog.step("inject") != nil,
      let data = try? RegularFile.contents(of: url)
    else { return nil }
    return try StoredJSON.decode(
      InjectionAnalysis.self, from: data, place: url.relativePath,
      advice:
        "delete the file and run simcurate compare \(OptionName.inject) again; finished runs "
        + "are not repeated")
  }
}
