/// What values an option may have.
public struct Limit<Value: Comparable & Sendable>: Sendable {
  /// As it goes on after a noun: `at least 1`.
  public let text: String
  private let isMet: @Sendable (Value) -> Bool

  private init(_ text: String, _ isMet: @escaping @Sendable (Value) -> Bool) {
    self.text = text
    self.isMet = isMet
  }

  public func allows(_ value: Value) -> Bool { isMet(value) }

  public static func atLeast(_ least: Value) -> Limit {
    Limit("at least \(least)") { $0 >= least }
  }

  public static func within(_ range: ClosedRange<Value>) -> Limit {
    Limit("in \(range.lowerBound)...\(range.upperBound)") { range.contains($0) }
  }

  public static func within(_ range: Range<Value>) -> Limit {
    Limit("in \(range.lowerBound)..<\(range.upperBound)") { range.contains($0) }
  }
}

extension Limit where Value: BinaryFloatingPoint {
  public static var aboveZero: Limit { Limit("above 0") { $0 > 0 && $0.isFinite } }

  public static var notNegative: Limit { Limit("0 or above") { $0 >= 0 && $0.isFinite } }

  public static var partOrWhole: Limit { Limit("above 0, at most 1") { $0 > 0 && $0 <= 1 } }
}

extension TrainingOptions {
  /// What each option may be by itself, whatever model and data.
  public enum Limits {
    public static let learningRate = Limit<Float>.aboveZero
    public static let weightDecay = Limit<Float>.within(0...1)
    public static let warmUp = Limit<Float>.within(0...1)
    public static let layerDecay = Limit<Float>.partOrWhole
    public static let gradientClipping = Limit<Float>.notNegative
    public static let labelSmoothing = Limit<Float>.within(0..<1)
    public static let dropout = Limit<Float>.within(0..<1)
    /// Of epochs, steps, sentences, tokens, passes, evaluations.
    public static let count = Limit<Int>.atLeast(1)
    public static let frozenLayers = Limit<Int>.atLeast(0)
    public static let maximumTokens = Limit<Int>.atLeast(3)
    public static let adapterScale = Limit<Float>.aboveZero
  }
}
