import Files
import Foundation
import Kernels
import Transformer

/// A sentence of words with a tag each.
public struct TaggedText: Hashable, Sendable {
  /// In their order.
  public var words: [String]
  /// Indices into the tagger's labels, one a word.
  public var tags: [Int]

  /// - Parameter tags: one for each word.
  public init(words: [String], tags: [Int]) {
    precondition(words.count == tags.count, "one tag per word")
    self.words = words
    self.tags = tags
  }
}

/// An encoder with its family's head for tokens, to train for named entities and to save in the layout that
/// Python's transformers opens as `AutoModelForTokenClassification`; `WordTagger` predicts with what was
/// saved.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class TokenTagger {
  private let model: FineTuning
  private let windows: WordWindows

  /// Tags, `O` among them; a tag's index is its place here.
  public var labels: [String] { model.labels }

  /// - Parameters:
  ///   - labels: in the scheme IOB2, `O` first.
  ///   - adapters: low-rank adapters beside the weights; none if nil.
  ///   - maximumTokens: of a sequence; longer sentences are several that overlap.
  /// - Throws: as ``SequenceClassifier/init(folder:labels:adapters:seed:maximumTokens:)``.
  public init(
    folder: ModelFolder, labels: [String], adapters: AdapterOptions? = nil, seed: UInt64,
    maximumTokens: Int
  ) throws {
    model = try FineTuning(
      folder: folder, head: .tokens, labels: labels, adapters: adapters, seed: seed,
      maximumTokens: maximumTokens)
    windows = WordWindows(model.tokenizer)
  }

  /// Fine-tunes on `train`, choosing the step by the entities' F1 on `development`; see
  /// ``SequenceClassifier/train(train:development:options:checkpoint:progress:shouldStop:)``.
  @discardableResult
  public func train(
    train: [TaggedText], development: [TaggedText], options: TrainingOptions = .init(),
    checkpoint: URL? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    guard !train.isEmpty else {
      throw FileError(place: "training set", expected: "at least one sentence", found: "none")
    }
    let training = encode(train)
    return try model.train(
      TokenTask(labels: labels, examples: training.targets, options: options),
      training: training, development: encode(development), options: options,
      checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
  }

  private func encode(_ texts: [TaggedText]) -> EncodedSet<TokenTarget> {
    var (sequences, targets): ([[Int32]], [TokenTarget]) = ([], [])
    for (number, text) in texts.enumerated() {
      for window in windows.windows(text.words) {
        sequences.append(window.ids)
        targets.append(TokenTarget(sentence: number, words: window.words, tags: text.tags))
      }
    }
    return EncodedSet(sentences: sequences, targets: targets)
  }

  /// The best regular sequence of tags for each sentence.
  ///
  /// - Throws: `FileError` if a label is no tag.
  public func tags(_ sentences: [[String]]) throws -> [[Int]] {
    let decoder = try TagDecoder(labels: labels)
    let set = encode(sentences.map { TaggedText(words: $0, tags: $0.map { _ in 0 }) })
    let outputs = model.network.outputs(
      set, EvaluationPlan(set.sentences, tokens: 512))
    return TokenTask.sentences(outputs, set.targets, labels: labels).map {
      decoder.decode($0.logits)
    }
  }

  /// As ``SequenceClassifier/save(to:run:accuracy:)``.
  public func save(to url: URL, run: String? = nil, accuracy: Double? = nil) throws {
    try model.save(to: url, head: .tokens, run: run, accuracy: accuracy)
  }
}
