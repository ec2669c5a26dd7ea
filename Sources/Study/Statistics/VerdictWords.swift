import Foundation

/// Numbers and names as the verdict says them.
enum Words {
  /// `0.0234` is "2.3 points".
  static func points(_ fraction: Double) -> String { "\(decimal(fraction)) points" }

  static func signedPoints(_ fraction: Double) -> String { "\(signed(fraction)) points" }

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
  func statement(_ finding: Verdict.Finding) -> Verdict.Statement {
    let subject = Words.subject(arm)
    let place = "\(metric.title) on the whole test set against “\(baseline)”"
    let evidence =
      "difference \(Words.signedPoints(difference.value)), \(Words.interval(difference))"
    let detectable = Words.points(difference.minimumDetectableEffect)
    switch finding {
    case .improved, .worsened:
      let verb = finding == .improved ? "raised" : "lowered"
      return .init(
        finding: finding,
        text: Words.capitalized(subject)
          + " \(verb) \(place) by \(Words.points(difference.value)).",
        evidence: "\(Words.interval(difference)); adjusted \(Words.pValue(adjustedP))")
    case .tooLittleData where !difference.coversSeeds:
      return .init(
        finding: finding,
        text: "One training run per arm cannot tell whether \(subject) changes \(place).",
        evidence: "\(evidence), over test items only")
    case .tooLittleData:
      return .init(
        finding: finding, text: "Too little data to tell whether \(subject) changes \(place).",
        evidence: "\(evidence); only an effect of \(detectable) or more would have been seen")
    default:
      return .init(
        finding: finding,
        text: Words.capitalized(subject) + " did not measurably change \(place).",
        evidence: "\(evidence); an effect of \(detectable) would have been seen")
    }
  }

  func headline(_ finding: Verdict.Finding) -> String {
    let subject = Words.subject(arm)
    let metric = metric.title
    switch finding {
    case .improved, .worsened:
      let verb = finding == .improved ? "raised" : "lowered"
      return Words.capitalized(subject)
        + " \(verb) \(metric) by \(Words.points(difference.value))."
    case .tooLittleData:
      return "There is too little data to tell whether \(subject) helps or hurts."
    default:
      return Words.capitalized(subject) + " did not measurably change \(metric)."
    }
  }
}

/// What the slices of the baseline arm say about the test set.
struct LeakageStatement {
  var statement: Verdict.Statement?
  var headline: String?

  /// - Parameters: scores and gaps of the baseline arm in one metric.
  init(scores: [ArmScore], gaps: [SliceGap], metric: Metric) {
    guard let inflation = gaps.first(where: { $0.slice == .all }),
      let all = scores.first(where: { $0.slice == .all }),
      let clean = scores.first(where: { $0.slice == .clean })
    else { return }
    let finding = Verdict.finding(ofInflation: inflation)
    let overstates = finding == .overstates
    let phrase = { (slice: String, score: ArmScore) in
      "\(Words.score(score.score.value)) on \(slice)"
    }
    headline =
      overstates
      ? "The test set overstates generalization: \(metric.title) is "
        + "\(phrase("all items", all)), but \(phrase("clean ones", clean))."
      : "Leakage does not measurably inflate the test score."
    let text =
      (overstates ? "The test set overstates" : "The test set does not measurably overstate")
      + ": “\(inflation.arm)” reaches \(metric.titleWithArticle) of \(phrase("all items", all)) and "
      + "\(phrase("clean items", clean))."
    var evidence =
      "inflation \(Words.signedPoints(inflation.gap.value)), \(Words.interval(inflation.gap))"
    if let leak = gaps.first(where: { $0.slice == .leaked }),
      let leaked = scores.first(where: { $0.slice == .leaked })
    {
      evidence +=
        "; leaked items score \(Words.score(leaked.score.value)), \(Words.points(leak.gap.value)) "
        + "\(leak.gap.value < 0 ? "below" : "above") clean ones (\(Words.interval(leak.gap)))"
    }
    statement = Verdict.Statement(finding: finding, text: text, evidence: evidence)
  }
}
