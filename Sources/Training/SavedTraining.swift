import Foundation
import Transformer

extension TextClassifier {
  /// A classifier from a folder that ``SequenceClassifier/save(to:)`` or transformers wrote; texts are
  /// cut as they were in training, where the folder says how.
  ///
  /// - Throws: ``TrainingError`` if `training.json` is damaged, else as
  ///   ``init(folder:precision:maximumTokens:)``.
  public convenience init(
    savedAt url: URL, precision: Precision = .automatic, maximumTokens: Int? = nil
  ) throws {
    let limit = try maximumTokens ?? SavedTraining(folder: url)?.maximumTokens
    try self.init(
      folder: ModelFolder(at: url), precision: precision, maximumTokens: limit)
  }
}

/// `training.json` in a saved folder: how the model was trained, and the limit its texts have.
struct SavedTraining: Codable {
  var maximumTokens: Int
  var options: TrainingOptions?
  var summary: TrainingSummary?

  private static let name = "training.json"

  init(maximumTokens: Int, options: TrainingOptions?, summary: TrainingSummary?) {
    self.maximumTokens = maximumTokens
    self.options = options
    self.summary = summary
  }

  /// The record in `folder`; nil where there is none, as in folders that transformers wrote.
  init?(folder: URL) throws {
    let url = folder.appendingPathComponent(Self.name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    } catch {
      throw TrainingError(
        place: url.path, expected: "a training record", found: "\(error)",
        advice: "without the file the model's own token limit applies")
    }
  }

  func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: folder.appendingPathComponent(Self.name))
  }
}
