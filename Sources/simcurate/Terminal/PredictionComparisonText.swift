import Foundation
import Study

extension PredictionComparison {
  var text: String {
    var text =
      "compare: \(items) items in \(groups) groups, \(models) "
      + "\(models == 1 ? "model" : "models") of each arm\n\n"
    for metric in Set(scores.map(\.metric)).sorted(by: { $0.order < $1.order }) {
      text += scoreTable(metric) + "\n"
    }
    if !comparisons.isEmpty {
      text += differenceTable + "\n"
      text +=
        "p-values Holm-adjusted over the comparisons in \(primaryMetric.title); p by swapping: of "
      text +=
        "exchanging the arms group by group, which holds the models fixed; p of more: that they "
      text +=
        "differ by the margin or more; detectable: the true difference that a study like this one "
      text += "finds with probability 0.8; differing: groups that the arms answer differently\n\n"
    }
    for sentence in sentences { text += "- \(sentence)\n" }
    return text
  }

  private func scoreTable(_ metric: Metric) -> String {
    var table = Table([
      ("arm", .left), (metric.title, .right), ("95% interval", .right), ("by seed", .left),
    ])
    for score in scores where score.metric == metric {
      table.add([
        score.arm, String(format: "%.4f", score.score.value),
        String(format: "%.4f to %.4f", score.score.low, score.score.high),
        score.perSeed.map { String(format: "%.4f", $0) }.joined(separator: " "),
      ])
    }
    return table.text
  }

  private var differenceTable: String {
    var table = Table([
      ("difference", .left), ("metric", .left), ("", .right), ("95% interval", .right),
      ("adjusted p", .right), ("p by swapping", .right), ("margin", .right), ("p of more", .right),
      ("detectable", .right), ("differing", .right), ("finding", .left),
    ])
    for comparison in comparisons {
      let difference = comparison.difference
      table.add([
        "\(comparison.arm) - \(comparison.baseline)", comparison.metric.title,
        String(format: "%+.4f", difference.value),
        String(format: "%+.4f to %+.4f", difference.low, difference.high),
        String(format: "%.4f", comparison.adjustedP),
        String(format: "%.4f", comparison.permutationP),
        String(format: "%.3f", comparison.margin),
        String(format: "%.4f", comparison.adjustedEquivalenceP),
        String(format: "%.4f", comparison.minimumDetectable),
        "\(comparison.discordantGroups) of \(difference.groups)", comparison.finding.rawValue,
      ])
    }
    return table.text
  }
}

extension Metric {
  fileprivate var order: Int { Self.allCases.firstIndex(of: self)! }
}
