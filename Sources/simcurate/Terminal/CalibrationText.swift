import Curation
import Foundation

extension CalibrationSummary {
  var text: String {
    var text = "calibrate: \(labeled) labeled pairs, \(duplicates) of them duplicates"
    if unsure > 0 { text += "; \(unsure) unsure ones left out" }
    if !guards.isEmpty { text += "; \(vetoed) vetoed by guards" }
    text += "\n"
    if basis == .sample, let storedPairs, let floor {
      text += "           a random sample that speaks for the \(storedPairs) stored pairs\n"
      text += "           from \(floor) up; recall is among those\n"
    }
    return text + curve.table + curve.legend + curve.verdict
  }
}

extension ThresholdCurve {
  /// About twenty rows, the recommended one and that of the best F1 among them.
  var table: String {
    let interval = String(format: "%g%% interval", confidence * 100)
    var table = Table([
      ("threshold", .right), ("called", .right), ("precision", .right), (interval, .left),
      ("recall", .right), (interval, .left), ("F1", .right), ("", .left),
    ])
    let step = max(1, points.count / 20)
    for (place, point) in points.enumerated() {
      let isRecommended = point.threshold == recommended
      let isBest = point.threshold == bestF1
      guard (points.count - 1 - place) % step == 0 || isRecommended || isBest else { continue }
      table.add([
        String(format: "%.3g", point.threshold), "\(point.called)", Self.share(point.precision),
        Self.text(point.precisionInterval, of: point.precision), Self.share(point.recall),
        Self.text(point.recallInterval, of: point.recall), Self.share(point.f1),
        (isRecommended ? "*" : "") + (isBest ? "+" : ""),
      ])
    }
    return table.text
  }

  /// What the marks of ``table`` mean.
  var legend: String {
    let marks = [recommended.map { _ in "* recommended" }, bestF1.map { _ in "+ best F1" }]
    let text = marks.compactMap { $0 }.joined(separator: ", ")
    return text.isEmpty ? "" : text + "\n"
  }

  var verdict: String {
    if let recommended {
      return String(
        format: "recommended: --threshold %g, the lowest of precision %g or more (%g%% sure)\n",
        recommended, targetPrecision, confidence * 100)
    }
    var text = String(
      format: "no threshold: none has precision of at least %g with %g%% confidence\n",
      targetPrecision, confidence * 100)
    if let additionalLabels {
      text += "if shares stay as they are, about \(additionalLabels) labels more would show one\n"
    } else {
      text += "no threshold comes above it in these labels: more of them would hardly help\n"
    }
    return text
  }

  private static func share(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "-"
  }

  private static func text(_ interval: Interval, of value: Double?) -> String {
    value == nil ? "" : String(format: "%.3f-%.3f", interval.low, interval.high)
  }
}

extension UnlabeledSummary {
  /// What each threshold down to the floor would find.
  private var fillerText: String {
    guard let rows = fillerVariants?.rows, !rows.isEmpty else { return "" }
    var table = Table([
      ("threshold", .right), ("pairs no guard keeps apart", .right),
      ("alike but for fillers", .right),
    ])
    for row in rows {
      table.add([String(format: "%.2f", row.threshold), "\(row.pairs)", "\(row.variants)"])
    }
    return table.text
      + "the last column: equal but for word order and words such as please, can you, the\n"
  }

  var text: String {
    var text = "calibrate: UNLABELED, a look at the data and no evidence\n"
    text += "           similarity of \(examined) of \(texts) distinct texts to their nearest\n"
    let most = max(1, profile.histogram.map(\.count).max() ?? 1)
    for bin in profile.histogram {
      let width = Int((Double(bin.count) / Double(most) * 50).rounded(.up))
      text += String(format: "%5.2f %6d ", bin.low, bin.count)
      text += String(repeating: "#", count: width) + "\n"
    }
    if let separation = profile.separation, profile.components.count == 2 {
      let parts = profile.components.map {
        String(format: "%.2f (%.0f%%)", $0.mean, $0.share * 100)
      }
      text += "two groups around \(parts.joined(separator: " and ")), "
      text += String(format: "%.1f deviations apart", separation)
      text += profile.split == nil ? ",\nwhich are not two clear groups\n" : "\n"
    }
    if let split = profile.split { text += "they part at \(split)\n" }
    if let fence = profile.fence, fence < 1 {
      text += "ordinary nearest neighbors hardly reach \(fence)\n"
    }
    if let knee = profile.knee { text += "the sorted similarities bend at \(knee)\n" }
    text += fillerText
    if let suggested {
      text +=
        "a first try: --threshold \(suggested); then label: simcurate calibrate INDEX --label\n"
    } else {
      text += "no suggestion; label some pairs: simcurate calibrate INDEX --label\n"
    }
    return text
  }
}
