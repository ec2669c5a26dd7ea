import Files
import Foundation
import Kernels
import Transformer

/// Texts that belong together: a pair, or an anchor with what is like it and what is not.
public struct SimilarityExample: Hashable, Sendable {
  /// The two texts of a pair, or anchor, positive and negatives; as many in every example of a set.
  public var texts: [String]
  /// How alike the two are, from 0 to 1; losses with scores only.
  public var score: Float?
  /// Examples of the same number say the same and are no negatives of each other; those that share a
  /// text are known to without.
  public var group: Int?

  /// See the properties of these names.
  public init(texts: [String], score: Float? = nil, group: Int? = nil) {
    self.texts = texts
    self.score = score
    self.group = group
  }
}

/// An encoder whose sentence vectors are trained, to save in the layout that Python's sentence-transformers
/// opens, and that `Embedder` reads.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class SimilarityTrainer {
  private let model: FineTuning
  private let options: TrainingOptions
  private let similarity: SimilarityOptions
  private let prompt: String

  /// - Parameters:
  ///   - options: ``TrainingOptions/similarity`` among them.
  ///   - maximumTokens: of a text.
  /// - Throws: ``UntrainableOptions``; `FileError` for a folder that pools by maximum or has Dense modules,
  ///   else as
  ///   ``SequenceClassifier/init(folder:labels:adapters:seed:maximumTokens:)``.
  public init(folder: ModelFolder, options: TrainingOptions, maximumTokens: Int) throws {
    guard let similarity = options.similarity else {
      throw UntrainableOptions(
        option: "similarity", expected: "a loss of sentence vectors", found: "none")
    }
    self.options = options
    self.similarity = similarity
    prompt = try folder.prompts.text(.standard)
    model = try FineTuning(
      folder: folder, head: .vectors, labels: [], adapters: options.adapters, seed: options.seed,
      maximumTokens: maximumTokens)
  }

  /// Fine-tunes on `train`, choosing the step by `development`; see
  /// ``SequenceClassifier/train(train:development:options:checkpoint:progress:shouldStop:)``.
  ///
  /// - Throws: `FileError` too for examples that lack what the loss needs.
  @discardableResult
  public func train(
    train: [SimilarityExample], development: [SimilarityExample], checkpoint: URL? = nil,
    progress: (TrainingProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    guard !train.isEmpty else {
      throw FileError(place: "training set", expected: "at least one pair", found: "none")
    }
    return try model.train(
      SimilarityTask(size: model.network.outputs, options: similarity),
      training: encode(train, place: "training set"),
      development: encode(development, place: "development set"), options: options,
      checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
  }

  /// How well the vectors say what is alike in `examples`.
  ///
  /// - Throws: as ``train(train:development:checkpoint:progress:shouldStop:)``.
  public func report(_ examples: [SimilarityExample]) throws -> SimilarityReport {
    let set = try encode(examples, place: "test set")
    return SimilarityReport(vectors(set), set.targets, loss: similarity.loss)
  }

  /// Vectors `[texts, hidden]` as they are pooled, not of unit length.
  ///
  /// - Throws: `FileError` for a text without tokens (only tokenizers without special tokens).
  public func vectors(_ texts: [String]) throws -> [[Float]] {
    vectors(
      EncodedSet(
        sentences: try texts.map { try tokens($0, place: "texts") },
        targets: texts.indices.map { SimilarityTarget(score: nil, kin: [$0]) }))
  }

  private func vectors(_ set: EncodedSet<SimilarityTarget>) -> [[Float]] {
    model.network.outputs(set, EvaluationPlan(set.sentences, tokens: 512))
  }

  private func encode(
    _ examples: [SimilarityExample], place: String
  ) throws -> EncodedSet<SimilarityTarget> {
    let width = examples.first?.texts.count ?? 2
    var kinship = Kinship()
    for (index, example) in examples.enumerated() {
      try check(example, width: width, place: "\(place), example \(index)")
      if !similarity.loss.usesScores { kinship.join(example) }
    }
    return EncodedSet(
      sentences: try examples.flatMap { example in
        try example.texts.map { try tokens($0, place: place) }
      },
      targets: examples.map { example in
        SimilarityTarget(score: example.score, kin: example.texts.map { kinship.root($0) })
      }, width: width)
  }

  private func check(_ example: SimilarityExample, width: Int, place: String) throws {
    let usesScores = similarity.loss.usesScores
    let most = usesScores ? 2 : Int.max
    let least = similarity.loss == .triplet ? 3 : 2
    guard example.texts.count == width, (least...most).contains(width) else {
      throw FileError(
        place: place,
        expected: "\(least) texts\(most > least && !usesScores ? " or more" : ""), as many each",
        found: "\(example.texts.count)")
    }
    guard usesScores == (example.score != nil), example.score.map({ $0.isFinite }) ?? true else {
      throw FileError(
        place: place, expected: usesScores ? "a score" : "no score, for \(similarity.loss)",
        found: example.score.map { "\($0)" } ?? "none")
    }
  }

  private func tokens(_ text: String, place: String) throws -> [Int32] {
    let tokens = model.tokenizer.encode(prompt + text)
    guard !tokens.isEmpty else {
      throw FileError(
        place: place, expected: "at least one token a text", found: "none",
        advice: "the tokenizer adds no special tokens, so texts must not be empty")
    }
    return tokens
  }

  /// As ``SequenceClassifier/save(to:run:accuracy:)``.
  public func save(to url: URL, run: String? = nil) throws {
    try save(to: url, run: run, accuracy: nil, head: nil)
  }

  /// - Parameter head: a classifier on the vectors, of the accuracy given.
  func save(to url: URL, run: String?, accuracy: Double?, head: VectorHead?) throws {
    try model.save(to: url, head: .vectors, run: run, accuracy: accuracy, vectorHead: head)
  }
}

/// Which texts say the same: those that an example or a group puts together, however indirectly.
private struct Kinship {
  private var numbers: [String: Int] = [:]
  private var groups: [Int: Int] = [:]
  private var parents: [Int] = []

  mutating func join(_ example: SimilarityExample) {
    let (anchor, positive) = (number(example.texts[0]), number(example.texts[1]))
    unite(anchor, positive)
    if let group = example.group {
      if let first = groups[group] { unite(first, anchor) } else { groups[group] = anchor }
    }
    for text in example.texts.dropFirst(2) { _ = number(text) }
  }

  /// The number of all that say the same as `text`.
  mutating func root(_ text: String) -> Int { root(number(text)) }

  private mutating func number(_ text: String) -> Int {
    if let number = numbers[text] { return number }
    numbers[text] = parents.count
    parents.append(parents.count)
    return parents.count - 1
  }

  private mutating func root(_ number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  private mutating func unite(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    parents[max(a, b)] = min(a, b)
  }
}
