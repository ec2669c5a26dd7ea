import Foundation
import Study

extension StudyPlan {
  var text: String {
    var text =
      "plan: \(models) models of \(updates) updates each"
      + (sameEpochsModels.map { " (\($0) of them of as many passes, and fewer updates)" } ?? "")
      + (trials.map { " and \($0) trainings to choose learning rates by" } ?? "")
      + ", \(Self.duration(secondsPerModel)) a model ("
      + (isFromFinishedModels ? "as finished ones took" : "by the first updates of one")
      + "); \(finishedModels + (endedTrials ?? 0)) are finished, the others take \(Self.duration(secondsLeft)) on this "
      + "machine. Nothing was trained or written.\n\n"
    var table = Table([("arm", .left), ("records", .right), ("models", .right)])
    for arm in arms { table.add([arm.name, "\(arm.records)", "\(seeds.count * (folds ?? 1))"]) }
    text += table.text + "\n"
    let counts = TestSlice.allCases.filter { $0 != .all }.map {
      "\(slices[$0.rawValue] ?? 0) \($0.rawValue)"
    }
    text += "\(testRecords) test records"
    text += folds.map { ", in \($0) folds" } ?? ""
    text += ": \(counts.joined(separator: ", "))\n"
    if !questions.isEmpty {
      text += questionTable
      text +=
        "detectable: the true difference that is found with probability 0.8; power: probability of "
        + "finding a difference of the margin, of twice the margin, and of showing that there is none "
        + "where there is none; variances "
        + (questions.allSatisfy(\.isMeasured)
          ? "from earlier models of this index"
          : "as comparisons of package descriptions and bank questions had them: after a first "
            + "comparison the plan uses this index's own") + "\n\n"
    }
    for question in questions { text += "- \(question.sentence)\n" }
    for note in notes { text += "! \(note)\n" }
    return text
  }

  private var questionTable: String {
    var table = Table([
      ("\(metric.title) of", .left), ("on", .left), ("items", .right), ("groups", .right),
      ("margin", .right), ("detectable", .right), ("power", .right), ("at twice", .right),
      ("of none", .right),
    ])
    for question in questions {
      table.add([
        "\(question.arm) - \(question.baseline)", question.slice.rawValue, "\(question.items)",
        "\(question.groups)", String(format: "%.3f", question.margin),
        String(format: "%.3f", question.detectable),
        String(format: "%.2f", question.powerAtMargin),
        String(format: "%.2f", question.powerAtTwice),
        String(format: "%.2f", question.equivalencePower),
      ])
    }
    return table.text
  }

  private static func duration(_ seconds: Double) -> String {
    seconds < 90 ? String(format: "%.0f s", seconds) : String(format: "%.0f min", seconds / 60)
  }
}
