/// A statistic of all texts, and of all texts but one block of them, for each block: what the
/// jackknife by deleted groups needs (Kott, "The delete-a-group jackknife", 2001). Unlike a
/// bootstrap it draws no text twice, which would by itself make states less diverse.
public struct BlockStatistic: Equatable, Sendable {
  public var value: Double
  public var without: [Double]

  public init(value: Double, without: [Double]) {
    self.value = value
    self.without = without
  }

  /// A quotient of sums over texts, given by block; NaN where the denominator is 0.
  public init(
    ratioOf numerators: some Collection<Double>, to denominators: some Collection<Double>
  ) {
    let (top, bottom) = (numerators.reduce(0, +), denominators.reduce(0, +))
    value = bottom > 0 ? top / bottom : .nan
    without = zip(numerators, denominators).map { numerator, denominator in
      // What is left of equal sums is rounding, not texts.
      bottom - denominator > 1e-12 * bottom ? (top - numerator) / (bottom - denominator) : .nan
    }
  }

  /// The mean of statistics of the same texts.
  ///
  /// - Precondition: at least one, all with equally many blocks.
  public init(meanOf statistics: [BlockStatistic]) {
    value = mean(statistics.map(\.value))
    without = statistics[0].without.indices.map { block in
      mean(statistics.map { $0.without[block] })
    }
  }

  var isFinite: Bool { value.isFinite && without.allSatisfy(\.isFinite) }

  /// The value plus the influence of each block times the number of blocks: pseudovalues whose mean
  /// is the value itself.
  var row: [Double] {
    let center = mean(without)
    return without.map { value + Double(without.count - 1) * (center - $0) }
  }
}

extension Estimate {
  /// An arm's statistic over new texts and, where it has several models, over new seeds; less a
  /// baseline's where that is given. Student's interval from the crossed analysis of variance of
  /// ``CrossedTable``; with one model it is about that model.
  ///
  /// - Parameters:
  ///   - models: one statistic a model, of the same texts.
  ///   - baseline: paired with `models` by position, or one that is held against all.
  ///   - texts: how many there are.
  /// - Returns: nil where a statistic has no value on some of the texts.
  package init?(
    _ models: [BlockStatistic], minus baseline: [BlockStatistic] = [], texts: Int
  ) {
    guard (models + baseline).allSatisfy(\.isFinite) else { return nil }
    let seeds = max(models.count, baseline.count)
    var terms = [(sign: 1.0, table: CrossedTable(models, seeds: seeds))]
    if !baseline.isEmpty { terms.append((-1, CrossedTable(baseline, seeds: seeds))) }
    let table = CrossedTable.sum(terms)
    let (variance, degreesOfFreedom) = table.varianceOfMean()
    self.init(
      value: table.value, standardError: variance.squareRoot(), degreesOfFreedom: degreesOfFreedom,
      items: texts, groups: table.groups, seeds: seeds)
  }
}

extension CrossedTable {
  /// - Precondition: as many models as seeds, or one that stands beside each.
  fileprivate init(_ models: [BlockStatistic], seeds: Int) {
    precondition(models.count == seeds || models.count == 1, "arms are paired model by model")
    let all = models.count == seeds ? models : Array(repeating: models[0], count: seeds)
    rows = all.map(\.row)
    perSeed = all.map(\.value)
  }
}
