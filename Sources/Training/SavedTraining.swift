import Files
import Foundation
import Transformer

extension TextClassifier {
  /// A classifier from a folder that ``SequenceClassifier/save(to:run:accuracy:)`` or transformers wrote;
  /// texts are cut as they were in training, where the folder says how.
  ///
  /// - Throws: `FileError` if `training.json` is damaged, else as
  ///   ``init(folder:precision:maximumTokens:)``.
  public convenience init(
    savedAt url: URL, precision: Precision = .automatic, maximumTokens: Int? = nil
  ) throws {
    try self.init(
      ModelFolder(at: url), savedAt: url, precision: precision, maximumTokens: maximumTokens)
  }

  /// The same for a folder that is open, with adapters on it perhaps.
  public convenience init(
    _ folder: ModelFolder, savedAt url: URL, precision: Precision = .automatic,
    maximumTokens: Int? = nil
  ) throws {
    let saved = try SavedTraining(folder: url)
    try self.init(
      folder: folder, precision: precision, maximumTokens: maximumTokens ?? saved?.maximumTokens,
      threshold: saved?.threshold ?? 0.5)
  }
}

/// `training.json` in a saved folder: how the model was trained, and the limit its texts have.
package struct SavedTraining: Encodable {
  /// What the training is called; nil if nobody named it.
  package var run: String?
  /// On test data, if that was measured.
  package var accuracy: Double?
  package var maximumTokens: Int
  /// Where a text may have several labels, those of at least this probability hold.
  var threshold: Double?
  /// Names of the two fields of the pairs of texts that the model takes; nil if it takes single texts.
  package var pairFields: [String]?
  /// Of a model for relations the label that is none.
  package var otherLabel: String?
  /// Of a model for questions.
  package var answers: AnswerSettings?
  var options: TrainingOptions?
  var summary: TrainingSummary?

  private static let name = "training.json"
  /// Where adapters stand by themselves.
  static let adapterFolder = "adapter"

  init(
    run: String?, accuracy: Double?, maximumTokens: Int, threshold: Double?,
    pairFields: [String]?, otherLabel: String? = nil, answers: AnswerSettings? = nil,
    options: TrainingOptions?, summary: TrainingSummary?
  ) {
    self.otherLabel = otherLabel
    self.answers = answers
    self.threshold = threshold
    self.pairFields = pairFields
    self.run = run
    self.accuracy = accuracy
    self.maximumTokens = maximumTokens
    self.options = options
    self.summary = summary
  }

  /// Whether a saved classifier's folder has a file `name`.
  package static func isFile(_ name: String) -> Bool {
    name == self.name || name == adapterFolder || ModelFolder.isFile(name)
  }

  /// The record in `folder`; nil where there is none, as in folders that transformers wrote.
  package init?(folder: URL) throws {
    let url = folder.appendingPathComponent(Self.name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    /// What is read of it: how the model was trained may be told in other words by another version.
    struct Record: Decodable {
      var run: String?
      var accuracy: Double?
      var maximumTokens: Int
      var threshold: Double?
      var pairFields: [String]?
      var otherLabel: String?
      var answers: AnswerSettings?
    }
    do {
      let record = try JSONDecoder().decode(Record.self, from: RegularFile.contents(of: url))
      (run, accuracy, maximumTokens) = (record.run, record.accuracy, record.maximumTokens)
      (threshold, pairFields) = (record.threshold, record.pairFields)
      otherLabel = record.otherLabel
      answers = record.answers
    } catch {
      throw FileError(
        place: url.path, expected: "a training record", found: "\(error)",
        advice: "without the file the model's own token limit applies")
    }
  }

  func write(to folder: URL) throws {
    try AtomicFile.write(
      SortedJSON.encoder(isPretty: true).encode(self), to: folder.appendingPathComponent(Self.name))
  }
}
