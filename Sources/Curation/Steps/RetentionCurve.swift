import Neighbors

/// How many records the removal rule would keep at other thresholds of the stage `semantic`; every
/// other stage and option is as `dedup` ran it.
public struct RetentionCurve {
  package struct Point: Sendable {
    package var threshold: Double
    package var kept: Int
  }

  /// By ascending threshold, in steps of 0.02 from the threshold in force (at which `dedup` kept as
  /// many): down to the options' floor, or the lowest pair stored, and up to 1. Empty if the stage
  /// was not run.
  package let points: [Point]

  /// O(n log n + pairs) for each point, from the pairs in the catalog.
  public init(_ index: OpenIndex, options: DedupOptions) throws {
    guard options.stages.contains(.semantic) else {
      points = []
      return
    }
    let rule = try options.validate()
    let table = try index.records(for: options)
    let texts = HashGroups(table.textHashes)
    let semantic = try SemanticPairs.find(
      in: index, texts: texts, floor: options.floor, atMost: options.threshold,
      monitor: StepMonitor())
    let lexical = try LexicalStages(index: index, table: table, texts: texts, options: options)
      .find().pairs
    let floor = max(options.floor, semantic.floor).decimal
    points = Self.thresholds(around: options.threshold.decimal, from: floor).map { threshold in
      var moved = options
      moved.threshold = Float(threshold)
      let result = Removals(
        table: table, texts: texts, semantic: semantic.pairs, lexical: lexical, options: moved,
        rule: rule
      ).decide()
      return Point(threshold: threshold, kept: result.kept.count)
    }
  }

  private static func thresholds(around threshold: Double, from floor: Double) -> [Double] {
    let rounding = 1e6
    return (-50...50).map { ((threshold + 0.02 * Double($0)) * rounding).rounded() / rounding }
      .filter { $0 >= floor - 1e-9 && $0 <= 1 }
  }
}
