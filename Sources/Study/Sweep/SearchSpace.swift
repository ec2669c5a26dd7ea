import Foundation

/// The options that a sweep varies, and the values each may take.
public struct SearchSpace: Hashable, Sendable {
  package enum Scale: String, CaseIterable, Sendable {
    /// Every value as likely as any other.
    case linear
    /// Every factor: as many draws between 1e-5 and 1e-4 as between 1e-4 and 1e-3.
    case log
  }

  package enum Values: Hashable, Sendable {
    /// Each as likely as the others.
    case list([String])
    /// Both ends among them; of a logarithmic scale `low` is above 0.
    case range(low: Double, high: Double, scale: Scale, isWhole: Bool)
  }

  package struct Dimension: Hashable, Sendable {
    package var option: String
    package var values: Values

    package init(option: String, values: Values) {
      self.option = option
      self.values = values
    }
  }

  package var dimensions: [Dimension]

  package init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

  /// How often a draw that was there before is drawn again before the space counts as exhausted.
  private static let mostRepeats = 1000

  /// Different points of the space, drawn independently (Bergstra and Bengio, "Random search for
  /// hyper-parameter optimization", 2012): a value of every dimension, in their order.
  ///
  /// Fewer than `count` where the space has no more. The first points do not depend on `count`: a longer
  /// sweep begins with a shorter one's trials.
  public func draw(_ count: Int, seed: UInt64) -> [[String]] {
    var generator = SeededGenerator(seed: seed)
    var points: [[String]] = []
    var known: Set<[String]> = []
    var repeats = 0
    while points.count < count, repeats < Self.mostRepeats {
      let point = dimensions.map { $0.values.draw(&generator) }
      if known.insert(point).inserted {
        points.append(point)
        repeats = 0
      } else {
        repeats += 1
      }
    }
    return points
  }
}

extension SearchSpace.Values {
  /// Numbers have four digits: no option is worth more, and people read them.
  fileprivate func draw(_ generator: inout SeededGenerator) -> String {
    switch self {
    case .list(let values): return values[generator.index(below: values.count)]
    case .range(let low, let high, let scale, let isWhole):
      let share = Double(generator.next() >> 11) * 0x1p-53
      // Each whole number has the stretch of half a unit about it.
      let margin = isWhole ? 0.5 : 0
      let (bottom, top) = (low - margin, high + margin)
      let value =
        scale == .linear ? bottom + share * (top - bottom) : bottom * pow(top / bottom, share)
      let inside = min(high, max(low, isWhole ? value.rounded() : value))
      // What is rounded up past the largest whole number is that one.
      return isWhole ? "\(Int(exactly: inside) ?? .max)" : Self.short(inside, in: low...high)
    }
  }

  private static func short(_ value: Double, in range: ClosedRange<Double>) -> String {
    let text = String(format: "%.4g", value)
    return Double(text).map(range.contains) == true ? text : "\(value)"
  }
}
