import Foundation

/// Tells after each model of a study how it did and when all will be done.
struct StudyPace {
  let total: Int
  private var startedAt = Date()
  private var seconds = 0.0
  private var trained = 0

  init(total: Int) { self.total = total }

  mutating func begin() { startedAt = Date() }

  /// - Parameter number: of the model that ended, from 1.
  mutating func end(number: Int, _ training: StudyTraining, _ metrics: RunMetrics) -> String {
    seconds += Date().timeIntervalSince(startedAt)
    trained += 1
    let score =
      metrics.mainScore.map { ", \($0.name) " + String(format: "%.3f", $0.value) } ?? ""
    let left = seconds / Double(trained) * Double(total - number)
    let time =
      number == total
      ? ""
      : left < 90
        ? String(format: "; about %.0f s left", left)
        : String(format: "; about %.0f min left", left / 60)
    return
      "compare: model \(number) of \(total), \(training.title)\(score)\(time)"
  }
}
