import Curation
import Foundation
import Store

/// The learning rate that a development part chose for the models of an arm.
public struct RateChoice: Codable, Equatable, Sendable {
  /// One training that was judged.
  public struct Trial: Codable, Equatable, Sendable {
    /// Peak of AdamW.
    public var learningRate: Float
    /// On the development part after the last update; nil if training failed.
    public var score: Double?
  }

  /// As people know it.
  public var arm: String
  /// Nil where the test set is one.
  public var fold: Int?
  /// The one that scored most.
  public var learningRate: Float
  /// How many records the trials were judged by.
  public var developmentRecords: Int
  /// In the order tried: the rate that the options say, half of it, twice that.
  public var trials: [Trial]

  /// A rate as people read it, of three digits.
  package static func text(_ rate: Float) -> String { String(format: "%.3g", rate) }
}

/// Chooses the learning rate of every arm, as a user would who had its records alone: by a development part that
/// no trial is trained on. It is the same for all arms of a fold, and whole paraphrase groups of their training
/// records, so that no copy of it is left to train on. Each trial makes as many updates as a model of the study,
/// with the first seed.
struct RateSearch {
  /// Of the rate that the options say.
  static let factors: [Float] = [1, 0.5, 2]
  /// Share of the training records to judge by.
  private static let developmentShare = 0.1

  private let index: OpenIndex
  private let setup: StudySetup
  private let monitor: StepMonitor
  /// By arm and fold, a trial for each factor.
  private let searches: [(arm: StudyArm, fold: Int, development: Int, trials: [TrainingTrial])]

  /// - Throws: ``CurationError`` if there are no records to judge by.
  init(_ index: OpenIndex, _ setup: StudySetup, seed: UInt64, _ monitor: StepMonitor) throws {
    (self.index, self.setup, self.monitor) = (index, setup, monitor)
    searches = try setup.folds.indices.flatMap { fold in
      let design = setup.folds[fold]
      let development = design.canonical(
        try design.development(index, share: Self.developmentShare))
      return try setup.arms.map { arm in
        var model = setup.model(arm, seed: seed, fold: fold)
        model.development = development
        model.test = []
        let isDevelopment = Set(development)
        model.train.removeAll { isDevelopment.contains($0) }
        let rate = try setup.learner.request(model).options.learningRate
        let trials = try Self.factors.map { factor in
          model.learningRate = rate * factor
          return try setup.learner.trial(model)
        }
        return (arm, fold, development.count, trials)
      }
    }
  }

  /// How many trials there are, and how many have ended.
  func counts() throws -> (trials: Int, ended: Int) {
    let log = try TrialLog(index)
    let trials = searches.flatMap(\.trials)
    return (trials.count, trials.count { log[$0.id] != nil })
  }

  /// Makes the trials that have not ended.
  ///
  /// - Throws: ``Interrupted`` after a stop: trials that have ended are not repeated.
  func run() throws -> [RateChoice] {
    var log = try TrialLog(index)
    let total = searches.count * Self.factors.count
    var number = 0
    for search in searches {
      for trial in search.trials {
        number += 1
        try monitor.checkpoint()
        if log[trial.id] != nil { continue }
        let record = try trial.record(
          in: index, phase: "learning rate \(number)/\(total)", monitor: monitor)
        try log.append(record)
        monitor.remark(
          "compare: learning rate \(RateChoice.text(trial.options.learningRate)) of \(search.arm.rawValue)"
            + (setup.folds.count > 1 ? " fold \(search.fold)" : "") + ": "
            + (record.score.map { String(format: "%@ %.4f", record.metric?.rawValue ?? "", $0) }
              ?? record.failure ?? "") + " (\(number) of \(total))")
      }
    }
    return try choices(log)!
  }

  /// What the trials chose; nil if some have not ended.
  ///
  /// - Throws: ``CurationError`` if every training of an arm failed.
  func choices() throws -> [RateChoice]? { try choices(TrialLog(index)) }

  private func choices(_ log: TrialLog) throws -> [RateChoice]? {
    var choices: [RateChoice] = []
    for search in searches {
      let records = search.trials.compactMap { log[$0.id] }
      guard records.count == search.trials.count else { return nil }
      let trials = zip(search.trials, records).map {
        RateChoice.Trial(learningRate: $0.options.learningRate, score: $1.score)
      }
      // Of equals the first, and so the rate that the options say.
      let best = trials.reduce(nil as RateChoice.Trial?) { best, trial in
        guard let score = trial.score else { return best }
        return score > best?.score ?? -.infinity ? trial : best
      }
      guard let best else {
        throw CurationError(
          place: "compare --tune",
          expected: "a learning rate at which “\(search.arm.rawValue)” learns",
          found: records.first?.failure ?? "none", advice: "give a smaller --learning-rate")
      }
      choices.append(
        RateChoice(
          arm: search.arm.rawValue, fold: setup.folds.count > 1 ? search.fold : nil,
          learningRate: best.learningRate, developmentRecords: search.development, trials: trials))
    }
    return choices
  }
}
