/// What the data support, in plain words.
public struct Verdict: Codable, Equatable, Sendable {
  /// What a statement claims.
  public enum Finding: String, Codable, Sendable {
    case improved
    case worsened
    /// No claim of a change, though one of relevant size would have been seen.
    case noMeasurableChange
    /// No claim of a change, and a relevant one could have gone unseen.
    case tooLittleData
    /// The test set scores higher than its clean part does.
    case overstates
    /// The test set does not measurably score higher than its clean part.
    case noOverstatement
  }

  public struct Statement: Codable, Equatable, Sendable {
    public var finding: Finding
    public var text: String

    public init(finding: Finding, text: String) {
      self.finding = finding
      self.text = text
    }
  }

  /// The answer in one or two sentences.
  public var headline: String
  /// The claims, most important first, each with its numbers.
  public var statements: [Statement]
  /// What the reader must know to not over-read them.
  public var caveats: [String]

  public init(headline: String, statements: [Statement], caveats: [String]) {
    self.headline = headline
    self.statements = statements
    self.caveats = caveats
  }

  /// Applies the rules of ``finding(of:relevantEffect:)`` and ``finding(ofInflation:)`` to the
  /// primary comparisons and to the baseline arm's inflation.
  public init(
    scores: [ArmScore], comparisons: [Comparison], gaps: [SliceGap], baseline: String,
    metric: Metric, relevantEffect: Double
  ) {
    let primary = comparisons.filter { $0.family == .primary }
    let leakage = LeakageStatement(
      scores: scores.filter { $0.arm == baseline && $0.metric == metric },
      gaps: gaps.filter { $0.arm == baseline && $0.metric == metric }, metric: metric)
    var statements = primary.map {
      Statement(
        finding: Self.finding(of: $0, relevantEffect: relevantEffect),
        text: $0.sentence(Self.finding(of: $0, relevantEffect: relevantEffect)))
    }
    statements.insert(
      contentsOf: leakage.statement.map { [$0] } ?? [], at: min(1, statements.count))
    let lead = primary.first { $0.baseline == baseline }
    let answers = [
      lead.map { $0.headline(Self.finding(of: $0, relevantEffect: relevantEffect)) },
      leakage.headline,
    ]
    headline = answers.compactMap(\.self).joined(separator: " ")
    self.statements = statements
    caveats = Self.caveats(scores: scores, primary: primary, leaks: leakage.statement != nil)
  }

  /// A change is claimed only if the interval excludes zero *and* the Holm-adjusted p-value is
  /// below 0.05, and never from one seed: training again could reverse it (in simulation, 95%
  /// intervals from one seed hold the truth in 35% to 75% of studies where seeds matter). Otherwise the study says "no measurable change" if it would have seen an effect
  /// of `relevantEffect` with probability 0.8, and "too little data" if not.
  public static func finding(of comparison: Comparison, relevantEffect: Double) -> Finding {
    guard comparison.difference.coversSeeds else { return .tooLittleData }
    if comparison.isSignificant { return comparison.difference.value > 0 ? .improved : .worsened }
    return comparison.difference.minimumDetectableEffect <= relevantEffect
      ? .noMeasurableChange : .tooLittleData
  }

  /// Leakage inflates a score if the interval of all − clean lies above zero.
  public static func finding(ofInflation gap: SliceGap) -> Finding {
    gap.gap.low > 0 ? .overstates : .noOverstatement
  }

  private static func caveats(scores: [ArmScore], primary: [Comparison], leaks: Bool) -> [String] {
    var caveats: [String] = []
    if let seeds = scores.map(\.score.seeds).min(), seeds < 5 {
      caveats.append(
        seeds == 1
          ? "Each arm was trained once: the intervals cover the choice of test items, not what "
            + "training again with another seed would change."
          : "Each arm was trained with \(seeds) seeds; five or more would narrow the intervals.")
    }
    if primary.count > 1 {
      caveats.append(
        "\(primary.count) comparisons were planned; their p-values are corrected for that (Holm). "
          + "Slices and other metrics are exploratory.")
    }
    if leaks {
      caveats.append(
        "Items with a near-copy in training can be easier for other reasons too. The gap says what "
          + "this test set rewards, not what one filter would change.")
    }
    return caveats
  }
}
