/// A text or a pair of texts, and what is to be learned of it.
public struct LabeledText: Hashable, Sendable {
  /// What is to be learned of a text.
  public enum Target: Hashable, Sendable {
    /// Index into the classifier's labels.
    case label(Int)
    /// Indices of all that hold, ascending.
    case labels([Int])
    case score(Double)
  }

  /// The text, or the first of a pair.
  public var text: String
  /// The other text of a pair.
  public var second: String?
  /// What is to be learned of it.
  public var target: Target

  /// - Parameter second: the other text of a pair.
  public init(text: String, second: String? = nil, target: Target) {
    self.text = text
    self.second = second
    self.target = target
  }

  /// Index of the one label, where that is what is learned.
  public var label: Int? { if case .label(let label) = target { label } else { nil } }
  /// Indices of all labels that hold, where there may be several.
  public var labels: [Int]? { if case .labels(let labels) = target { labels } else { nil } }
  /// The number, where one is learned.
  public var score: Double? { if case .score(let score) = target { score } else { nil } }

  /// A single text with one label: an index into the classifier's.
  public init(text: String, label: Int) { self.init(text: text, target: .label(label)) }
}
