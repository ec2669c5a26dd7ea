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
    if isDone, let known = try StudyFiles.injected(index) {
      return summary(known, nothingToDo: true)
    }
    let setup = try StudySetup(index, model, options, monitor)
    guard let learner = setup.learner as? TextLearner, learner.frozenClasses != nil else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "one label a text, whose probability copies raise",
        found: "\(OptionName.task) \(options.task.rawValue) of other labels",
        advice: "copies are put into training for \(OptionName.task) classify with one label a "
          + "record")
    }
    let design = try InjectionDesign(index, setup.design, seed: options.seed)
    if design.items.isEmpty {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "enough records for copies of \(design.square.models) groups of test items",
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
    try store(analysis, input)
    return summary(analysis, nothingToDo: false)
  }

  private func summary(_ analysis: InjectionAnalysis, nothingToDo: Bool) -> InjectSummary {
    InjectSummary(
      index: index.folder.url.relativePath, analysis: analysis, nothingToDo: nothingToDo)
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
      design.square, hits: hits, logProbabilities: logs, rows: design.items,
      trainingRecords: design.base.count, updates: trainings[0].updates, runs: trainings.map(\.id),
      notes: design.notes)
  }

  private func store(_ analysis: InjectionAnalysis, _ input: String) throws {
    let step = try account.step("inject", options: options, inputHash: input)
    // First the file: a step that is done has it.
    try AtomicFile.write(
      Data(StepAccount.json(analysis).utf8), to: StudyFiles.injection(index.folder))
    try index.catalog.update { try $0.complete(step) }
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
