import Files
import Foundation
import Kernels
import Transformer

/// A model folder with a network on it that trains, its tokenizer, and how both are saved: what every
/// task shares.
final class FineTuning {
  /// Texts are cut to this many tokens, special tokens included.
  let maximumTokens: Int
  let folder: ModelFolder
  let network: TrainableNetwork
  let tokenizer: Tokenizer
  /// Names of the outputs; none of sentence vectors.
  let labels: [String]
  let problem: ClassificationProblem
  private let seed: UInt64
  /// The last training, for the record that ``save(to:head:run:accuracy:)`` writes.
  private var training: (options: TrainingOptions, summary: TrainingSummary)?

  /// - Parameters:
  ///   - head: what the network ends in; its outputs are the labels.
  ///   - adapters: low-rank adapters beside the weights; none if nil.
  ///   - seed: decides the weights that the folder lacks.
  /// - Throws: `FileError` for fewer than two labels, a name twice or an impossible
  ///   `maximumTokens`, or if weights or tokenizer cannot be read.
  init(
    folder: ModelFolder, head: HeadKind, labels: [String],
    problem: ClassificationProblem = .singleLabel, adapters: AdapterOptions?, seed: UInt64,
    maximumTokens: Int
  ) throws {
    let limit = folder.configuration.maximumPositions
    guard (3...max(3, limit)).contains(maximumTokens) else {
      throw FileError(
        place: "maximum tokens", expected: "3...\(limit)", found: "\(maximumTokens)")
    }
    if head != .vectors { try Self.checkCount(labels.count, problem) }
    guard Set(labels).count == labels.count else {
      throw FileError(
        place: "labels", expected: "each name once", found: labels.joined(separator: ", "))
    }
    self.folder = folder
    self.labels = labels
    self.problem = problem
    self.seed = seed
    self.maximumTokens = maximumTokens
    tokenizer = try folder.tokenizer(maximumTokens: maximumTokens)
    guard tokenizer.vocabularySize <= folder.configuration.vocabularySize else {
      throw FileError(
        place: folder.url.path,
        expected: "a tokenizer of at most \(folder.configuration.vocabularySize) tokens",
        found: "\(tokenizer.vocabularySize)")
    }
    network = try TrainableNetwork(
      folder: folder, head: head,
      outputs: head == .vectors ? folder.configuration.hiddenSize : labels.count, seed: seed,
      adapters: adapters)
  }

  private static func checkCount(_ labels: Int, _ problem: ClassificationProblem) throws {
    let (isRight, expected) =
      switch problem {
      case .singleLabel: (labels >= 2, "at least 2 classes")
      case .multiLabel: (labels >= 1, "at least one label")
      case .regression: (labels == 1, "a name for the one output")
      }
    guard isRight else {
      throw FileError(
        place: "labels", expected: expected, found: "\(labels)",
        advice: problem == .singleLabel ? "classification needs texts of different labels" : nil)
    }
  }

  /// Trains `task`, or resumes a training from `checkpoint`; see
  /// ``SequenceClassifier/train(train:development:options:checkpoint:progress:shouldStop:)``.
  func train<Task: TrainingTask>(
    _ task: Task, training: EncodedSet<Task.Target>, development: EncodedSet<Task.Target>,
    options: TrainingOptions, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    let trainer = try Trainer(
      network, task: task, training: training, development: development, options: options)
    let file = try checkpoint.map {
      TrainingCheckpoint(
        url: $0,
        identity: try identity(
          development.digest(training.digest(0, Task.digits), Task.digits), options))
    }
    let summary = try trainer.run(checkpoint: file, progress: progress, shouldStop: shouldStop)
    self.training = (options, summary)
    return summary
  }

  /// Model, labels, options and data of a training, as one string.
  private func identity(_ data: UInt64, _ options: TrainingOptions) throws -> String {
    let settings = try SortedJSON.text(options)
    return "\(folder.hash) \(seed) \(labels.joined(separator: "\u{1}")) \(data) \(settings)"
  }

  /// Writes a folder with configuration, weights, tokenizer files and a record of the training,
  /// complete or not at all: a folder that is there already is replaced at the end, with all in it.
  /// Adapters are merged into the weights, and stand by themselves in the folder `adapter` too.
  ///
  /// - Parameters:
  ///   - head: decides the class that transformers opens it with.
  ///   - run: names the training in the record.
  ///   - accuracy: of the model on test data, for the record.
  ///   - pairFields: where the texts of pairs came from.
  ///   - threshold: from which probability on a label holds, where a text may have several.
  ///   - otherLabel: of relations the label that is none.
  ///   - answers: of a model for questions.
  ///   - vectorHead: of sentence vectors a classifier on them.
  /// - Throws: `FileError` if something cannot be written.
  func save(
    to url: URL, head: HeadKind, run: String?, accuracy: Double?, threshold: Double? = nil,
    pairFields: [String]? = nil, otherLabel: String? = nil, answers: AnswerSettings? = nil,
    vectorHead: VectorHead? = nil
  ) throws {
    try AtomicFolder.replace(url) { temporary in
      if head == .vectors {
        try folder.writeVectors(
          to: temporary, tensors: network.tensors, maximumTokens: maximumTokens,
          head: vectorHead)
      } else {
        try folder.write(
          to: temporary, className: head.className(folder.configuration), labels: labels,
          problem: problem == .singleLabel ? nil : problem,
          entityMarkers: head.states > 1 ? EntityWindows.markers : [], tensors: network.tensors)
      }
      if let task = head.adapterTask {
        try network.writeAdapters(
          to: temporary.appendingPathComponent(SavedTraining.adapterFolder),
          base: folder.url.lastPathComponent, task: task)
      }
      try SavedTraining(
        run: run, accuracy: accuracy, maximumTokens: maximumTokens, threshold: threshold,
        pairFields: pairFields, otherLabel: otherLabel, answers: answers,
        options: training?.options,
        summary: training?.summary
      ).write(to: temporary)
    }
  }
}
