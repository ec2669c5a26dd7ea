import Foundation

/// Maps values to positions along an axis.
struct Scale {
  let values: ClosedRange<Double>
  let positions: (from: Double, to: Double)

  func callAsFunction(_ value: Double) -> Double {
    let span = values.upperBound - values.lowerBound
    let share = span > 0 ? (value - values.lowerBound) / span : 0.5
    return positions.from + min(max(share, 0), 1) * (positions.to - positions.from)
  }

  /// The range of the finite `values`, widened to whole tick steps; `0...1` if there are none.
  static func range(of values: some Sequence<Double>, including extra: [Double] = [])
    -> ClosedRange<Double>
  {
    let finite = (Array(values) + extra).filter(\.isFinite)
    guard var low = finite.min(), var high = finite.max() else { return 0...1 }
    if low == high {
      let margin = max(abs(low) * 0.1, 0.01)
      (low, high) = (low - margin, high + margin)
    }
    let step = tickStep(low...high)
    return (low / step).rounded(.down) * step...(high / step).rounded(.up) * step
  }

  /// The tick step 1, 2 or 5 times a power of ten that gives about `count` steps.
  static func tickStep(_ range: ClosedRange<Double>, count: Int = 5) -> Double {
    let rough = (range.upperBound - range.lowerBound) / Double(count)
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let lead = rough / power
    return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power
  }

  /// Round values within the range.
  func ticks(count: Int = 5) -> [Double] {
    let step = Self.tickStep(values, count: count)
    let first = (values.lowerBound / step - 1e-9).rounded(.up)
    let last = (values.upperBound / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 100 else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// Round values, as many as have room for their labels side by side.
  func ticksThatFit(_ style: SVG.Style) -> [Double] {
    let room = abs(positions.to - positions.from)
    for count in [5, 4, 3, 2] {
      let ticks = ticks(count: count)
      let needed = ticks.map { style.width(of: label($0)) + 8 }.max() ?? 0
      if needed * Double(max(0, ticks.count - 1)) <= room { return ticks }
    }
    return [values.lowerBound, values.upperBound]
  }

  /// As many places as the tick step needs.
  func label(_ tick: Double) -> String {
    let step = Self.tickStep(values)
    if abs(tick) >= 1e9 { return String(format: "%.1e", tick) }
    if abs(tick) >= 1000 { return NumberText.integer(Int(tick.rounded())) }
    return NumberText.decimal(tick, max(0, -Int((log10(step) + 1e-9).rounded(.down))))
  }
}
