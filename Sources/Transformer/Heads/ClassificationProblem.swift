import Foundation

/// What a classifier's logits mean, as `problem_type` in `config.json` says.
public enum ClassificationProblem: String, Sendable, CaseIterable {
  /// One label is right: softmax.
  case singleLabel = "single_label_classification"
  /// Any number of labels is: a sigmoid for each.
  case multiLabel = "multi_label_classification"

  /// A probability for each label from the logits of one text.
  public func probabilities(_ logits: [Float]) -> [Double] {
    switch self {
    case .multiLabel: return logits.map { 1 / (1 + exp(-Double($0))) }
    case .singleLabel:
      let highest = logits.max() ?? 0
      let powers = logits.map { exp(Double($0 - highest)) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
