import Foundation

/// What the logits of a model for texts mean, as `problem_type` in `config.json` says.
public enum ClassificationProblem: String, Sendable, CaseIterable {
  /// One label is right: softmax.
  case singleLabel = "single_label_classification"
  /// Any number of labels is: a sigmoid for each.
  case multiLabel = "multi_label_classification"
  /// The one logit is a number, in the units of the data.
  case regression

  /// A probability for each label from the logits of one text; of a regression the number itself.
  public func probabilities(_ logits: [Float]) -> [Double] {
    switch self {
    case .regression: return logits.map(Double.init)
    case .multiLabel: return logits.map { 1 / (1 + exp(-Double($0))) }
    case .singleLabel:
      let highest = logits.max() ?? 0
      let powers = logits.map { exp(Double($0 - highest)) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
