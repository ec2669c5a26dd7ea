import Foundation
import Study

/// Numbers as a reader wants them, the same in every locale. What is not a number is a dash.
enum NumberText {
  static let none = "–"

  /// `12345` is "12,345".
  static func integer(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "−" + result : result
  }

  static func decimal(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return none }
    let text = String(format: "%.\(places)f", abs(value))
    return value < 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "−" + text : text
  }

  /// A score or cosine with three places.
  static func score(_ value: Double) -> String { decimal(value, 3) }

  /// A difference of scores in points, with its sign.
  static func points(_ value: Double) -> String {
    let text = decimal(value * 100, 1)
    return value > 0 && text != "0.0" && value.isFinite ? "+" + text : text
  }

  /// A difference of scores: in points where they are shares, else as it is.
  static func difference(_ value: Double, _ metric: Metric) -> String {
    if metric.isShare { return points(value) }
    let text = score(value)
    return value > 0 && text != "0.000" && value.isFinite ? "+" + text : text
  }

  static func percent(_ share: Double) -> String {
    share.isFinite ? decimal(share * 100, 1) + "%" : none
  }

  static func percent(_ part: Int, of whole: Int) -> String {
    whole > 0 ? percent(Double(part) / Double(whole)) : none
  }

  static func pValue(_ value: Double) -> String {
    guard value.isFinite else { return none }
    return value < 0.001 ? "< 0.001" : decimal(value, 3)
  }

  /// `0.912 (0.880 to 0.931)`.
  static func scored(_ estimate: Estimate) -> String {
    "\(score(estimate.value)) (\(score(estimate.low)) to \(score(estimate.high)))"
  }

  static func interval(_ estimate: Estimate, _ metric: Metric) -> String {
    "\(difference(estimate.low, metric)) to \(difference(estimate.high, metric))"
  }

  /// A size of differences, without a sign.
  static func size(_ value: Double, _ metric: Metric) -> String {
    metric.isShare ? decimal(value * 100, 1) : score(value)
  }

  /// Four significant figures for a measure of unknown scale.
  static func measure(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    if value == 0 { return "0" }
    if value == value.rounded() && abs(value) < 1e9 && abs(value) >= 10 {
      return integer(Int(value))
    }
    let whole = max(0, Int(log10(max(abs(value), 1e-9)).rounded(.down)))
    return decimal(value, max(0, 3 - whole))
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return none }
    if seconds < 1 { return decimal(seconds * 1000, 0) + " ms" }
    if seconds < 59.95 { return decimal(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  static func bytes(_ count: Int) -> String {
    let megabytes = Double(count) / 1_000_000
    if megabytes < 1 { return decimal(Double(count) / 1000, 0) + " kB" }
    return megabytes < 1000
      ? decimal(megabytes, 0) + " MB" : decimal(megabytes / 1000, 2) + " GB"
  }
}
