/// How numbers that were predicted compare with the true ones.
public struct RegressionReport: Codable, Hashable, Sendable {
  /// Numbers compared.
  public let items: Int
  /// Correlation of the numbers, as `scipy.stats.pearsonr`; nil where it is not defined.
  public let pearson: Double?
  /// Correlation of their ranks, as `scipy.stats.spearmanr`; nil where it is not defined.
  public let spearman: Double?
  /// Root of the mean squared error, in the units of the data; 0 without items.
  public let rootMeanSquaredError: Double
  /// Mean distance of prediction and truth, in the units of the data; 0 without items.
  public let meanAbsoluteError: Double
  /// Share of the variance that is explained, as scikit-learn's `r2_score`: 0 for always predicting the
  /// mean of these items; nil where they do not differ.
  public let determination: Double?

  /// Compares numbers of the same items in the same order. O(n log n).
  public init(truth: [Double], predictions: [Double]) {
    precondition(truth.count == predictions.count, "one prediction per true number")
    let count = Double(max(1, truth.count))
    let squares = zip(truth, predictions).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let mean = truth.reduce(0) { $0 + $1 / count }
    let spread = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    items = truth.count
    pearson = RankCorrelation.pearson(truth, predictions)
    spearman = RankCorrelation.spearman(truth, predictions)
    rootMeanSquaredError = (squares / count).squareRoot()
    meanAbsoluteError = zip(truth, predictions).reduce(0) { $0 + abs($1.0 - $1.1) } / count
    determination = spread > 0 ? 1 - squares / spread : nil
  }
}
