import Foundation
import Study

extension ProbeResult {
  /// A table of each arm and of each difference, a line a layer.
  var text: String {
    var parts = arms.map { arm in
      "\(arm.name): \(Self.models(arm.models.count)), \(texts) texts"
        + (groups < texts ? " in \(groups) paraphrase groups\n" : "\n")
        + Self.table(
          arm.layers, alignment: arm.alignmentBetweenSeeds, title: "CKA seeds", isDifference: false)
    }
    parts += differences.map { difference in
      "\(difference.arm) less \(difference.baseline) (* where the 95% interval leaves out 0)\n"
        + Self.table(
          difference.layers, alignment: difference.alignment, title: "CKA arms", isDifference: true)
    }
    return parts.joined(separator: "\n")
  }

  private static func models(_ count: Int) -> String { count == 1 ? "1 model" : "\(count) models" }

  private static let states: [(StateMeasure, String)] = [
    (.effectiveRank, "rank"), (.anisotropy, "anisotropy"), (.uniformity, "uniformity"),
    (.paraphraseAlignment, "paraphrases"), (.alignmentWithPrevious, "CKA before"),
    (.repetitionShift, "twice"),
  ]
  private static let attention: [(AttentionMeasure, String)] = [
    (.entropyShare, "entropy"), (.itself, "itself"), (.special, "special"),
    (.sameToken, "same token"), (.near, "near"), (.unrelated, "other"), (.copy, "copy"),
    (.successor, "after copy"),
  ]

  private static func table(
    _ layers: [ProbedLayer], alignment: [Estimate?], title: String, isDifference: Bool
  ) -> String {
    // Without groups of texts no layer has the measure of them.
    let states = states.filter { measure in
      layers.contains { $0.states[measure.0] != nil } || measure.0 != .paraphraseAlignment
    }
    let titles =
      states.map(\.1) + attention.map(\.1) + (alignment.isEmpty ? [] : [title])
    var table = Table([("layer", .right)] + titles.map { ($0, .right) })
    for layer in layers {
      var cells = states.map { cell(layer.states[$0.0], isDifference) }
      cells += attention.map { cell(layer.attention[$0.0], isDifference) }
      if !alignment.isEmpty { cells.append(cell(alignment[layer.layer], false)) }
      table.add(["\(layer.layer)"] + cells)
    }
    return table.text
  }

  private static func cell(_ estimate: Estimate?, _ isDifference: Bool) -> String {
    guard let estimate else { return "" }
    let places = abs(estimate.value) >= 10 ? 1 : 3
    return String(format: "%\(isDifference ? "+" : "").\(places)f", estimate.value)
      + (isDifference ? (estimate.excludesZero ? "*" : " ") : "")
  }
}
