import Foundation

/// One arm's records given to a classifier on the vectors as they are, and scored on one slice.
public struct BaselineScore: Codable, Equatable, Sendable {
  /// What is trained on.
  public var arm: String
  /// The arm that it is compared with.
  public var baseline: FrozenBaseline
  /// What is measured.
  public var metric: Metric
  /// The test items that it is measured on.
  public var slice: TestSlice
  /// The score.
  public var score: Estimate
  /// Fine-tuned models of the arm minus the baseline.
  public var advantage: Estimate

  /// Each parameter is the property of that name.
  public init(
    arm: String, baseline: FrozenBaseline, metric: Metric, slice: TestSlice, score: Estimate,
    advantage: Estimate
  ) {
    self.arm = arm
    self.baseline = baseline
    self.metric = metric
    self.slice = slice
    self.score = score
    self.advantage = advantage
  }
}

/// How far the models of an arm came in training.
public struct ArmFit: Codable, Equatable, Sendable {
  package var arm: String
  /// Mean cross-entropy of the last tenth of the updates, over all seeds.
  public var finalLoss: Double
  /// Entropy of the training labels: the loss of a model that knows nothing but their shares.
  public var labelEntropy: Double
  /// Updates of each model.
  public var updates: Int

  package init(arm: String, finalLoss: Double, labelEntropy: Double, updates: Int) {
    self.arm = arm
    self.finalLoss = finalLoss
    self.labelEntropy = labelEntropy
    self.updates = updates
  }

  /// - Parameter labels: of the records trained on.
  init(arm: String, finalLoss: Double, labels: [Int], updates: Int) {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
    let entropy = counts.reduce(0.0) {
      let share = Double($1.value) / Double(labels.count)
      return $0 - share * log(share)
    }
    self.init(arm: arm, finalLoss: finalLoss, labelEntropy: entropy, updates: updates)
  }

  /// Whether training ended with more than half of what there was to learn not learned.
  public var isUnfinished: Bool { finalLoss > labelEntropy / 2 }
}

extension StudyAnalysis {
  /// Which arms' training was not finished, where no plain classifier says what that costs; nil if none.
  var unfinished: String? {
    let found = fits.filter { fit in
      fit.isUnfinished && !baselines.contains { $0.arm == fit.arm }
    }
    if found.isEmpty { return nil }
    let arms = found.map {
      "“\($0.arm)” (loss at the end \(Words.score($0.finalLoss)), \(Words.score($0.labelEntropy)) "
        + "without any learning)"
    }
    return "Training was not finished: " + arms.joined(separator: ", ")
      + ". Models that learned more may differ otherwise; train longer."
  }
}

/// An arm whose models say nothing about its data, because they are not trained well enough.
struct Underfit {
  var arm: String
  var text: String
  var evidence: String

  /// Models are underfit if the whole interval of their difference to a baseline lies below zero,
  /// or if training is unfinished while the best baseline scores more. (Labels may be so noisy that
  /// no training brings the loss down; then the baselines are not better either.)
  init?(arm: String, analysis: StudyAnalysis) {
    let baselines = analysis.baselines.filter { $0.arm == arm && $0.slice == .all }
    let own = analysis.scores.first {
      $0.arm == arm && $0.metric == analysis.primaryMetric && $0.slice == .all
    }
    guard let own, let best = baselines.max(by: { $0.score.value < $1.score.value }) else {
      return nil
    }
    let fit = analysis.fits.first { $0.arm == arm }
    let isUnfinished = fit?.isUnfinished == true && own.score.value < best.score.value
    let below = baselines.filter { $0.advantage.high < 0 }
    guard isUnfinished || !below.isEmpty else { return nil }
    self.arm = arm
    let metric = own.metric.title
    text =
      "The models of “\(arm)” reach \(own.metric.titleWithArticle) of "
      + "\(Words.score(own.score.value)), less than the \(Words.score(best.score.value)) of a "
      + "\(best.baseline.title) on the vectors of the same records"
      + (isUnfinished ? ", and training was not finished." : ".")
    evidence =
      "\(metric) against the \(best.baseline.title) \(own.metric.signed(best.advantage.value)), "
      + own.metric.interval(best.advantage)
    if let fit {
      evidence +=
        "; loss at the end \(Words.score(fit.finalLoss)), \(Words.score(fit.labelEntropy)) without "
        + "any learning, after \(fit.updates) updates"
    }
  }
}
