import Foundation
import Study

extension CompareSummary {
  var text: String {
    var text = nothingToDo ? "compare: nothing to do\n" : ""
    text += "compare: " + analysis.verdict.headline + "\n\n"
    text += sliceTable
    text += furtherTable
    text += rateTable
    text += budgetTable
    for statement in analysis.verdict.statements {
      text += "- \(statement.text)\n"
      if !statement.evidence.isEmpty { text += "  \(statement.evidence)\n" }
    }
    for caveat in analysis.verdict.caveats { text += "! " + caveat + "\n" }
    return text
  }

  private var arms: [String] {
    StudyArm.allCases.map(\.rawValue).filter { trainingRecords[$0] != nil }
  }

  /// The primary metric of every arm by slice.
  private var sliceTable: String {
    let metric = analysis.primaryMetric
    var table = Table(
      [("arm", .left), ("records", .right)]
        + TestSlice.allCases.map { slice in
          let count = slice == .all ? testRecords : slices[slice.rawValue] ?? 0
          return ("\(slice.rawValue) (\(count))", .right)
        })
    func row(_ name: String, _ records: String, _ score: (TestSlice) -> Estimate?) {
      table.add([name, records] + TestSlice.allCases.map { Self.text(score($0)) })
    }
    for arm in arms {
      row(arm, "\(trainingRecords[arm] ?? 0)") { score(arm, metric, $0) }
      for baseline in FrozenBaseline.allCases
      where analysis.baselines.contains(where: { $0.arm == arm && $0.baseline == baseline }) {
        row("  " + baseline.title, "") { slice in
          analysis.baselines.first {
            $0.arm == arm && $0.baseline == baseline && $0.slice == slice
          }?.score
        }
      }
    }
    let under =
      analysis.baselines.isEmpty
      ? "" : "; under each arm plain classifiers on the frozen vectors of its records"
    let inFolds =
      analysis.folds.map {
        "; every record is tested in one of \($0) folds, records as in the first"
      }
      ?? ""
    return "\(metric.title) with 95% intervals, by slice of the test set\(under)\(inFolds)\n"
      + table.text
      + "\n"
  }

  /// Other metrics on all test items.
  private var furtherTable: String {
    let metrics = Metric.allCases.filter { metric in
      metric != analysis.primaryMetric && analysis.scores.contains { $0.metric == metric }
    }
    if metrics.isEmpty { return "" }
    var table = Table([("arm", .left)] + metrics.map { ($0.title, .right) })
    for arm in arms { table.add([arm] + metrics.map { Self.text(score(arm, $0, .all)) }) }
    return "other metrics on all test items\n" + table.text + "\n"
  }

  /// Nothing where all arms have the same learning rate.
  private var rateTable: String {
    guard let choices = analysis.learningRates else { return "" }
    var table = Table(
      [("arm", .left)] + (analysis.folds == nil ? [] : [("fold", .right)]) + [
        ("learning rate", .right), ("development scores of each rate", .left),
      ])
    for choice in choices {
      let trials = choice.trials.map { trial in
        "\(RateChoice.text(trial.learningRate)): "
          + (trial.score.map { String(format: "%.4f", $0) } ?? "-")
      }
      table.add(
        [choice.arm] + (choice.fold.map { ["\($0)"] } ?? []) + [
          RateChoice.text(choice.learningRate), trials.joined(separator: ", "),
        ])
    }
    let records = choices.map(\.developmentRecords).min() ?? 0
    return "learning rates, chosen by \(records) records of the training part\n" + table.text + "\n"
  }

  /// Nothing unless both budgets were asked for.
  private var budgetTable: String {
    let pairs = analysis.budgetPairs
    guard !pairs.isEmpty, let sentence = analysis.budgetSentence else { return "" }
    var table = Table([
      ("\(analysis.primaryMetric.title) of", .left), ("on", .left), ("same updates", .right),
      ("same passes", .right),
    ])
    func text(_ estimate: Estimate) -> String {
      String(format: "%+.3f [%+.3f, %+.3f]", estimate.value, estimate.low, estimate.high)
    }
    for pair in pairs {
      table.add([
        "\(pair.updates.arm) - \(pair.updates.baseline)", pair.updates.slice.rawValue,
        text(pair.updates.difference), text(pair.epochs.difference),
      ])
    }
    return "differences with either budget. \(sentence)\n" + table.text + "\n"
  }

  private func score(_ arm: String, _ metric: Metric, _ slice: TestSlice) -> Estimate? {
    analysis.scores.first { $0.arm == arm && $0.metric == metric && $0.slice == slice }?.score
  }

  private static func text(_ estimate: Estimate?) -> String {
    estimate.map { String(format: "%.3f [%.3f, %.3f]", $0.value, $0.low, $0.high) } ?? "-"
  }
}
