/// A text and the index of its class.
public struct LabeledText: Hashable, Sendable {
  public var text: String
  /// Index into the classifier's labels.
  public var label: Int

  public init(text: String, label: Int) {
    self.text = text
    self.label = label
  }
}
