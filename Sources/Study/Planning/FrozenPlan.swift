import Curation
import Foundation
import Store

/// What a study was to be, as it was when its first model began to train.
struct FrozenPlan: Codable, Equatable {
  var metric: Metric
  var margins: Margins
  var seeds: [UInt64]
  /// How many folds the test set is; nil for one draw.
  var folds: Int?
  var arms: [StudyArm]
  var testRecords: Int
  var updates: Int
  /// Whether learning rates are chosen by arm; nil is no.
  var tunesLearningRate: Bool?
  /// Hash of the model that is fine-tuned.
  var model: String

  init(_ setup: StudySetup, _ options: StudyOptions, model: String) {
    metric = setup.learner.metrics[0]
    margins = options.margins
    seeds = setup.seeds
    folds = setup.folds.count > 1 ? setup.folds.count : nil
    arms = setup.arms
    testRecords = setup.test.count
    updates = setup.trainings[0].updates
    tunesLearningRate = options.tunesLearningRate
    self.model = model
  }

  /// In what this is another plan than `first`, in words.
  func differences(from first: FrozenPlan) -> [String] {
    var found: [String] = []
    func note(_ what: String, _ planned: String, _ now: String) {
      if planned != now { found.append("\(what) \(now) in place of \(planned)") }
    }
    func list(_ numbers: [UInt64]) -> String {
      numbers.map { "\($0)" }.joined(separator: ", ")
    }
    func sizes(_ margins: Margins) -> String {
      [margins.all, margins.slice, margins.clean].map { "\($0)" }.joined(separator: ", ")
    }
    note("endpoint", first.metric.title, metric.title)
    note("margins (all, slices, clean)", sizes(first.margins), sizes(margins))
    note("seeds", list(first.seeds), list(seeds))
    note("folds", "\(first.folds ?? 1)", "\(folds ?? 1)")
    note(
      "arms", first.arms.map(\.rawValue).joined(separator: ", "),
      arms.map(\.rawValue).joined(separator: ", "))
    note("test records", "\(first.testRecords)", "\(testRecords)")
    note("updates", "\(first.updates)", "\(updates)")
    note(
      "learning rates", first.tunesLearningRate == true ? "chosen by arm" : "the same",
      tunesLearningRate == true ? "chosen by arm" : "the same")
    if first.model != model { found.append("another model") }
    return found
  }

  /// Writes the plan down if it is the first of this task on this split; else says in what it differs from
  /// that.
  ///
  /// - Returns: a sentence; nil for the plan that was written down.
  func freeze(_ index: OpenIndex, task: LearningTask) throws -> String? {
    let input = try StepAccount.outcomeHash(of: "split", in: index)
    guard let first = try index.catalog.plan(inputHash: input, task: task.rawValue) else {
      let plan = PlanRow(
        inputHash: input, task: task.rawValue, frozenAt: Date(), plan: try StepAccount.json(self))
      try index.catalog.update { try $0.freeze(plan) }
      return nil
    }
    let known = try StoredJSON.decode(
      FrozenPlan.self, from: Data(first.plan.utf8), place: "table plans")
    let found = differences(from: known)
    if found.isEmpty { return nil }
    let day = first.frozenAt.formatted(.iso8601.year().month().day())
    return
      "This is not the comparison that was planned on \(day) before the first model was trained: "
      + found.joined(separator: "; ") + "."
  }
}
