/// What values an option may have.
package struct Limit<Value: Comparable & Sendable>: Sendable {
  /// As it goes on after a noun: `at least 1`.
  package let text: String
  private let isMet: @Sendable (Value) -> Bool

  private init(_ text: String, _ isMet: @escaping @Sendable (Value) -> Bool) {
    self.text = text
    self.isMet = isMet
  }

  /// Whether an option may have this value.
  package func allows(_ value: Value) -> Bool { isMet(value) }

  /// `least` and more.
  package static func atLeast(_ least: Value) -> Limit {
    Limit("at least \(least)") { $0 >= least }
  }

  /// Both ends included.
  package static func within(_ range: ClosedRange<Value>) -> Limit {
    Limit("in \(range.lowerBound)...\(range.upperBound)") { range.contains($0) }
  }

  /// Without the upper end.
  package static func within(_ range: Range<Value>) -> Limit {
    Limit("in \(range.lowerBound)..<\(range.upperBound)") { range.contains($0) }
  }
}

extension Limit where Value: BinaryFloatingPoint {
  /// Finite too.
  package static var aboveZero: Limit { Limit("above 0") { $0 > 0 && $0.isFinite } }

  /// Finite too.
  package static var notNegative: Limit { Limit("0 or above") { $0 >= 0 && $0.isFinite } }

  /// A share that is not nothing.
  package static var partOrWhole: Limit { Limit("above 0, at most 1") { $0 > 0 && $0 <= 1 } }
}

extension TrainingOptions {
  /// What each option may be by itself, whatever model and data.
  package enum Limits {
    /// Of the optimizer, at its highest.
    package static let learningRate = Limit<Float>.aboveZero
    /// Of an update, times the learning rate.
    package static let weightDecay = Limit<Float>.within(0...1)
    /// Share of all updates.
    package static let warmUp = Limit<Float>.within(0...1)
    /// From one layer to the one below.
    package static let layerDecay = Limit<Float>.partOrWhole
    /// Length of the gradient; 0 for no limit.
    package static let gradientClipping = Limit<Float>.notNegative
    /// Share of the target.
    package static let labelSmoothing = Limit<Float>.within(0..<1)
    /// A probability.
    package static let dropout = Limit<Float>.within(0..<1)
    /// Passes over the training data: an epoch's batches are planned one by one.
    package static let epochs = Limit<Int>.within(1...100_000)
    /// Updates in all.
    package static let updates = Limit<Int>.within(1...10_000_000)
    /// Of sentences, tokens, passes, evaluations, the steps between two of something: sums and products of
    /// two such numbers are no overflow.
    package static let count = Limit<Int>.within(1...1_000_000_000)
    /// Pairs of labels for each text.
    package static let pairsPerText = Limit<Int>.within(1...10_000)
    /// Near records for each anchor.
    package static let hardNegatives = Limit<Int>.within(0...1_000)
    /// Counted from the lowest.
    package static let frozenLayers = Limit<Int>.atLeast(0)
    /// Special tokens included: room for one of the text.
    package static let maximumTokens = Limit<Int>.atLeast(3)
    /// An adapter's alpha.
    package static let adapterScale = Limit<Float>.aboveZero
  }
}
