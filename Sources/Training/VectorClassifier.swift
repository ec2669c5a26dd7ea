import Files
import Foundation
import Kernels
import Transformer

/// What learns from texts and says what it makes of others.
public protocol TrainableClassifier: AnyObject {
  /// Where a text may have several labels, those of at least this probability hold; nil elsewhere.
  var threshold: Double? { get }

  /// See ``SequenceClassifier/train(train:development:options:checkpoint:progress:shouldStop:)``.
  func train(
    train: [LabeledText], development: [LabeledText], options: TrainingOptions, checkpoint: URL?,
    progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws -> TrainingSummary

  /// Outputs of each text, `[texts, labels]`, in the order given.
  func logits(_ texts: [LabeledText]) throws -> [[Float]]

  /// See ``SequenceClassifier/save(to:run:accuracy:pairFields:)``.
  func save(to url: URL, run: String?, accuracy: Double?, pairFields: [String]?) throws
}

extension SequenceClassifier: TrainableClassifier {}

/// Logistic regression on sentence vectors of unit length: those that the encoder makes as it is, or after it
/// has learned from pairs of training texts which are of the same label (Tunstall et al., "Efficient few-shot
/// learning without prompts", arXiv 2209.11055). `TextClassifier` predicts with what was saved, and
/// sentence-transformers opens it for its vectors.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class VectorClassifier: TrainableClassifier {
  /// Vectors of unit length for texts, by the encoder as it is.
  public typealias Vectors = ([String]) throws -> [[Float]]

  /// Names of the classes, in the order of their ids.
  public let labels: [String]
  /// None: a text has one label.
  public var threshold: Double? { nil }
  private let folder: ModelFolder
  private let maximumTokens: Int
  private let frozen: Vectors
  /// The encoder that learned; nil where it stays as it is.
  private var trainer: SimilarityTrainer?
  private var head: VectorHead?
  private var record: (options: TrainingOptions, summary: TrainingSummary)?

  /// - Parameters:
  ///   - labels: a label's index is its place here.
  ///   - maximumTokens: of a text.
  ///   - vectors: of texts, where the encoder does not learn; whoever has some need not make them again.
  /// - Throws: `FileError` for fewer than two labels, or a folder whose vectors have
  ///   Dense modules, which would not be saved.
  public init(
    folder: ModelFolder, labels: [String], maximumTokens: Int, vectors: @escaping Vectors
  ) throws {
    guard labels.count >= 2 else {
      throw FileError(
        place: "labels", expected: "at least 2 classes", found: "\(labels.count)",
        advice: "classification needs texts of different labels")
    }
    guard folder.denseSizes.isEmpty else {
      throw FileError(
        place: folder.url.path, expected: "vectors without Dense modules", found: "a Dense module",
        advice: "use another encoder")
    }
    self.folder = folder
    self.labels = labels
    self.maximumTokens = maximumTokens
    frozen = vectors
  }

  /// Trains the encoder where `options` draw pairs, then fits the regression; what that gives on `development`
  /// is told, and decides nothing.
  ///
  /// - Throws: `FileError` too where pairs are to be drawn and no label has two texts.
  @discardableResult
  public func train(
    train: [LabeledText], development: [LabeledText], options: TrainingOptions, checkpoint: URL?,
    progress: (TrainingProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    let targets = try numbers(train, place: "training set")
    guard !targets.isEmpty else {
      throw FileError(place: "training set", expected: "at least one text", found: "none")
    }
    var summary = TrainingSummary()
    if let pairs = options.pairsPerText {
      let trainer = try SimilarityTrainer(
        folder: folder, options: options, maximumTokens: maximumTokens)
      summary = try trainer.train(
        train: Self.pairs(train, targets, each: pairs, seed: options.seed), development: [],
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
      if summary.interrupted { return summary }
      self.trainer = trainer
    }
    head = VectorHead(fitting: try vectors(train), targets, labels: labels, shouldStop: shouldStop)
    summary.metric = .macroF1
    if !development.isEmpty {
      let judgment = ClassificationTask(labels: labels.count, examples: [], options: options)
        .judge(try logits(development), try numbers(development, place: "development set"))
      summary.evaluations = [
        DevelopmentResult(
          step: summary.history.count, loss: judgment.loss, scores: judgment.scores)
      ]
    }
    record = (options, summary)
    return summary
  }

  private func numbers(_ texts: [LabeledText], place: String) throws -> [Int] {
    try texts.enumerated().map { index, text in
      guard let label = text.label, labels.indices.contains(label), text.second == nil else {
        throw FileError(
          place: "\(place), text \(index)",
          expected: "a single text with a label in 0..<\(labels.count)", found: "\(text.target)")
      }
      return label
    }
  }

  /// `each` times as many pairs of the same label as there are texts, scored 1, and as many of different labels,
  /// scored 0.
  private static func pairs(
    _ texts: [LabeledText], _ labels: [Int], each: Int, seed: UInt64
  ) throws -> [SimilarityExample] {
    let limit = TrainingOptions.Limits.pairsPerText
    guard limit.allows(each) else {
      throw UntrainableOptions(option: "pairsPerText", expected: limit.text, found: "\(each)")
    }
    let pairs = LabelPairs(labels: labels)
    guard pairs.sameCount > 0, pairs.differentCount > 0 else {
      throw FileError(
        place: "training set", expected: "two texts of one label, and one of another",
        found: "\(texts.count) texts of \(Set(labels).count) labels",
        advice: "give more texts of a label")
    }
    var generator = SplitMix64(state: seed ^ 0x7061_6972_7321)
    return (0..<each * texts.count).flatMap { _ in
      [(pairs.same(&generator), Float(1)), (pairs.different(&generator), 0)].map { pair, score in
        SimilarityExample(texts: [texts[pair.0].text, texts[pair.1].text], score: score)
      }
    }
  }

  private func vectors(_ texts: [LabeledText]) throws -> [[Float]] {
    guard let trainer else { return try frozen(texts.map(\.text)) }
    return try trainer.vectors(texts.map(\.text)).map { vector in
      let unit = UnitRows(vector, count: 1, stride: vector.count, size: vector.count)
      return Array(UnsafeBufferPointer(start: unit.rows, count: vector.count))
    }
  }

  /// Outputs of each text, `[texts, labels]`, in the order given.
  ///
  /// - Precondition: it was trained.
  /// - Throws: what the encoder throws.
  public func logits(_ texts: [LabeledText]) throws -> [[Float]] {
    guard let head else { preconditionFailure("a classifier that was trained") }
    return try vectors(texts).map(head.logits)
  }

  /// Writes a folder that `TextClassifier` and sentence-transformers open, whole or not at all.
  ///
  /// - Precondition: it was trained.
  /// - Throws: `FileError` if something cannot be written.
  public func save(
    to url: URL, run: String? = nil, accuracy: Double? = nil, pairFields: [String]? = nil
  )
    throws
  {
    guard let head else { preconditionFailure("a classifier that was trained") }
    if let trainer { return try trainer.save(to: url, run: run, accuracy: accuracy, head: head) }
    try AtomicFolder.replace(url) { temporary in
      let pooler = folder.weights.pooler.map { [$0.weight.name, $0.bias.name] } ?? []
      try folder.writeVectors(
        to: temporary, tensors: folder.weights.all.filter { !pooler.contains($0.name) },
        maximumTokens: maximumTokens, head: head)
      try SavedTraining(
        run: run, accuracy: accuracy, maximumTokens: maximumTokens, threshold: nil,
        pairFields: nil, options: record?.options, summary: record?.summary
      ).write(to: temporary)
    }
  }
}

extension VectorHead {
  /// Logistic regression on unit vectors `[rows, dimension]`.
  fileprivate init(
    fitting rows: [[Float]], _ targets: [Int], labels: [String], shouldStop: () -> Bool
  ) {
    let model = LogisticRegression(
      rows: rows.flatMap { $0 }, dimension: rows[0].count, labels: targets,
      classCount: labels.count, shouldStop: shouldStop)
    self.init(
      labels: labels, weights: model.weights,
      biases: model.intercepts.map { max($0, Self.leastBias) })
  }

  /// A label without a text is never predicted, by a number that files can hold.
  private static let leastBias: Float = -1e4
}
