/// A part of the test set by each item's cosine to the nearest raw training record.
public enum TestSlice: String, Codable, CaseIterable, Sendable {
  /// Every test item.
  case all
  /// At or above the duplicate threshold: a near-copy of the item was there to train on.
  case leaked
  /// Between the two thresholds.
  case near
  /// Below the lower threshold: what a model has to generalize to.
  case clean

  /// The slice of an item whose nearest training record has cosine `similarity`; never `all`.
  public init(similarity: Double, leaked: Double = 0.9, near: Double = 0.75) {
    precondition(near <= leaked, "the near threshold \(near) is above the leaked one \(leaked)")
    self = similarity >= leaked ? .leaked : similarity >= near ? .near : .clean
  }
}

/// A score of predictions against labels, between 0 and 1.
public enum Metric: String, Codable, CaseIterable, Sendable {
  /// Share of items whose prediction is the label.
  case accuracy
  /// Unweighted mean of the classes' F1 scores, over the classes that occur among the labels or
  /// the predictions; a class never hit scores 0 (scikit-learn's `f1_score(average="macro")`).
  case macroF1

  /// As running text has it.
  package var title: String { self == .accuracy ? "accuracy" : "macro-F1" }
  package var titleWithArticle: String { (self == .accuracy ? "an " : "a ") + title }
}

/// The test items that every arm of a study is scored on.
public struct TestItems: Sendable {
  /// True class per item, in `0..<classCount`.
  public let labels: [Int]
  public let classCount: Int
  /// Paraphrase group per item (any numbers). Items of a group are resampled together, because
  /// they are not independent observations.
  public let groups: [Int]
  /// Where each item stands towards the training data; no item is `all`.
  public let slices: [TestSlice]

  /// - Precondition: the arrays have one length; labels lie in `0..<classCount`.
  public init(labels: [Int], classCount: Int, groups: [Int], slices: [TestSlice]) {
    precondition(labels.count == groups.count && labels.count == slices.count)
    precondition(labels.allSatisfy { (0..<classCount).contains($0) }, "label out of range")
    precondition(!slices.contains(.all), "an item lies in one slice, not in all")
    self.labels = labels
    self.classCount = classCount
    self.groups = groups
    self.slices = slices
  }

  public var count: Int { labels.count }

  /// Indices of the items in `slice`, ascending.
  public func indices(in slice: TestSlice) -> [Int] {
    slice == .all ? Array(labels.indices) : slices.indices.filter { slices[$0] == slice }
  }
}

/// What the models of one arm predicted for the test items, one model a seed.
public struct ArmPredictions: Sendable {
  public let name: String
  /// One per trained model. Arms are paired by position, so compared arms list equal seeds.
  public let seeds: [UInt64]
  /// `predictions[model][item]`, classes as in the labels.
  public let predictions: [[Int]]

  /// - Precondition: as many rows as seeds, at least one, all of one length.
  public init(name: String, seeds: [UInt64], predictions: [[Int]]) {
    precondition(!seeds.isEmpty && seeds.count == predictions.count)
    precondition(predictions.allSatisfy { $0.count == predictions[0].count })
    self.name = name
    self.seeds = seeds
    self.predictions = predictions
  }
}
