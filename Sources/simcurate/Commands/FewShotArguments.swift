import ArgumentParser
import Study
import Training

/// How classes are learned from few examples.
struct FewShotArguments: ParsableArguments {
  @Option(
    within: .atLeast(1),
    help: "Train on so many records of each label, drawn from the training part (default: all).",
    valueName: "n")
  var shots: Int?
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Sentence vectors learn from pairs of texts of the same and of different labels, then "
        + "logistic regression on them."))
  var fewShot = false
  @Option(
    within: TrainingOptions.Limits.pairsPerText,
    help: "With --few-shot: pairs of the same label for each text, and as many of different labels "
      + "(default: 20).", valueName: "n")
  var pairsPerText: Int?

  mutating func validate() throws {
    if pairsPerText != nil, !fewShot { throw ValidationError("--pairs-per-text needs --few-shot.") }
  }

  /// - Parameter similarity: the loss of the pairs.
  func choice(_ similarity: SimilarityArguments) -> FewShotChoice? {
    guard fewShot else { return nil }
    var choice = FewShotChoice()
    choice.pairsPerText = pairsPerText
    choice.loss = similarity.loss
    choice.margin = similarity.lossMargin
    return choice
  }
}
