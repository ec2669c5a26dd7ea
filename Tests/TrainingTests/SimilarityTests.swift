import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Training of sentence vectors against sentence-transformers: `Golden/generate_similarity.py`.
@Suite struct SimilarityTests {
  private struct Expected: Decodable {
    struct Case: Decodable {
      struct Values: Decodable {
        var vectors: [[Float]]
        var loss: Float
        var gradient: [[Float]]
      }
      struct Options: Decodable {
        var scale: Float?
        var isSymmetric: Bool?
        var dimensions: [Int]?
      }
      var loss: SimilarityLoss
      var options: Options
      var width: Int
      var scores: [Float]?
      var expected: Values
    }
    struct Report: Decodable {
      var spearman: Double
      var pearson: Double
      var averagePrecision: Double
      var tied: Double
    }
    struct Retrieval: Decodable {
      var meanReciprocalRank: Double
      var gainAt10: Double
      var recallAt1: Double
      var recallAt5: Double
    }
    var losses: [Case]
    var pairs: [[String]]
    var vectors: [[Float]]
    var steps: [[Float]]
    var report: Report
    var retrieval: Retrieval
  }

  private static func expected() throws -> Expected {
    let url = Golden.folder.appendingPathComponent("similarity.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }

  private static func options(_ item: Expected.Case) -> SimilarityOptions {
    var options = SimilarityOptions(loss: item.loss)
    options.scale = item.options.scale ?? 20
    options.isSymmetric = item.options.isSymmetric ?? false
    options.dimensions = item.options.dimensions ?? []
    return options
  }

  private static func batch(_ item: Expected.Case) -> SimilarityBatch {
    SimilarityBatch(
      width: item.width, scores: item.scores ?? [],
      kin: item.expected.vectors.indices.map {
        // Negatives are like nothing else.
        $0 % item.width < 2 ? $0 / item.width : -$0
      })
  }

  @Test func lossesAndGradientsEqualSentenceTransformers() throws {
    for item in try Self.expected().losses {
      let vectors = Buffer<Float>(item.expected.vectors.flatMap { $0 })
      let size = item.expected.vectors[0].count
      let loss = Self.options(item).loss(vectors.pointer, size: size, Self.batch(item))
      #expect(abs(loss - item.expected.loss) < 2e-5, "\(item.loss) \(item.options)")
      let difference = distance(vectors.values, item.expected.gradient.flatMap { $0 })
      #expect(difference < 2e-5, "\(item.loss) \(item.options): \(difference)")
    }
  }

  /// What says the same as an anchor, in another example, is no wrong answer.
  @Test func kinIsNoNegative() throws {
    let item = try Self.expected().losses[0]
    let size = item.expected.vectors[0].count
    func loss(_ kin: [Int], _ rows: some Sequence<[Float]>) -> Float {
      let vectors = Buffer<Float>(rows.flatMap { $0 })
      return Self.options(item).loss(
        vectors.pointer, size: size, SimilarityBatch(width: 2, scores: [], kin: kin))
    }
    let rows = item.expected.vectors
    // Of two examples of one kin each positive has no rival: the loss is 0.
    #expect(loss([0, 0, 0, 0], rows.prefix(4)) == 0)
    #expect(loss([0, 0, 1, 1], rows.prefix(4)) > 0)
  }

  private static func training(_ change: (inout TrainingOptions) -> Void) -> TrainingOptions {
    var options = TrainingOptions()
    options.similarity = SimilarityOptions(loss: .ranking)
    options.learningRate = 5e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.gradientClipping = 0.5
    options.dropout = 0
    options.batchSize = 5
    options.epochs = nil
    options.maximumSteps = 10
    change(&options)
    return options
  }

  private static func trainer(_ options: TrainingOptions) throws -> SimilarityTrainer {
    try SimilarityTrainer(
      folder: ModelFolder(at: Golden.tiny), options: options, maximumTokens: 24)
  }

  private static func examples(_ expected: Expected) -> [SimilarityExample] {
    expected.pairs.map { SimilarityExample(texts: $0) }
  }

  @Test func vectorsAndTenStepsEqualPyTorch() throws {
    let expected = try Self.expected()
    let trainer = try Self.trainer(Self.training { _ in })
    let vectors = try trainer.vectors(expected.pairs.flatMap { $0 })
    #expect(distance(vectors.joined(), expected.vectors.joined()) < 2e-5)
    let summary = try trainer.train(train: Self.examples(expected), development: [])
    for (step, golden) in zip(summary.history, expected.steps) {
      #expect(abs(step.loss - golden[0]) < 2e-3 * max(0.1, golden[0]), "step \(step.step)")
      #expect(abs(step.gradientNorm - golden[1]) < 5e-3 * max(0.1, golden[1]), "step \(step.step)")
    }
  }

  /// A step in several passes has the gradient of the whole batch, dropout included.
  @Test func passesGiveTheGradientOfTheWholeBatch() throws {
    let examples = Self.examples(try Self.expected())
    func history(_ accumulation: Int, dropout: Float) throws -> [TrainingSummary.Step] {
      let options = Self.training {
        $0.accumulation = accumulation
        $0.dropout = dropout
      }
      return try Self.trainer(options).train(train: examples, development: []).history
    }
    let whole = try history(1, dropout: 0)
    for accumulation in [2, 5] {
      for (step, other) in zip(whole, try history(accumulation, dropout: 0)) {
        #expect(abs(step.loss - other.loss) < 1e-3, "step \(step.step)")
        #expect(abs(step.gradientNorm - other.gradientNorm) < 1e-2, "step \(step.step)")
      }
    }
    // The masks of a pass are those of its second time, or the loss would not go down as it does.
    let dropped = try history(5, dropout: 0.1)
    #expect(dropped.last!.loss < dropped[0].loss)
  }

  @Test func reportsEqualSciPyAndScikitLearn() throws {
    let expected = try Self.expected()
    let pairs = expected.losses[4]
    func report(_ item: Expected.Case, _ scores: [Float]?) -> SimilarityReport {
      SimilarityReport(
        item.expected.vectors,
        (0..<item.expected.vectors.count / 2).map {
          SimilarityTarget(score: scores?[$0], kin: [$0, $0])
        }, loss: item.loss)
    }
    let scored = report(pairs, pairs.scores)
    #expect(abs(scored.spearman! - expected.report.spearman) < 1e-7)
    #expect(abs(scored.pearson! - expected.report.pearson) < 1e-6)
    #expect(scored.averagePrecision == nil)
    let binary = report(pairs, expected.losses[6].scores)
    #expect(abs(binary.averagePrecision! - expected.report.averagePrecision) < 1e-7)
    let tied = BinaryReport.averagePrecision(
      [true, false, true, false, true, false], [0.5, 0.5, 0.4, 0.4, 0.4, 0.1])
    #expect(abs(tied - expected.report.tied) < 1e-7)
    let found = report(expected.losses[0], nil).retrieval!
    #expect(abs(found.meanReciprocalRank - expected.retrieval.meanReciprocalRank) < 1e-7)
    #expect(abs(found.gainAt10 - expected.retrieval.gainAt10) < 1e-7)
    #expect(abs(found.recallAt1 - expected.retrieval.recallAt1) < 1e-7)
    #expect(abs(found.recallAt5 - expected.retrieval.recallAt5) < 1e-7)
  }

  /// What was saved embeds as it did in training, and trains on.
  @Test func savedFolderGivesTheVectorsOfTraining() throws {
    let expected = try Self.expected()
    let scratch = try ScratchFolder()
    let trainer = try Self.trainer(Self.training { _ in })
    try trainer.train(train: Self.examples(expected), development: [])
    let url = scratch.url.appendingPathComponent("saved")
    try trainer.save(to: url)
    let texts = expected.pairs.flatMap { $0 }
    let vectors = try trainer.vectors(texts)
    let folder = try ModelFolder(at: url)
    #expect(folder.pooling == .mean && folder.maximumTokens == 24)
    let again = try SimilarityTrainer(
      folder: folder, options: Self.training { _ in }, maximumTokens: 24)
    #expect(distance(try again.vectors(texts).joined(), vectors.joined()) == 0)
    let encoder = try SentenceEncoder(folder: folder, options: .init())
    let embedded = Buffer<Float>(count: texts.count * encoder.dimension)
    try encoder.embed(texts, into: embedded.pointer)
    let unit = vectors.flatMap { vector in
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / length }
    }
    #expect(distance(embedded.values, unit) < 2e-2)
  }

  @Test func refusesExamplesThatTheLossCannotUse() throws {
    let trainer = try Self.trainer(
      Self.training { $0.similarity = SimilarityOptions(loss: .triplet) })
    func fails(_ examples: [SimilarityExample]) -> Bool {
      do {
        try trainer.train(train: examples, development: [])
        return false
      } catch { return error is FileError }
    }
    #expect(fails([]))
    #expect(fails([SimilarityExample(texts: ["a", "b"])]))
    #expect(fails([SimilarityExample(texts: ["a", "b", "c"], score: 1)]))
    #expect(
      fails([
        SimilarityExample(texts: ["a", "b", "c"]), SimilarityExample(texts: ["a", "b", "c", "d"]),
      ]))
    for change: (inout SimilarityOptions) -> Void in [
      { $0.scale = 0 }, { $0.margin = .nan }, { $0.dimensions = [0] }, { $0.dimensions = [17] },
      { $0.isSymmetric = true },
    ] {
      var similarity = SimilarityOptions(loss: .triplet)
      change(&similarity)
      let options = Self.training { $0.similarity = similarity }
      #expect(throws: UntrainableOptions.self) {
        try Self.trainer(options).train(
          train: [SimilarityExample(texts: ["a", "b", "c"])], development: [])
      }
    }
  }
}
