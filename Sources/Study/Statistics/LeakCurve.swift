/// How near a test item is to the training record nearest to it.
public enum NearnessMeasure: String, Codable, CaseIterable, Sendable {
  /// Cosine of the vectors.
  case cosine
  /// Words in both texts, as a share of those in either.
  case words
}

/// What the leak effect and the difficulty gap would be, if items counted as leaked from some nearness on:
/// how far the answer hangs on where the line is drawn. Exploratory; nothing is claimed from it.
public struct LeakCurve: Codable, Equatable, Sendable {
  package struct Point: Codable, Equatable, Sendable {
    /// Items at or above it count as near.
    public var threshold: Double
    package var items: Int
    /// Of the near items: control of `decontaminated` less `decontaminated`.
    public var leakEffect: Estimate?
    /// Score of `raw` on all items less that on those that are not near.
    public var difficultyGap: Estimate?
  }

  package var measure: NearnessMeasure
  package var points: [Point]

  /// Where the line may be drawn.
  public static let thresholds = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]

  /// - Parameter nearness: of every item.
  init(
    _ measure: NearnessMeasure, _ nearness: [Double], _ items: TestItems, _ arms: [ArmPredictions],
    _ metric: Metric
  ) {
    func named(_ arm: StudyArm?) -> ArmPredictions? { arms.first { $0.name == arm?.rawValue } }
    let studied = arms.compactMap { StudyArm(rawValue: $0.name) }
    let control = named(StudyArm.decontaminated.control(among: studied))
    self.measure = measure
    points = Self.thresholds.map { threshold in
      let slices = nearness.map { $0 >= threshold ? TestSlice.leaked : .clean }
      let inference = CrossedInference(
        items: TestItems(
          truth: items.truth, groups: items.groups, slices: slices, folds: items.folds))
      var effect: Estimate?
      if let control, let clean = named(.decontaminated) {
        effect = inference.difference(control, minus: clean, metric, on: .leaked, among: arms)
      }
      return Point(
        threshold: threshold, items: slices.count { $0 == .leaked }, leakEffect: effect,
        difficultyGap: named(.raw).flatMap {
          inference.gap(of: $0, metric, from: .clean, to: .all)
        })
    }
  }
}
