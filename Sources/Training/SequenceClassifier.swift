import Files
import Foundation
import Kernels
import Transformer

/// A BERT encoder with the standard classification head, to train and to save in the layout
/// that Python's transformers opens as `AutoModelForSequenceClassification`; `TextClassifier` predicts
/// with what was saved.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class SequenceClassifier {
  /// Names of the classes; a class's index is its place here.
  public let labels: [String]
  /// Texts are cut to this many tokens, special tokens included.
  public let maximumTokens: Int
  let folder: ModelFolder
  let network: TrainableNetwork
  let tokenizer: Tokenizer
  private let seed: UInt64
  /// The last training, for the record that ``save(to:)`` writes.
  private var training: (options: TrainingOptions, summary: TrainingSummary)?

  /// A classifier on the encoder of `folder`, its classifier weights random (normal, deviation
  /// 0.02, from `seed`) unless the folder has some of the same shape.
  ///
  /// - Parameter maximumTokens: 3 to the positions the model has.
  /// - Throws: ``TrainingError`` for fewer than two labels, a name twice or an impossible
  ///   `maximumTokens`; `ModelError` or `TokenizerError` if weights or tokenizer cannot be read.
  public init(
    folder: ModelFolder, labels: [String], seed: UInt64, maximumTokens: Int
  ) throws {
    let limit = folder.configuration.maximumPositions
    guard (3...max(3, limit)).contains(maximumTokens) else {
      throw TrainingError(
        place: "maximum tokens", expected: "3...\(limit)", found: "\(maximumTokens)")
    }
    guard labels.count >= 2 else {
      throw TrainingError(
        place: "labels", expected: "at least 2 classes", found: "\(labels.count)",
        advice: "classification needs texts of different labels")
    }
    guard Set(labels).count == labels.count else {
      throw TrainingError(
        place: "labels", expected: "each name once", found: labels.joined(separator: ", "))
    }
    self.folder = folder
    self.labels = labels
    self.seed = seed
    self.maximumTokens = maximumTokens
    tokenizer = try Tokenizer(folder: folder.transformerURL, maximumTokens: maximumTokens)
    guard tokenizer.vocabularySize <= folder.configuration.vocabularySize else {
      throw TrainingError(
        place: folder.url.path,
        expected: "a tokenizer of at most \(folder.configuration.vocabularySize) tokens",
        found: "\(tokenizer.vocabularySize)")
    }
    network = try TrainableNetwork(folder: folder, outputs: labels.count, seed: seed)
  }

  /// Fine-tunes on `train`, choosing the step by `development` (which may be empty: then the last
  /// step's weights stay).
  ///
  /// Batches follow a permutation drawn from `options.seed` per epoch over the order given: callers
  /// who want independence of input order pass a canonical one. The result does not depend on the
  /// number of threads.
  ///
  /// - Parameters:
  ///   - checkpoint: a file that is replaced every `options.checkpointInterval` steps and when
  ///     `shouldStop` ends training. If it exists, training goes on from it, to the same bits as
  ///     without the interruption. It stays afterwards; the caller removes it.
  ///   - progress: told after every step.
  ///   - shouldStop: asked after every step.
  /// - Throws: ``TrainingError`` for empty data, a label out of range, options that make no sense,
  ///   a loss that is not finite, or a checkpoint of another training; `ModelError` if a checkpoint
  ///   cannot be read or written.
  @discardableResult
  public func train(
    train: [LabeledText], development: [LabeledText], options: TrainingOptions = .init(),
    checkpoint: URL? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    guard !train.isEmpty else {
      throw TrainingError(place: "training set", expected: "at least one text", found: "none")
    }
    let trainingSet = try encode(train, place: "training set")
    let developmentSet = try encode(development, place: "development set")
    let trainer = try Trainer(
      network, training: trainingSet, development: developmentSet, options: options)
    let file = try checkpoint.map {
      TrainingCheckpoint(
        url: $0, identity: try identity(trainingSet, developmentSet, options))
    }
    let summary = try trainer.run(checkpoint: file, progress: progress, shouldStop: shouldStop)
    training = (options, summary)
    return summary
  }

  private func encode(_ texts: [LabeledText], place: String) throws -> EncodedSet {
    for (index, text) in texts.enumerated() where !labels.indices.contains(text.label) {
      throw TrainingError(
        place: "\(place), text \(index)", expected: "a label in 0..<\(labels.count)",
        found: "\(text.label)")
    }
    return EncodedSet(
      sentences: try encode(texts.map(\.text)), labels: texts.map(\.label))
  }

  private func encode(_ texts: [String]) throws -> [[Int32]] {
    try texts.enumerated().map { index, text in
      let tokens = tokenizer.encode(text)
      guard !tokens.isEmpty else {
        throw TrainingError(
          place: "text \(index)", expected: "at least one token", found: "none",
          advice: "the tokenizer adds no special tokens, so texts must not be empty")
      }
      return tokens
    }
  }

  /// Model, labels, options and data of a training, as one string.
  private func identity(
    _ train: EncodedSet, _ development: EncodedSet, _ options: TrainingOptions
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = development.digest(train.digest(0))
    let settings = String(decoding: try encoder.encode(options), as: UTF8.self)
    return "\(folder.hash) \(seed) \(labels.joined(separator: "\u{1}")) \(data) \(settings)"
  }

  /// Logits of each text, `[texts, labels]`, in the order given; they do not depend on neighbors.
  ///
  /// - Throws: ``TrainingError`` for a text without tokens (only tokenizers without special tokens).
  public func logits(_ texts: [String]) throws -> [[Float]] {
    let sentences = try encode(texts)
    let values = network.outputs(sentences, EvaluationPlan(sentences, tokens: 512))
    return texts.indices.map { Array(values[$0 * labels.count..<($0 + 1) * labels.count]) }
  }

  /// Writes a folder with configuration, weights, tokenizer files and a record of the training,
  /// complete or not at all: a folder that is there already is replaced at the end, with all in it.
  ///
  /// - Parameters:
  ///   - run: names the training in the record.
  ///   - accuracy: of the classifier on test data, for the record.
  /// - Throws: `ModelError` or `FileError` if something cannot be written.
  public func save(to url: URL, run: String? = nil, accuracy: Double? = nil) throws {
    try AtomicFolder.replace(url) { temporary in
      try folder.write(
        to: temporary, className: "BertForSequenceClassification", labels: labels,
        tensors: network.tensors)
      try SavedTraining(
        run: run, accuracy: accuracy, maximumTokens: maximumTokens, options: training?.options,
        summary: training?.summary
      ).write(to: temporary)
    }
  }
}
