import Files
import Foundation
import Kernels
import Transformer

/// An encoder with its family's head for sequences, to train for one label, several or a number a text, and
/// to save in the layout that Python's transformers opens as `AutoModelForSequenceClassification`;
/// `TextClassifier` predicts with what was saved.
///
/// For relations of marked entities the head reads the states at both instead, and transformers opens the
/// encoder alone.
///
/// Not thread-safe; the work itself runs on ``Threads``.
public final class SequenceClassifier {
  private let model: FineTuning
  private let head: HeadKind
  /// How texts with marked entities become sequences, and the label that is no relation; nil of all others.
  private let relations: (windows: EntityWindows, other: String)?
  /// Where a text may have several labels, those of at least this probability hold: the best for micro F1
  /// on the development part; nil before training, or without such a part.
  public private(set) var threshold: Double?

  /// Names of the classes; a class's index is its place here.
  public var labels: [String] { model.labels }
  /// What is learned of a text.
  public var problem: ClassificationProblem { model.problem }
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int { model.maximumTokens }

  /// A classifier on the encoder of `folder`, its classifier weights random (normal, deviation
  /// 0.02, from `seed`) unless the folder has some of the same shape.
  ///
  /// - Parameters:
  ///   - labels: of a regression one, the number's name.
  ///   - otherLabel: of relations the label that is none; nil for all else. Texts then mark two entities, see
  ///     `RelationText`, and the markers become tokens.
  ///   - adapters: low-rank adapters beside the weights; none if nil.
  ///   - maximumTokens: 3 to the positions the model has.
  /// - Throws: `FileError` for too few labels, a name twice or an impossible
  ///   `maximumTokens`, or if weights or tokenizer cannot be read.
  public init(
    folder: ModelFolder, labels: [String], problem: ClassificationProblem = .singleLabel,
    otherLabel: String? = nil, adapters: AdapterOptions? = nil, seed: UInt64, maximumTokens: Int
  ) throws {
    var (folder, head) = (folder, HeadKind.sequences)
    relations = try otherLabel.map { other in
      folder = try folder.adding(tokens: EntityWindows.markers, seed: seed)
      let windows = try EntityWindows(
        folder.tokenizer(maximumTokens: min(maximumTokens, folder.configuration.maximumPositions)),
        markers: EntityWindows.markers, place: folder.url.path)
      head = .entities(starts: windows.starts)
      return (windows, other)
    }
    self.head = head
    model = try FineTuning(
      folder: folder, head: head, labels: labels, problem: problem, adapters: adapters,
      seed: seed, maximumTokens: maximumTokens)
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
  /// - Throws: ``UntrainableOptions`` for options that make no sense or a loss that is not finite; `FileError`
  ///   for empty data, a label out of range or of another kind, or a checkpoint that is of another training
  ///   or cannot be read or written.
  @discardableResult
  public func train(
    train: [LabeledText], development: [LabeledText], options: TrainingOptions = .init(),
    checkpoint: URL? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    guard !train.isEmpty else {
      throw FileError(place: "training set", expected: "at least one text", found: "none")
    }
    func run<Task: TrainingTask>(
      _ target: (LabeledText.Target) -> Task.Target?, _ makeTask: ([Task.Target]) -> Task
    ) throws -> (TrainingSummary, EncodedSet<Task.Target>) {
      let training = try encode(train, place: "training set", target)
      let held = try encode(development, place: "development set", target)
      let summary = try model.train(
        makeTask(training.targets), training: training, development: held, options: options,
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
      return (summary, held)
    }
    switch problem {
    case .singleLabel:
      if let relations {
        return try run(label) {
          RelationTask(labels: labels, other: relations.other, examples: $0, options: options)
        }.0
      }
      return try run(label) {
        ClassificationTask(labels: labels.count, examples: $0, options: options)
      }.0
    case .multiLabel:
      let (summary, held) = try run(labelSet) {
        MultiLabelTask(labels: labels.count, examples: $0, options: options)
      }
      threshold = MultiLabelTask.threshold(outputs(held), held.targets)
      return summary
    case .regression:
      try Self.checkRegression(options)
      let scale = try TargetScale(train.compactMap(\.score))
      // New weights begin with a bias of 0; others give numbers of the data.
      if model.network.classifier.bias[0] != 0 { scale.fold(model.network) }
      func standard(_ target: LabeledText.Target) -> Float? {
        if case .score(let score) = target, score.isFinite { scale.standard(score) } else { nil }
      }
      let summary = try run(standard) { _ in RegressionTask() }.0
      scale.unfold(model.network)
      return summary
    }
  }

  private func label(_ target: LabeledText.Target) -> Int? {
    if case .label(let label) = target, labels.indices.contains(label) { label } else { nil }
  }

  private func labelSet(_ target: LabeledText.Target) -> [Int]? {
    guard case .labels(let set) = target, set.allSatisfy(labels.indices.contains),
      Set(set).count == set.count
    else { return nil }
    return set
  }

  /// Numbers have no classes that could be weighed or smoothed.
  private static func checkRegression(_ options: TrainingOptions) throws {
    for (name, isThere) in [
      ("labelSmoothing", options.labelSmoothing != 0), ("balancesClasses", options.balancesClasses),
      ("classWeights", options.classWeights != nil),
    ] where isThere {
      throw UntrainableOptions(
        option: name, expected: "none, for numbers are learned", found: "one",
        advice: "leave it out: it is about classes")
    }
  }

  private func encode<Target>(
    _ texts: [LabeledText], place: String, _ target: (LabeledText.Target) -> Target?
  ) throws -> EncodedSet<Target> {
    let targets = try texts.enumerated().map { index, text in
      guard let target = target(text.target) else {
        throw FileError(
          place: "\(place), text \(index)", expected: expectedTarget, found: "\(text.target)")
      }
      return target
    }
    return try encode(texts, targets: targets)
  }

  private var expectedTarget: String {
    switch problem {
    case .singleLabel: "a label in 0..<\(labels.count)"
    case .multiLabel: "different labels in 0..<\(labels.count)"
    case .regression: "a finite score"
    }
  }

  /// Tokens of texts or pairs: of these with their types, and cut where they are too long, the longer text
  /// first.
  private func encode<Target>(_ texts: [LabeledText], targets: [Target]) throws
    -> EncodedSet<Target>
  {
    let hasPairs = texts.contains { $0.second != nil }
    let pairs = try texts.enumerated().map { index, text in
      if let relations { return TokenPair(try relations.windows.window(text.text).ids) }
      let pair =
        text.second.map { model.tokenizer.encodePair(text.text, $0) }
        ?? TokenPair(model.tokenizer.encode(text.text))
      guard !pair.ids.isEmpty else {
        throw FileError(
          place: "text \(index)", expected: "at least one token", found: "none",
          advice: "the tokenizer adds no special tokens, so texts must not be empty")
      }
      return pair
    }
    return EncodedSet(
      sentences: pairs.map(\.ids), types: hasPairs ? pairs.map(\.types) : [], targets: targets)
  }

  /// Logits of each text, `[texts, labels]`, in the order given; they do not depend on neighbors.
  ///
  /// - Throws: `FileError` for a text without tokens (only tokenizers without special tokens).
  public func logits(_ texts: [String]) throws -> [[Float]] {
    try logits(texts.map { LabeledText(text: $0, label: 0) })
  }

  /// The same of texts or pairs, whatever their targets.
  public func logits(_ texts: [LabeledText]) throws -> [[Float]] {
    outputs(try encode(texts, targets: texts.map { _ in 0 }))
  }

  private func outputs<Target>(_ set: EncodedSet<Target>) -> [[Float]] {
    model.network.outputs(set, EvaluationPlan(set.sentences, tokens: 512))
  }

  /// Writes a folder with configuration, weights, tokenizer files and a record of the training,
  /// complete or not at all: a folder that is there already is replaced at the end, with all in it.
  /// Adapters are merged into the weights, and stand by themselves in the folder `adapter` too.
  ///
  /// - Parameters:
  ///   - run: names the training in the record.
  ///   - accuracy: of the classifier on test data, for the record.
  ///   - pairFields: names of the two fields that the texts of pairs came from, for the record.
  /// - Throws: `FileError` if something cannot be written.
  public func save(
    to url: URL, run: String? = nil, accuracy: Double? = nil, pairFields: [String]? = nil
  ) throws {
    try model.save(
      to: url, head: head, run: run, accuracy: accuracy, threshold: threshold,
      pairFields: pairFields, otherLabel: relations?.other)
  }
}
