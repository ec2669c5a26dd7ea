import Corpus
import Curation
import Foundation

/// What a model says of records: of some, or of all of a file.
package protocol RecordPredictor {
  associatedtype Answer
  associatedtype Summary: Encodable

  /// In the order given.
  func predictions(_ records: [Record]) throws -> [Answer]

  /// - Parameters:
  ///   - model: how the summary names the model.
  ///   - use: given the answers in the file's order.
  func run(
    _ file: URL, reading: ReadingOptions, model: String, _ use: (Answer) throws -> Void
  ) throws -> Summary
}

extension RecordPredictor {
  /// Answers the records of a file, `window` in memory at a time, whatever its length.
  ///
  /// - Parameters:
  ///   - phase: what the progress line says is done to so many `unit`.
  ///   - use: given the answers in the file's order.
  /// - Returns: how many records there were, and the seconds they took.
  /// - Throws: `FileError`, `FileError`, what `use` throws, or ``Interrupted``.
  func predict(
    _ file: URL, _ reading: ReadingOptions, window: Int, phase: String, unit: String = "texts",
    _ monitor: StepMonitor, _ use: (Answer) throws -> Void
  ) throws -> (records: Int, seconds: Double) {
    let startedAt = Date()
    var records: [Record] = []
    var done = 0
    func flush() throws {
      try monitor.checkpoint()
      try predictions(records).forEach(use)
      done += records.count
      records.removeAll(keepingCapacity: true)
      monitor.progress(StepProgress(phase: phase, completed: done, total: nil, unit: unit))
    }
    try CorpusReader(options: reading).read(file) { record in
      records.append(record)
      if records.count == window { try flush() }
    }
    try flush()
    return (done, Date().timeIntervalSince(startedAt))
  }
}
