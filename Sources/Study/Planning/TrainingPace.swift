import Foundation
import Training

/// How long training takes here, measured on the first updates of a model that is not kept.
struct TrainingPace {
  /// Seconds before and with the first update, and of one later update.
  var start: Double
  var update: Double

  /// - Parameters:
  ///   - updates: as many are timed, after the first.
  ///   - train: a training, given what to tell of every update and what to ask after it.
  init(
    updates: Int, _ train: ((TrainingProgress) -> Void, () -> Bool) throws -> Void
  ) rethrows {
    let began = Date()
    var (first, last, steps) = (began, began, 0)
    try train(
      { progress in
        last = Date()
        steps = progress.step
        if steps <= 1 { first = last }
      }, { steps > updates })
    start = first.timeIntervalSince(began)
    update = steps > 1 ? last.timeIntervalSince(first) / Double(steps - 1) : 0
  }

  func seconds(updates: Int) -> Double { start + Double(max(0, updates - 1)) * update }
}
