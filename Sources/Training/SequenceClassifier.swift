import Foundation
import Kernels
import Transformer

/// An encoder with its family's classification head, to train and to save in the layout that Python's
/// transformers opens as `AutoModelForSequenceClassification`; `TextClassifier` predicts with what was
/// saved.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class SequenceClassifier {
  private let model: FineTuning

  /// Names of the classes; a class's index is its place here.
  public var labels: [String] { model.labels }
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int { model.maximumTokens }

  /// A classifier on the encoder of `folder`, its classifier weights random (normal, deviation
  /// 0.02, from `seed`) unless the folder has some of the same shape.
  ///
  /// - Parameters:
  ///   - adapters: low-rank adapters beside the weights; none if nil.
  ///   - maximumTokens: 3 to the positions the model has.
  /// - Throws: ``TrainingError`` for fewer than two labels, a name twice or an impossible
  ///   `maximumTokens`; `ModelError` or `TokenizerError` if weights or tokenizer cannot be read.
  public init(
    folder: ModelFolder, labels: [String], adapters: AdapterOptions? = nil, seed: UInt64,
    maximumTokens: Int
  ) throws {
    model = try FineTuning(
      folder: folder, head: .sequences, labels: labels, adapters: adapters, seed: seed,
      maximumTokens: maximumTokens)
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
    let training = try encode(train, place: "training set")
    return try model.train(
      ClassificationTask(labels: labels.count, examples: training.targets, options: options),
      training: training, development: encode(development, place: "development set"),
      options: options, checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
  }

  private func encode(_ texts: [LabeledText], place: String) throws -> EncodedSet<Int> {
    for (index, text) in texts.enumerated() where !labels.indices.contains(text.label) {
      throw TrainingError(
        place: "\(place), text \(index)", expected: "a label in 0..<\(labels.count)",
        found: "\(text.label)")
    }
    return EncodedSet(sentences: try encode(texts.map(\.text)), targets: texts.map(\.label))
  }

  private func encode(_ texts: [String]) throws -> [[Int32]] {
    try texts.enumerated().map { index, text in
      let tokens = model.tokenizer.encode(text)
      guard !tokens.isEmpty else {
        throw TrainingError(
          place: "text \(index)", expected: "at least one token", found: "none",
          advice: "the tokenizer adds no special tokens, so texts must not be empty")
      }
      return tokens
    }
  }

  /// Logits of each text, `[texts, labels]`, in the order given; they do not depend on neighbors.
  ///
  /// - Throws: ``TrainingError`` for a text without tokens (only tokenizers without special tokens).
  public func logits(_ texts: [String]) throws -> [[Float]] {
    let sentences = try encode(texts)
    return model.network.outputs(sentences, EvaluationPlan(sentences, tokens: 512))
  }

  /// Writes a folder with configuration, weights, tokenizer files and a record of the training,
  /// complete or not at all: a folder that is there already is replaced at the end, with all in it.
  /// Adapters are merged into the weights, and stand by themselves in the folder `adapter` too.
  ///
  /// - Parameters:
  ///   - run: names the training in the record.
  ///   - accuracy: of the classifier on test data, for the record.
  /// - Throws: `ModelError` or `FileError` if something cannot be written.
  public func save(to url: URL, run: String? = nil, accuracy: Double? = nil) throws {
    try model.save(to: url, head: .sequences, run: run, accuracy: accuracy)
  }
}
