/// How records are divided into parts, and how large the balanced training subset is to be.
public struct SplitOptions: Codable, Hashable, Sendable {
  public enum Selection: String, Codable, Sendable, CaseIterable {
    case facilityLocation = "facility-location"
    case kCenter = "k-center"
  }

  public var trainShare: Double
  public var developmentShare: Double
  public var testShare: Double
  /// Records of the training part to select: a share up to 1, or a number.
  public var budget: Double
  public var selection: Selection
  public var labels: Quotas.Mode
  public var topics: Quotas.Mode
  public var seed: UInt64
  /// Also divide the records into so many folds for cross-validation.
  public var folds: Int?
  /// Train on the earliest and test on the latest records by this field, instead of at random.
  public var timeField: String?

  public init(
    trainShare: Double = 0.8, developmentShare: Double = 0.1, testShare: Double = 0.1,
    budget: Double = 0.5, selection: Selection = .facilityLocation,
    labels: Quotas.Mode = .balanced, topics: Quotas.Mode = .proportional, seed: UInt64 = 0,
    folds: Int? = nil, timeField: String? = nil
  ) {
    self.trainShare = trainShare
    self.developmentShare = developmentShare
    self.testShare = testShare
    self.budget = budget
    self.selection = selection
    self.labels = labels
    self.topics = topics
    self.seed = seed
    self.folds = folds
    self.timeField = timeField
  }

  func validate() throws {
    let shares = [trainShare, developmentShare, testShare]
    guard shares.allSatisfy({ $0 > 0 }), abs(shares.reduce(0, +) - 1) < 1e-6 else {
      throw CurationError(
        place: "--shares", expected: "three positive shares that sum to 1",
        found: shares.map { "\($0)" }.joined(separator: ","), advice: "for example 0.8,0.1,0.1")
    }
    guard folds ?? 2 >= 2 else {
      throw CurationError(place: "--folds", expected: "at least 2", found: "\(folds ?? 0)")
    }
    guard budget > 0 else {
      throw CurationError(
        place: "--budget", expected: "a share up to 1 or a number of records", found: "\(budget)")
    }
  }

  /// The budget in records, of `available`.
  func records(of available: Int) -> Int {
    min(available, budget <= 1 ? Int((budget * Double(available)).rounded()) : Int(budget))
  }
}
