import Foundation

/// Numbers and names as the verdict says them.
enum Words {
  /// `0.0234` is "2.3 points".
  static func points(_ fraction: Double) -> String { "\(decimal(fraction)) points" }

  static func signedPoints(_ fraction: Double) -> String { "\(signed(fraction)) points" }

  /// `0.13` is "13%"; what is there is never 0%.
  static func share(_ part: Int, of all: Int) -> String {
    let percent = Double(part) / Double(max(1, all)) * 100
    return String(format: percent < 10 ? "%.1f%%" : "%.0f%%", percent)
  }

  static func interval(_ estimate: Estimate) -> String {
    "95% interval \(signed(estimate.low)) to \(signed(estimate.high))"
  }

  static func score(_ value: Double) -> String { String(format: "%.2f", value) }

  static func pValue(_ value: Double) -> String {
    value < 0.001 ? "p < 0.001" : "p = " + String(format: "%.3f", value)
  }

  /// What training on an arm amounts to, as the subject of a sentence.
  static func subject(_ arm: String) -> String {
    switch arm {
    case "deduped": "removing near-duplicates"
    case "balanced": "training on the balanced subset"
    case "random": "training on a random subset"
    case "duplicated": "adding duplicates"
    case "raw": "training on all data"
    default: "training on “\(arm)”"
    }
  }

  static func capitalized(_ sentence: String) -> String {
    sentence.prefix(1).uppercased() + sentence.dropFirst()
  }

  private static func decimal(_ fraction: Double) -> String {
    String(format: "%.1f", abs(fraction) * 100)
  }

  private static func signed(_ fraction: Double) -> String {
    let number = decimal(fraction)
    if number == "0.0" { return number }
    return (fraction < 0 ? "−" : "+") + number
  }
}

extension Comparison {
  /// What the comparison supports, as a sentence that follows from its finding alone.
  var statement: Verdict.Statement {
    let subject = Words.subject(arm)
    let place = "\(metric.title) on the whole test set against “\(baseline)”"
    let text =
      switch finding {
      case .changed:
        Words.capitalized(subject) + " \(difference.value > 0 ? "raised" : "lowered") \(place) by "
          + "\(Words.points(difference.value))."
      case .equivalent:
        Words.capitalized(subject) + " changed \(place) by less than \(Words.points(margin)), if "
          + "at all."
      default: "Inconclusive whether \(subject) changes \(place)."
      }
    return .init(finding: finding, text: text, evidence: evidence)
  }

  var evidence: String {
    var evidence =
      "difference \(Words.signedPoints(difference.value)), \(Words.interval(difference))"
    if let shortage { return evidence + "; \(shortage)" }
    evidence += "; adjusted \(Words.pValue(adjustedP))"
    if finding != .changed {
      evidence +=
        "; of a difference of ±\(Words.points(margin)) or more adjusted "
        + Words.pValue(adjustedEquivalenceP)
    }
    return evidence
  }

  var headline: String {
    let subject = Words.capitalized(Words.subject(arm))
    switch finding {
    case .changed:
      let verb = difference.value > 0 ? "raised" : "lowered"
      return "\(subject) \(verb) \(metric.title) by \(Words.points(difference.value)) "
        + "(\(Words.interval(difference)))."
    case .equivalent:
      return "\(subject) changed \(metric.title) by less than \(Words.points(margin)), if at all "
        + "(\(Words.interval(difference)))."
    default:
      return "What \(Words.subject(arm)) does to \(metric.title) is inconclusive "
        + "(\(reservation))."
    }
  }

  /// Why nothing is claimed; an interval without zero is no reason by itself.
  var reservation: String {
    if let shortage { return shortage }
    let interval = Words.interval(difference)
    return difference.excludesZero
      ? "\(interval), adjusted \(Words.pValue(adjustedP))" : interval
  }
}

/// How many test items have a near-copy in training, and what the copies are worth on them: `raw`
/// (which has them) minus `deduped` (which has none) on those items.
struct NearCopies {
  var statement: Verdict.Statement?
  var headline: String?

  init(_ analysis: StudyAnalysis) {
    let count = analysis.items[TestSlice.leaked.rawValue] ?? 0
    let all = analysis.items[TestSlice.all.rawValue] ?? 0
    guard all > 0 else { return }
    let share =
      count == 0
      ? "No test item has a near-copy in training."
      : "\(Words.share(count, of: all)) of the test items (\(count) of \(all)) "
        + (count == 1 ? "has" : "have") + " a near-copy in training"
    let removal = analysis.comparisons.first {
      $0.family == .primary && $0.slice == .leaked
    }
    guard count > 0, let worth = removal?.reversed else {
      headline = share + (count == 0 ? "" : ".")
      statement = .init(finding: .nearCopies, text: headline!, evidence: "")
      return
    }
    let finding = worth.finding
    let metric = worth.metric.title
    let effect =
      switch finding {
      case .changed:
        "on these the copies \(worth.difference.value > 0 ? "raise" : "lower") \(metric) by "
          + Words.points(worth.difference.value)
      case .equivalent:
        "on these the copies change \(metric) by less than \(Words.points(worth.margin)), if at all"
      default: "what the copies do to \(metric) on these is inconclusive"
      }
    let reason = finding == .inconclusive ? worth.reservation : Words.interval(worth.difference)
    headline = "\(share); \(effect) (\(reason))."
    statement = .init(
      finding: .nearCopies, text: "\(share); \(effect).",
      evidence: "“\(worth.arm)” minus “\(worth.baseline)” on these items "
        + "\(Words.signedPoints(worth.difference.value)), \(Words.interval(worth.difference)); "
        + (worth.shortage ?? "adjusted \(Words.pValue(worth.adjustedP))"))
  }
}

extension StudyAnalysis {
  /// How much easier the test set is than its clean part, beside the same for the arm without
  /// near-copies: what both share is the items' difficulty and not an effect of leakage.
  var difficulty: Verdict.Statement? {
    func gap(_ arm: String) -> Estimate? {
      gaps.first { $0.arm == arm && $0.metric == primaryMetric && $0.slice == .all }?.gap
    }
    guard let own = gap(baseline), own.excludesZero,
      own.groups >= Comparison.leastGroups, own.seeds >= Comparison.leastSeeds
    else { return nil }
    let kind = own.value > 0 ? "harder" : "easier"
    var evidence = "“\(baseline)” \(Words.signedPoints(own.value)), \(Words.interval(own))"
    if let other = gap(Arm.deduped.rawValue), baseline != Arm.deduped.rawValue {
      evidence +=
        "; “deduped”, trained without near-copies, \(Words.signedPoints(other.value)), "
        + Words.interval(other)
    }
    return .init(
      finding: .difficulty,
      text: "Items unlike any training record are \(kind): all items score "
        + "\(Words.points(own.value)) \(own.value > 0 ? "above" : "below") these alone. This "
        + "measures how hard items are, not what leakage adds.",
      evidence: evidence)
  }
}
