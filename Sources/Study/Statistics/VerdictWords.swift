import Foundation

/// Numbers and names as the verdict says them.
enum Words {
  /// `0.13` is "13%"; what is there is never 0%.
  static func share(_ part: Int, of all: Int) -> String {
    let percent = Double(part) / Double(max(1, all)) * 100
    return String(format: percent < 10 ? "%.1f%%" : "%.0f%%", percent)
  }

  static func score(_ value: Double) -> String { String(format: "%.2f", value) }

  static func pValue(_ value: Double) -> String {
    value < 0.001 ? "p < 0.001" : "p = " + String(format: "%.3f", value)
  }

  static func capitalized(_ sentence: String) -> String {
    sentence.prefix(1).uppercased() + sentence.dropFirst()
  }
}

/// Differences of scores as text: those of shares in points, others as they are.
extension Metric {
  package var isShare: Bool { range == 0...1 }

  /// `0.0234` is "2.3 points", or "0.023".
  func size(_ difference: Double) -> String { decimal(difference) + unit }

  func signed(_ difference: Double) -> String { number(difference) + unit }

  func interval(_ estimate: Estimate) -> String {
    "95% interval \(number(estimate.low)) to \(number(estimate.high))"
  }

  private var unit: String { isShare ? " points" : "" }

  private func decimal(_ difference: Double) -> String {
    isShare
      ? String(format: "%.1f", abs(difference) * 100) : String(format: "%.3f", abs(difference))
  }

  private func number(_ difference: Double) -> String {
    let number = decimal(difference)
    if Double(number) == 0 { return number }
    return (difference < 0 ? "−" : "+") + number
  }
}

extension Comparison {
  /// The numbers behind the finding.
  var evidence: String {
    var evidence =
      "“\(arm)” minus “\(baseline)” \(metric.signed(difference.value)), "
      + metric.interval(difference)
    if let shortage { return evidence + "; \(shortage)" }
    evidence += "; adjusted \(Words.pValue(adjustedP))"
    if finding != .changed {
      evidence +=
        "; of a difference of ±\(metric.size(margin)) or more adjusted "
        + Words.pValue(adjustedEquivalenceP)
    }
    return evidence
  }

  /// Why nothing is claimed; an interval without zero is no reason by itself.
  var reservation: String {
    if let shortage { return shortage }
    let interval = metric.interval(difference)
    return difference.excludesZero
      ? "\(interval), adjusted \(Words.pValue(adjustedP))" : interval
  }

  /// What the comparison supports, as a sentence that follows from its finding alone.
  ///
  /// - Parameters:
  ///   - subject: what was done, as the subject of a sentence: "near-copies in training".
  ///   - place: where it was looked at: "on clean items ", with a space behind it if there is any.
  func sentence(_ subject: String, _ place: String) -> String {
    switch finding {
    case .changed:
      "\(subject) \(difference.value > 0 ? "raised" : "lowered") \(metric.title) \(place)by "
        + "\(metric.size(difference.value)) (\(metric.interval(difference)))"
    case .equivalent:
      "\(subject) changed \(metric.title) \(place)by less than \(metric.size(margin)), if at all "
        + "(\(metric.interval(difference)))"
    default:
      "whether \(subject) changed \(metric.title) \(place)is inconclusive (\(reservation))"
    }
  }
}

extension StudyAnalysis {
  /// How many test items have a near-copy in training, what the copies are worth on them, and what that
  /// comes to over all items.
  var leakStatement: Verdict.Statement? {
    let count = items[TestSlice.leaked.rawValue] ?? 0
    let all = items[TestSlice.all.rawValue] ?? 0
    guard all > 0 else { return nil }
    if count == 0 {
      return .init(
        finding: .nearCopies, text: "No test item has a near-copy in training.", evidence: "")
    }
    let share =
      "\(Words.share(count, of: all)) of the test items (\(count) of \(all)) "
      + (count == 1 ? "has" : "have") + " a near-copy in training"
    guard let effect = leakEffect else {
      return .init(finding: .nearCopies, text: share + ".", evidence: "")
    }
    var evidence =
      "\(effect.evidence); decided by \(effect.discordantGroups) of \(effect.difference.groups) "
      + "groups of items, which the arms answer differently"
    if let leakContribution {
      evidence +=
        "; over all test items \(primaryMetric.signed(leakContribution.value)), "
        + primaryMetric.interval(leakContribution)
    }
    return .init(
      finding: effect.finding,
      text: "\(share); on these, \(effect.sentence("the copies", "")).", evidence: evidence)
  }

  /// What leaving out near-duplicates within training does to items unlike any training record.
  var generalizationStatement: Verdict.Statement? {
    guard let effect = generalizationEffect else { return nil }
    let sentence = effect.sentence(
      "removing near-duplicates within training",
      "on items unlike any training record, against removing as many at random, ")
    return .init(
      finding: effect.finding, text: Words.capitalized(sentence) + ".", evidence: effect.evidence)
  }

  /// How much easier the test set is than its clean part, beside the same for the arm without
  /// near-copies: what both share is the items' difficulty and not an effect of leakage.
  var difficulty: Verdict.Statement? {
    func gap(_ arm: StudyArm) -> Estimate? {
      gaps.first { $0.arm == arm.rawValue && $0.metric == primaryMetric && $0.slice == .all }?.gap
    }
    guard let own = gap(.raw), own.excludesZero, own.groups >= Comparison.leastGroups,
      own.seeds >= Comparison.leastSeeds
    else { return nil }
    let kind = own.value > 0 ? "harder" : "easier"
    var evidence = "“raw” \(primaryMetric.signed(own.value)), \(primaryMetric.interval(own))"
    if let other = gap(.decontaminated), let gapDifference {
      evidence +=
        "; “decontaminated” \(primaryMetric.signed(other.value)), "
        + "\(primaryMetric.interval(other)); the gap differs by "
        + "\(primaryMetric.signed(gapDifference.value)), \(primaryMetric.interval(gapDifference))"
    }
    return .init(
      finding: .difficulty,
      text: "Items unlike any training record are \(kind): all items score "
        + "\(primaryMetric.size(own.value)) \(own.value > 0 ? "above" : "below") these alone. This gap "
        + "measures how hard items are, not what leakage adds.",
      evidence: evidence)
  }
}
