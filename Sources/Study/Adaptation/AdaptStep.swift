import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// Adapts an encoder to pairs that people judged: learns from some folds of them, chooses pass and threshold
/// by another, and compares the encoder before and after on the pairs of the last, each fold in its turn.
///
/// The encoder that is saved is trained once more, on all folds but the one that chooses, and only if the gain
/// on pairs not learned from is above zero with its whole interval.
public struct AdaptStep {
  private let pairs: [JudgedPair]
  private let model: ModelFolder
  private let options: AdaptOptions
  private let monitor: StepMonitor

  /// - Parameter pairs: in any order, which does not matter; the same ones twice count once.
  public init(
    _ pairs: [JudgedPair], model: ModelFolder, options: AdaptOptions, monitor: StepMonitor
  ) {
    self.pairs = Set(pairs).sorted {
      ($0.a, $0.b, $0.isDuplicate ? 1 : 0) < ($1.a, $1.b, $1.isDuplicate ? 1 : 0)
    }
    self.model = model
    self.options = options
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - output: the folder of the adapted encoder. What was measured stays beside it, in `OUTPUT.adapt`, so
  ///     that an interrupted run goes on and the same one again is nothing to do.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` for too few pairs, or something else at `output`; ``Interrupted`` after a stop.
  public func run(output: URL, replacing: Bool = false) throws -> AdaptSummary {
    let startedAt = Date()
    let folds = PairFolds(pairs, count: options.folds, seed: options.seed)
    try check(folds)
    let work = try AdaptWork(beside: output, identity: try identity())
    let isThere = try ModelTarget(output).holds(run: work.identity, replacing: replacing)
    if var known = work.summary, !known.isRecommended || isThere {
      known.nothingToDo = true
      return known
    }
    let results = try (0..<options.folds).map { fold in
      try work.fold(fold, pairs: folds.within(fold).count) { try test(fold, folds, work) }
    }
    var summary = summary(folds, results)
    if summary.isRecommended {
      let choosing = 0
      let (trainer, examples) = try train(
        folds.outside([choosing]), choosing: folds.within(choosing), work,
        phase: "training the encoder to keep")
      summary.threshold = Double(
        Self.threshold(try Self.cosines(trainer, examples), examples.map(\.isDuplicate)))
      try trainer.save(to: output, run: work.identity)
      summary.model = output.relativePath
    }
    summary.seconds = Date().timeIntervalSince(startedAt)
    try work.finish(summary)
    return summary
  }

  /// What decides the result, as a hash.
  private func identity() throws -> String {
    let lines = pairs.map { "\($0.isDuplicate)\t\($0.a)\t\($0.b)" }
    return "adapt-"
      + StepAccount.hash([model.hash, try StepAccount.json(options)] + lines).prefix(16)
  }

  private func check(_ folds: PairFolds) throws {
    for fold in 0..<options.folds {
      let kinds = Set(folds.within(fold).map { pairs[$0].isDuplicate })
      guard kinds.count == 2 else {
        throw CurationError(
          place: "judged pairs",
          expected: "duplicates and others in each of \(options.folds) folds without common texts",
          found:
            "\(pairs.count { $0.isDuplicate }) duplicates and \(pairs.count { !$0.isDuplicate }) others, "
            + "which leave a fold without one of the two",
          advice:
            "judge more pairs (simcurate calibrate INDEX \(OptionName.label)), of other texts; "
            + "or ask for fewer folds"
        )
      }
    }
  }

  /// The encoder before and after on the pairs of one fold.
  private func test(_ fold: Int, _ folds: PairFolds, _ work: AdaptWork) throws -> AdaptWork.Fold {
    let choosing = (fold + 1) % options.folds
    let tested = folds.within(fold).map { pairs[$0] }
    let chosenBy = folds.within(choosing).map { pairs[$0] }
    let untrained = try trainer()
    let before = (try Self.cosines(untrained, chosenBy), try Self.cosines(untrained, tested))
    let (trained, _) = try train(
      folds.outside([fold, choosing]), choosing: folds.within(choosing), work,
      phase: "fold \(fold + 1) of \(options.folds)")
    let after = (try Self.cosines(trained, chosenBy), try Self.cosines(trained, tested))
    let truth = chosenBy.map(\.isDuplicate)
    return AdaptWork.Fold(
      before: before.1, after: after.1, thresholdBefore: Self.threshold(before.0, truth),
      thresholdAfter: Self.threshold(after.0, truth))
  }

  /// - Returns: the trainer, and the pairs that it was chosen by.
  private func train(_ train: [Int], choosing: [Int], _ work: AdaptWork, phase: String) throws
    -> (SimilarityTrainer, [JudgedPair])
  {
    let trainer = try trainer(records: train.count)
    let monitor = monitor
    let result = try trainer.train(
      train: examples(train), development: examples(choosing), checkpoint: work.checkpoint,
      progress: {
        monitor.progress(
          StepProgress(phase: phase, completed: $0.step, total: $0.totalSteps, unit: "updates"))
      }, shouldStop: monitor.shouldStop)
    if result.interrupted { throw Interrupted() }
    work.removeCheckpoint()
    return (trainer, choosing.map { pairs[$0] })
  }

  private func trainer(records: Int = 0) throws -> SimilarityTrainer {
    let training = options.training.takeHome(
      model.configuration, records: records, classes: 0, seed: options.seed
    ).ofVectors(options.similarity.options(.contrastive))
    return try SimilarityTrainer(
      folder: model, options: training,
      maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions))
  }

  private func examples(_ numbers: [Int]) -> [SimilarityExample] {
    numbers.map { number in
      let pair = pairs[number]
      return SimilarityExample(texts: [pair.a, pair.b], score: pair.isDuplicate ? 1 : 0)
    }
  }

  /// Of each pair's two vectors, in the order given.
  private static func cosines(_ trainer: SimilarityTrainer, _ pairs: [JudgedPair]) throws -> [Float]
  {
    let texts = Set(pairs.flatMap { [$0.a, $0.b] }).sorted()
    let vectors = Dictionary(uniqueKeysWithValues: zip(texts, try trainer.vectors(texts)))
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return pairs.map { pair in
      let (a, b) = (vectors[pair.a]!, vectors[pair.b]!)
      return Float(dot(a, b) / max(1e-12, (dot(a, a) * dot(b, b)).squareRoot()))
    }
  }

  /// The one of the best F1.
  private static func threshold(_ cosines: [Float], _ truth: [Bool]) -> Float {
    Float(
      BinaryReport.bestThreshold(truth: truth, probabilities: cosines.map(Double.init)) ?? 1)
  }

  private func summary(_ folds: PairFolds, _ results: [AdaptWork.Fold]) -> AdaptSummary {
    var items: [DuplicateJudgments.Item] = []
    var precisions = (before: 0.0, after: 0.0, duplicates: 0.0)
    for (fold, result) in results.enumerated() {
      let numbers = folds.within(fold)
      for (place, number) in numbers.enumerated() {
        items.append(
          DuplicateJudgments.Item(
            group: folds.groups[number], isDuplicate: pairs[number].isDuplicate,
            before: result.before[place] >= result.thresholdBefore,
            after: result.after[place] >= result.thresholdAfter))
      }
      let truth = numbers.map { pairs[$0].isDuplicate }
      let weight = Double(truth.count { $0 })
      func precision(_ cosines: [Float]) -> Double {
        weight * BinaryReport.averagePrecision(truth, cosines.map(Double.init))
      }
      precisions.before += precision(result.before)
      precisions.after += precision(result.after)
      precisions.duplicates += weight
    }
    let judged = DuplicateJudgments(items)
    func scores(_ scores: LabelScores, _ precision: Double) -> DuplicateScores {
      DuplicateScores(
        precision: scores.precision, recall: scores.recall, f1: scores.f1,
        averagePrecision: precision / max(1, precisions.duplicates))
    }
    let gain = judged.gain
    return AdaptSummary(
      pairs: pairs.count, duplicates: pairs.count { $0.isDuplicate }, folds: options.folds,
      tested: items.count, groups: judged.groups, before: scores(judged.before, precisions.before),
      after: scores(judged.after, precisions.after), gain: gain,
      isRecommended: gain.isGain && judged.groups >= AdaptSummary.leastGroups, seconds: 0,
      nothingToDo: false)
  }
}

/// What a run has found so far, in a folder beside the model it is to make.
private struct AdaptWork {
  /// One fold's cosines of its pairs, and the thresholds that another fold chose.
  struct Fold: Codable {
    var before: [Float]
    var after: [Float]
    var thresholdBefore: Float
    var thresholdAfter: Float
  }

  let identity: String
  private let folder: URL

  /// Empties the folder if it is another run's.
  init(beside output: URL, identity: String) throws {
    self.identity = identity
    folder = URL(fileURLWithPath: output.path + ".adapt")
    let mark = folder.appendingPathComponent("run")
    let known = (try? RegularFile.contents(of: mark, limit: 1 << 10)).map {
      String(decoding: $0, as: UTF8.self)
    }
    if known == identity { return }
    if let foreign = AtomicFolder.foreign(in: folder, isOwn: Self.isOwn) {
      throw CurationError(
        place: folder.relativePath, expected: "a folder of our own, an empty one or none",
        found: "a folder with another file, '\(foreign)'",
        advice: "choose another \(OptionName.out)")
    }
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try AtomicFile.write(Data(identity.utf8), to: mark)
  }

  private static func isOwn(_ name: String) -> Bool {
    ["run", "checkpoint", "result.json"].contains(name)
      || (name.hasPrefix("fold-") && name.hasSuffix(".json"))
  }

  var checkpoint: URL { folder.appendingPathComponent("checkpoint") }

  func removeCheckpoint() { try? FileManager.default.removeItem(at: checkpoint) }

  /// What was found of a fold before, else what `make` finds now.
  func fold(_ number: Int, pairs: Int, _ make: () throws -> Fold) throws -> Fold {
    let url = folder.appendingPathComponent("fold-\(number + 1).json")
    if let data = try? RegularFile.contents(of: url),
      let known = try? JSONDecoder().decode(Fold.self, from: data),
      known.before.count == pairs, known.after.count == pairs
    {
      return known
    }
    let fold = try make()
    try AtomicFile.write(Data(try StepAccount.json(fold).utf8), to: url)
    return fold
  }

  private var result: URL { folder.appendingPathComponent("result.json") }

  var summary: AdaptSummary? {
    (try? RegularFile.contents(of: result)).flatMap {
      try? JSONDecoder().decode(AdaptSummary.self, from: $0)
    }
  }

  func finish(_ summary: AdaptSummary) throws {
    try AtomicFile.write(Data(try StepAccount.json(summary).utf8), to: result)
  }
}
