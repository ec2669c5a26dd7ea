import Foundation

/// What a comparison takes, and what it can tell, before anything is trained.
public struct StudyPlan: Codable, Sendable {
  /// What is trained on, and how much of it.
  public struct Arm: Codable, Sendable {
    /// As people know it.
    public var name: String
    /// How many records there are.
    public var records: Int
  }

  /// A comparison that is asked for beforehand.
  public struct Question: Codable, Sendable {
    /// What is asked, as the beginning of a sentence.
    public var title: String
    /// What is trained on.
    public var arm: String
    /// The arm that it is compared with.
    public var baseline: String
    /// The test items that it is measured on.
    public var slice: TestSlice
    /// Test items of the slice and the groups they form.
    public var items: Int
    /// How many groups of items there are, which stay together.
    public var groups: Int
    /// Differences surely smaller than this count as none.
    public var margin: Double
    /// Where the variance comes from.
    public var components: VarianceComponents
    /// Whether the components were measured on earlier models of this index, else they are supposed.
    public var isMeasured: Bool
    /// The error to expect.
    public var error: ExpectedError
    /// The true difference found with probability 0.8.
    public var detectable: Double
    /// Probability of finding a true difference of the margin, and of twice the margin.
    public var powerAtMargin: Double
    /// The chance of finding twice the margin.
    public var powerAtTwice: Double
    /// Probability of showing that arms are equivalent which do not differ.
    public var equivalencePower: Double
    /// Seeds with which the margin is found with probability 0.8; nil if no number up to 100 does.
    public var seedsNeeded: Int?
    /// Test items, all slices together, with which it is; nil if no number up to a thousand times as many
    /// does.
    public var testItemsNeeded: Int?
    /// What the study can decide, in words.
    public var sentence: String
  }

  /// The folder of the index.
  public var index: String
  /// What is learned.
  public var task: LearningTask
  /// What is measured.
  public var metric: Metric
  /// What is compared.
  public var arms: [Arm]
  /// The seeds, one a model.
  public var seeds: [UInt64]
  /// How many folds the test set is, each with models of its own; nil for one draw.
  public var folds: Int?
  /// How many steps of the optimizer there were.
  public var updates: Int
  /// Models in all, and those that earlier runs of this comparison have trained.
  public var models: Int
  /// How many models are there already.
  public var finishedModels: Int
  /// How many of the models are those of smaller arms with as many passes; nil unless that was asked.
  public var sameEpochsModels: Int?
  /// Trainings to choose learning rates by beside the models, and those that have ended; nil unless that was asked.
  public var trials: Int?
  /// How many trials there are already.
  public var endedTrials: Int?
  /// Of one model, its test left out.
  public var secondsPerModel: Double
  /// Whether that is measured on finished models, else on the first updates of one that is not kept.
  public var isFromFinishedModels: Bool
  /// Of the models that are left.
  public var secondsLeft: Double
  /// How many records are tested on.
  public var testRecords: Int
  /// Test records by slice.
  public var slices: [String: Int]
  /// What is to be answered.
  public var questions: [Question]
  /// What takes no part, in sentences.
  public var notes: [String]
}

extension StudyPlan.Question {
  /// Supposing that variances are `components`.
  ///
  /// - Parameters:
  ///   - family: how many comparisons Holm's correction runs over.
  ///   - arms: of the study, and folds of its test set.
  package init(
    title: String, arm: StudyArm, baseline: StudyArm, slice: TestSlice, items: Int, groups: Int,
    margin: Double, components: VarianceComponents, isMeasured: Bool, metric: Metric, seeds: Int,
    arms: Int, folds: Int = 1, family: Int, testItems: Int
  ) {
    let level = 0.05 / Double(family)
    let least = max(2, groups)
    func expected(seeds: Int, groups: Int) -> ExpectedError {
      components.expected(seeds: seeds, groups: groups, arms: arms, folds: folds)
    }
    let error = expected(seeds: seeds, groups: least)
    self.title = title
    self.arm = arm.rawValue
    self.baseline = baseline.rawValue
    self.slice = slice
    self.items = items
    self.groups = groups
    self.margin = margin
    self.components = components
    self.isMeasured = isMeasured
    self.error = error
    detectable = error.detectable(level: level)
    powerAtMargin = error.power(of: margin, level: level)
    powerAtTwice = error.power(of: 2 * margin, level: level)
    equivalencePower = error.equivalencePower(margin: margin, level: level)
    func finds(_ seeds: Int, _ groups: Int) -> Bool {
      seeds >= Comparison.leastSeeds && groups >= Comparison.leastGroups
        && expected(seeds: seeds, groups: groups).detectable(level: level) <= margin
    }
    seedsNeeded = (1...100).first { finds($0, least) }
    testItemsNeeded = Self.least(upTo: 1000 * least) {
      finds(max(seeds, Comparison.leastSeeds), $0)
    }.map { ($0 * testItems + least - 1) / least }
    sentence = ""
    sentence = words(metric, seeds: seeds)
  }

  /// The least number from 2 to `limit` of which `isEnough` holds, which holds of all larger ones then.
  private static func least(upTo limit: Int, _ isEnough: (Int) -> Bool) -> Int? {
    guard isEnough(limit) else { return nil }
    var (low, high) = (1, limit)
    while high - low > 1 {
      let middle = (low + high) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private func words(_ metric: Metric, seeds: Int) -> String {
    func probability(_ value: Double) -> String { String(format: "%.2f", value) }
    let found =
      "a true difference of \(metric.size(margin)) is found with probability "
      + "\(probability(powerAtMargin)), one of \(metric.size(2 * margin)) with "
      + "\(probability(powerAtTwice)), one of \(metric.size(detectable)) with 0.80; if there is none, "
      + "that is shown with \(probability(equivalencePower))"
    var short: [String] = []
    if seeds < Comparison.leastSeeds {
      short.append("\(seeds) of \(Comparison.leastSeeds) seeds")
    }
    if groups < Comparison.leastGroups {
      short.append("\(groups) of \(Comparison.leastGroups) groups of test items")
    }
    if !short.isEmpty {
      return
        "\(title): cannot be decided, there are \(short.joined(separator: " and ")) that a claim "
        + "needs. \(remedy)"
    }
    if powerAtMargin >= 0.8 { return "\(title): can be decided; \(found)." }
    let verdict =
      powerAtTwice >= 0.8 || equivalencePower >= 0.8
      ? "can be decided in part" : "cannot be decided unless the difference is large"
    return "\(title): \(verdict); \(found). \(remedy)"
  }

  private var remedy: String {
    let items = testItemsNeeded.map { "\($0) test items in all" }
    let seeds = seedsNeeded.map { "\($0) seeds" }
    let ways = [seeds, items].compactMap(\.self)
    return ways.isEmpty
      ? "No number of seeds or test items up to a thousand times as many finds the margin."
      : "The margin would be found with " + ways.joined(separator: ", or with ") + "."
  }
}
