import Corpus
import Files
import Foundation
import Kernels
import Transformer

/// How a model for questions reads and answers, for its folder's record.
package struct AnswerSettings: Codable, Hashable, Sendable {
  /// Tokens that neighboring windows have in common.
  package var stride: Int
  /// By how much "no answer" has to be better than the best span to be the answer; nil if there always is one.
  package var nullThreshold: Double?
}

/// An encoder with its family's head for question answering, to train and to save in the layout that Python's
/// transformers opens as `AutoModelForQuestionAnswering`; `AnswerFinder` predicts with what was saved.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class AnswerTrainer {
  private let model: FineTuning
  private let windows: QuestionWindows
  private var settings: AnswerSettings

  /// By how much "no answer" has to be better than the best span to be the answer, chosen on the development
  /// questions; nil before training, and where every training question has an answer.
  public var nullThreshold: Double? { settings.nullThreshold }

  /// - Parameters:
  ///   - adapters: low-rank adapters beside the weights; none if nil.
  ///   - maximumTokens: of a window; longer contexts are several that overlap.
  ///   - stride: tokens that neighboring windows have in common.
  /// - Throws: as ``SequenceClassifier/init(folder:labels:adapters:seed:maximumTokens:)``, and `FileError` if
  ///   transformers has no such class of the family.
  public init(
    folder: ModelFolder, adapters: AdapterOptions? = nil, seed: UInt64, maximumTokens: Int,
    stride: Int = AnswerFinder.standardStride
  ) throws {
    guard stride >= 0 else {
      throw FileError(place: "stride", expected: "0 or more", found: "\(stride)")
    }
    model = try FineTuning(
      folder: folder, head: .spans, labels: ["start", "end"], adapters: adapters, seed: seed,
      maximumTokens: maximumTokens)
    windows = QuestionWindows(model.tokenizer, stride: stride)
    settings = AnswerSettings(stride: stride)
  }

  /// Fine-tunes on `train`, choosing the step by F1 on `development`; see
  /// ``SequenceClassifier/train(train:development:options:checkpoint:progress:shouldStop:)``.
  @discardableResult
  public func train(
    train: [ContextQuestion], development: [ContextQuestion], options: TrainingOptions = .init(),
    checkpoint: URL? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    guard !train.isEmpty else {
      throw FileError(place: "training set", expected: "at least one question", found: "none")
    }
    guard !options.balancesClasses, options.classWeights == nil else {
      throw UntrainableOptions(
        option: "balancesClasses", expected: "none, for places are learned", found: "one",
        advice: "leave it out: it is about classes")
    }
    let canBeUnanswerable = train.contains { $0.answers.isEmpty }
    let held = QuestionSet(development, windows)
    let summary = try model.train(
      SpanTask(judged: held, canBeUnanswerable: canBeUnanswerable, options: options),
      training: QuestionSet(train, windows).encoded, development: held.encoded, options: options,
      checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
    if canBeUnanswerable { settings.nullThreshold = held.threshold(candidates(held)) }
    return summary
  }

  private func candidates(_ set: QuestionSet) -> [AnswerCandidates] {
    let encoded = set.encoded
    return set.candidates(
      model.network.outputs(encoded, EvaluationPlan(encoded.sentences, tokens: 512)))
  }

  /// The answers to each question, in the order given.
  public func answers(_ questions: [ContextQuestion]) -> [AnswerCandidates] {
    candidates(QuestionSet(questions, windows))
  }

  /// As ``SequenceClassifier/save(to:run:accuracy:pairFields:)``.
  public func save(
    to url: URL, run: String? = nil, accuracy: Double? = nil, pairFields: [String]? = nil
  ) throws {
    try model.save(
      to: url, head: .spans, run: run, accuracy: accuracy, pairFields: pairFields,
      answers: settings)
  }
}
