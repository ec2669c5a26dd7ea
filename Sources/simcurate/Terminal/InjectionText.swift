import Foundation
import Study

extension InjectSummary {
  var text: String {
    var text = nothingToDo ? "compare: nothing to do\n" : ""
    text +=
      "compare: copies of \(analysis.items) held-out items in \(analysis.groups) groups put into training, "
      + "\(analysis.models) models of \(analysis.updates) updates on \(analysis.trainingRecords) records\n\n"
    var table = Table([
      ("copies", .right), ("kind", .left), ("accuracy", .right), ("change", .right),
      ("log-probability", .right), ("change", .right), ("membership", .right),
    ])
    for effect in analysis.effects {
      table.add([
        "\(effect.dose.copies)", Self.text(effect.dose),
        String(format: "%.3f", effect.accuracy), Self.text(effect.accuracyGain, "%+.3f"),
        String(format: "%.3f", effect.logProbability),
        Self.text(effect.logProbabilityGain, "%+.3f"), Self.text(effect.membership, "%.3f"),
      ])
    }
    text += table.text
    text +=
      "changes are those from no copy of the same items; log-probability: of the true label; membership: "
      + "how often an item with copies has a more probable true label than one without (0.5 tells "
      + "nothing); 95% intervals over groups of items and squares of \(analysis.effects.count) models\n\n"
    for sentence in analysis.sentences { text += "- \(sentence)\n" }
    for note in analysis.notes { text += "! \(note)\n" }
    return text
  }

  private static func text(_ dose: InjectionDose) -> String {
    if dose.copies == 0 { return "" }
    return switch dose.kind {
    case .exact: "exact"
    case .changed: "a tenth of the words changed"
    case .paraphrased: "paraphrases"
    }
  }

  private static func text(_ estimate: Estimate?, _ format: String) -> String {
    guard let estimate else { return "-" }
    let numbers = [estimate.value, estimate.low, estimate.high].map {
      String(format: format, $0)
    }
    return "\(numbers[0]) [\(numbers[1]), \(numbers[2])]"
  }
}
