import Corpus
import Files
import Foundation

/// How records are divided into parts, and how the balanced training subset is chosen.
public struct SplitOptions: Codable, Hashable, Sendable {
  /// How a subset is chosen.
  public enum Selection: String, Codable, Sendable, CaseIterable {
    case facilityLocation = "facility-location"
    case stochasticGreedy = "stochastic-greedy"
    case kCenter = "k-center"
    case maximalMarginalRelevance = "mmr"
  }

  /// By what the selection has quotas.
  public enum Balance: String, Codable, Sendable, CaseIterable {
    /// The same for every label, within a label by topic as there are records.
    case label
    /// The same for every source, within a source by topic as there are records.
    case source
    /// The same for every topic.
    case topic
    case none

    var key: CompositionKey? { CompositionKey(rawValue: rawValue) }
  }

  /// What may not be in training and test at once, besides paraphrase groups and near pairs.
  public enum Disjoint: String, Codable, Sendable, CaseIterable {
    /// The names that the tags of a CoNLL corpus mark.
    case entities
  }

  /// What leaves training where the user gave a test set.
  public enum LeaveOut: String, Codable, Sendable, CaseIterable {
    /// What is itself at or above the threshold to a record of a given part, or has its text.
    case near
    /// Its whole paraphrase group too, however unlike the test record a member is.
    case group
  }

  /// Of all records, for training.
  public var trainShare: Double
  /// Of all records, to choose by.
  public var developmentShare: Double
  /// Of all records, to test on.
  public var testShare: Double
  /// Records of the training part to select: a share up to 1, or a number.
  public var budget: Double
  /// Tokens of the training part to select, in place of ``budget``.
  public var budgetTokens: Int?
  /// How the balanced subset is chosen.
  public var selection: Selection
  /// What the balanced subset is even by.
  public var balance: Balance
  /// Weights of groups of ``balance`` or ``pin`` by name; the others weigh as without quotas.
  public var quotas: [String: Double] = [:]
  /// Quotas by this key as all records had it before dedup, in place of ``balance``.
  public var pin: CompositionKey?
  /// A field whose number says how good a record is, higher is better.
  public var qualityField: String?
  /// What quality counts against diversity, 0 to 1.
  public var qualityWeight = 0.5
  /// Decides every draw; the same seed gives the same result.
  public var seed: UInt64
  /// Also divide the records into so many folds for cross-validation.
  public var folds: Int?
  /// Train on the earliest and test on the latest records by this field, instead of at random.
  public var timeField: String?
  /// Records with equal values of this field are in one part.
  public var groupField: String?
  /// What no two parts have in common; nil for groups alone.
  public var disjoint: Disjoint?
  /// Where parts are given.
  public var leaveOut = LeaveOut.near

  /// Each parameter is the property of that name.
  public init(
    trainShare: Double = 0.8, developmentShare: Double = 0.1, testShare: Double = 0.1,
    budget: Double = 0.5, selection: Selection = .facilityLocation, balance: Balance = .label,
    seed: UInt64 = 0, folds: Int? = nil, timeField: String? = nil
  ) {
    self.trainShare = trainShare
    self.developmentShare = developmentShare
    self.testShare = testShare
    self.budget = budget
    self.selection = selection
    self.balance = balance
    self.seed = seed
    self.folds = folds
    self.timeField = timeField
  }

  package func validate() throws {
    func check(
      _ holds: Bool, _ option: OptionName, value: String? = nil, _ expected: String,
      _ found: Any
    ) throws {
      if holds { return }
      throw FileError(option: option, value, expected: expected, found: "\(found)")
    }
    let shares = [trainShare, developmentShare, testShare]
    try check(
      shares.allSatisfy { $0 > 0 } && abs(shares.reduce(0, +) - 1) < 1e-6, .shares,
      "three positive shares that sum to 1, as 0.8,0.1,0.1", shares)
    try check(folds ?? 2 >= 2, .folds, "at least 2", folds ?? 0)
    try check(budget > 0, .budget, "a share up to 1 or a number of records", budget)
    try check(budgetTokens ?? 1 > 0, .budgetTokens, "at least one token", budgetTokens ?? 0)
    try check((0...1).contains(qualityWeight), .qualityWeight, "from 0 to 1", qualityWeight)
    try check(
      quotas.values.allSatisfy { $0 >= 0 && $0.isFinite }
        && (quotas.isEmpty || quotas.values.contains { $0 > 0 }),
      .quota, "weights of 0 and more, one of them positive", quotas.values.sorted())
    try check(
      quotas.isEmpty || pin != nil || balance != .none, .quota,
      "groups to which it applies", "\(OptionName.balance) none")
    switch selection {
    case .maximalMarginalRelevance:
      try check(
        qualityField != nil, .selection, value: "mmr",
        "\(OptionName.qualityField) FIELD with it", "none")
    case .kCenter:
      try check(
        qualityField == nil, .qualityField,
        "a selection that weighs quality: facility-location, stochastic-greedy or mmr", "k-center")
    case .facilityLocation, .stochasticGreedy: break
    }
  }

  /// Shares of training, development and test part that can be had: a given part is as large as it
  /// is, and the others divide what it leaves.
  ///
  /// - Parameter counts: records by part.
  public func attainableShares(_ counts: [GivenSplit: Int], given: Set<GivenSplit>) -> [Double] {
    let asked: [GivenSplit: Double] = [
      .train: trainShare, .development: developmentShare, .test: testShare,
    ]
    let isFixed = { (part: GivenSplit) in
      // What has no part is training's, so training alone is never fixed.
      !given.isEmpty && (part == .test || part == .development && given.contains(.development))
    }
    let all = Double(max(1, counts.values.reduce(0, +)))
    let parts = GivenSplit.allCases
    let actual = { (part: GivenSplit) in Double(counts[part] ?? 0) / all }
    let left = 1 - parts.filter(isFixed).reduce(0) { $0 + actual($1) }
    let free = parts.filter { !isFixed($0) }.reduce(0) { $0 + asked[$1]! }
    return parts.map { isFixed($0) ? actual($0) : left * asked[$0]! / free }
  }

  /// The budget of a training part of `available` records.
  func size(of available: Int) -> BalancedSelection.Size {
    if let budgetTokens { return .tokens(budgetTokens) }
    return .records(
      Int(min(Double(available), budget <= 1 ? (budget * Double(available)).rounded() : budget)))
  }
}

extension SplitOptions {
  /// Options stored before a key was added have its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, else value: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    self.init(
      trainShare: try values.decode(Double.self, forKey: .trainShare),
      developmentShare: try values.decode(Double.self, forKey: .developmentShare),
      testShare: try values.decode(Double.self, forKey: .testShare),
      budget: try values.decode(Double.self, forKey: .budget),
      selection: try values.decode(Selection.self, forKey: .selection),
      balance: try read(.balance, else: .label),
      seed: try values.decode(UInt64.self, forKey: .seed),
      folds: try values.decodeIfPresent(Int.self, forKey: .folds),
      timeField: try values.decodeIfPresent(String.self, forKey: .timeField))
    budgetTokens = try values.decodeIfPresent(Int.self, forKey: .budgetTokens)
    quotas = try read(.quotas, else: [:])
    pin = try values.decodeIfPresent(CompositionKey.self, forKey: .pin)
    qualityField = try values.decodeIfPresent(String.self, forKey: .qualityField)
    qualityWeight = try read(.qualityWeight, else: qualityWeight)
    groupField = try values.decodeIfPresent(String.self, forKey: .groupField)
    disjoint = try values.decodeIfPresent(Disjoint.self, forKey: .disjoint)
    leaveOut = try read(.leaveOut, else: .group)
  }
}
