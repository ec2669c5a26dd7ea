import ArgumentParser
import Study
import Training

extension SimilarityLoss: ExpressibleByArgument {}

/// How sentence vectors are trained, with `--task similarity`.
struct SimilarityArguments: ParsableArguments {
  private static let standard = SimilarityOptions(loss: .ranking)

  @Option(
    help: ArgumentHelp(
      "Loss of sentence vectors: ranking (multiple negatives), cosent, cosine, contrastive or triplet "
        + "(default: contrastive for pairs scored 0 or 1, cosent for other scores, else ranking).",
      valueName: "kind"))
  var loss: SimilarityLoss?
  @Option(
    within: .aboveZero,
    help: "What cosines are multiplied by in ranking and cosent (default: 20).", valueName: "x")
  var lossScale: Float?
  @Option(
    within: .aboveZero, help: "Margin of contrastive and triplet (default: 0.5).", valueName: "x")
  var lossMargin: Float?
  @Flag(inversion: .prefixedNo, help: "Ranking asks for each positive's anchor too.")
  var symmetric = standard.isSymmetric
  @Option(
    help: ArgumentHelp(
      "Lengths of the vector's beginnings that count like the whole, parted by commas.",
      valueName: "n,n"))
  var dimensions: String?
  @Option(
    within: TrainingOptions.Limits.hardNegatives,
    help:
      "Near records of other groups that each anchor is held against; of single texts (default: 0, "
      + "with triplet 1).", valueName: "n")
  var hardNegatives: Int?

  mutating func validate() throws {
    guard dimensions == nil || dimensionList != nil else {
      throw ValidationError(
        "--dimensions must be whole numbers parted by commas, got '\(dimensions!)'.")
    }
  }

  /// The name of an option that was given; nil if none was.
  ///
  /// - Parameter scoredPairs: what pairs of labels take too is passed over.
  func given(besides scoredPairs: Bool) -> String? {
    let all: [(String, Bool)] = [
      ("--loss", loss != nil && !scoredPairs), ("--loss-scale", lossScale != nil),
      ("--loss-margin", lossMargin != nil && !scoredPairs),
      ("--symmetric", symmetric), ("--dimensions", dimensions != nil),
      ("--hard-negatives", hardNegatives != nil),
    ]
    return all.first(where: \.1)?.0
  }

  private var dimensionList: [Int]? {
    let parts = dimensions?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    let numbers = parts.compactMap { Int($0) }
    return numbers.count == parts.count ? numbers : nil
  }

  var choice: SimilarityChoice {
    var choice = SimilarityChoice()
    choice.loss = loss
    choice.scale = lossScale
    choice.margin = lossMargin
    choice.isSymmetric = symmetric
    choice.dimensions = dimensions == nil ? nil : dimensionList
    choice.hardNegatives = hardNegatives
    return choice
  }

  /// Puts in what followed for pairs of labels.
  mutating func settlePairs(_ options: SimilarityOptions) {
    loss = options.loss
    lossMargin = options.loss == .contrastive ? options.margin : nil
  }

  /// Puts in what followed from model and data.
  mutating func settle(_ options: SimilarityOptions) {
    loss = options.loss
    lossScale = options.scale
    lossMargin = options.margin
  }
}
