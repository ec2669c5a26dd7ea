import Store

/// How even a split is, how little leaks across it, and how far it met what was asked for.
public struct SplitFigures: Figures {
  package static let step = "split"

  /// How far one thing is from what was asked for.
  public struct Target: Codable, Equatable, Sendable {
    /// As people know it.
    public var name: String
    /// A difference of shares, from 0 to 1.
    public var difference: Double
  }

  /// What the balanced subset took.
  public struct Selection: Codable, Equatable, Sendable {
    /// Records or tokens, as the budget was given.
    public var spent: Int
    /// Cells that neighbors or distances were confined to; 1 where all rows were seen at once.
    public var cells: Int
    /// Of the method of selection; nil where nothing had to be selected.
    public var objective: Double?
  }

  /// What cross-validation has.
  public struct Folds: Codable, Equatable, Sendable {
    /// Records of the smallest and the largest.
    public var smallest: Int
    /// The size of the largest.
    public var largest: Int
    /// The greatest difference of a fold's share of a label from that of all.
    public var labelShares: Double
    /// Near pairs in two folds.
    public var nearPairsAcross: Int

    init(_ result: SplitResult, nearPairsAcross: Int) {
      let sizes = result.parts.map(\.count)
      (smallest, largest) = (sizes.min() ?? 0, sizes.max() ?? 0)
      labelShares = result.parts.map(\.worstLabelDeviation).max() ?? 0
      self.nearPairsAcross = nearPairsAcross
    }
  }

  /// In the order of their names.
  public var measures: [SplitMeasure]
  /// How near the parts come to what was asked for.
  public var targets: [Target]
  /// How the balanced subset is chosen.
  public var selection: Selection
  /// How many folds there are.
  public var folds: Folds?
  /// Entities that occur too often for their records to be kept together; nil where that was not asked.
  public var entitiesTooFrequent: Int?
  /// Kept records in no part, by reason.
  public var leftOut: [String: Int]
}

/// One quantity of a split: of a random one of all records or the given parts (before), of the one that
/// was made (after), and of the balanced subset of its training part.
public struct SplitMeasure: Codable, Equatable, Sendable {
  /// Which way is better.
  public enum Direction: String, Codable, Sendable { case higher, lower, neither }

  /// What a measure is counted in.
  public enum Unit: String, Codable, Sendable {
    case records, pairs, entities, cosine, distance
    /// A number of records that are as good as all different.
    case effectiveRecords = "effective records"
    /// A part of 1.
    case share
    /// From 0, all in one class, to 1, even.
    case evenness
  }

  /// As people know it.
  public var name: String
  /// What it says, in a line.
  public var meaning: String?
  /// What it is counted in.
  public var unit: Unit
  /// Which way is better.
  public var better: Direction
  /// As it was before.
  public var before: Double?
  /// As it is after.
  public var after: Double?
  /// Of the balanced subset.
  public var selected: Double?

  /// Each parameter is the property of that name.
  public init(
    name: String, meaning: String? = nil, unit: Unit, better: Direction, before: Double? = nil,
    after: Double? = nil, selected: Double? = nil
  ) {
    self.name = name
    self.meaning = meaning
    self.unit = unit
    self.better = better
    self.before = before
    self.after = after
    self.selected = selected
  }
}

/// What is measured of a split.
enum SplitQuantity: Hashable {
  case records, vendiScore, nearestDistance, highestCosine, labelEntropy, topicEntropy
  case nearPairs, testEntities, sharedEntities
  case coverage(Float)
  case leaked(Float)

  /// The quantity without values.
  var measure: SplitMeasure {
    switch self {
    case .records:
      SplitMeasure(
        name: "records", meaning: "in the training part", unit: .records, better: .neither)
    case .vendiScore:
      SplitMeasure(
        name: "vendi score", meaning: "effective number of different training records",
        unit: .effectiveRecords, better: .higher)
    case .nearestDistance:
      SplitMeasure(
        name: "mean nearest-neighbor distance", meaning: "1 - cosine, within the training part",
        unit: .distance, better: .higher)
    case .highestCosine:
      SplitMeasure(
        name: "highest train-test cosine",
        meaning: "the nearest any test record comes to a training record", unit: .cosine,
        better: .lower)
    case .labelEntropy:
      SplitMeasure(
        name: "label entropy", meaning: "1 is even, 0 is all in one", unit: .evenness,
        better: .higher)
    case .topicEntropy:
      SplitMeasure(
        name: "topic entropy", meaning: "1 is even, 0 is all in one", unit: .evenness,
        better: .higher)
    case .nearPairs:
      SplitMeasure(
        name: "near pairs across parts",
        meaning: "pairs at or above the threshold in two parts at once", unit: .pairs,
        better: .lower)
    case .testEntities:
      SplitMeasure(
        name: "test entities", meaning: "different ones in the test part", unit: .entities,
        better: .neither)
    case .sharedEntities:
      SplitMeasure(
        name: "test entities also in training", meaning: "share of the test part's entities",
        unit: .share, better: .lower)
    case .coverage(let radius):
      SplitMeasure(
        name: "coverage at \(radius)",
        meaning: "share of all records with a training record at that cosine", unit: .share,
        better: .higher)
    case .leaked(let threshold):
      SplitMeasure(
        name: "test share leaked at \(threshold)",
        meaning: "test records with a near-duplicate in training", unit: .share, better: .lower)
    }
  }
}
