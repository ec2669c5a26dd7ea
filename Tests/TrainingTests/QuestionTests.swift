import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Answers in texts against PyTorch, transformers and SQuAD's scorer: `Golden/generate_questions.py`.
@Suite struct QuestionTests {
  private static let names = [
    "tiny-bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "modernbert-biased",
  ]

  private struct Family: Decodable {
    var sentences: [[Int32]]
    var types: [[UInt8]]
    var places: [[Int]]
    var loss: Float
    var logits: [[Float]]
    var gradients: [String: [Double]]
    var steps: [[Float]]

    var targets: [SpanTarget] {
      zip(sentences, places).enumerated().map { number, item in
        SpanTarget(question: number, count: item.0.count, start: item.1[0], end: item.1[1])
      }
    }
  }
  private struct Windows: Decodable {
    var question: String
    var context: String
    var answer: String?
    var limit: Int
    var stride: Int
    var ids: [[Int32]]
    var types: [[UInt8]]
    var places: [[Int]]
  }
  private struct Scores: Decodable {
    struct Item: Decodable {
      var prediction: String
      var answers: [String]
      var exact: Int
      var f1: Double
      var margin: Double?
    }
    var items: [Item]
    var chinese: [Item]
    /// In percent, as the scorer names them.
    var report: [String: Double]
    var bestF1: Double
  }
  private struct Expected: Decodable {
    var families: [String: Family]
    var windows: [Windows]
    var scores: Scores
  }

  private static func expected() throws -> Expected {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("questions.json"))
    return try JSONDecoder().decode(Expected.self, from: data)
  }

  /// The family's class for question answering, its head's parameters waves.
  private static func network(_ name: String, _ scratch: ScratchFolder) throws -> (
    network: TrainableNetwork, folder: ModelFolder
  ) {
    let folder = try ModelFolder(at: try FamilyModel.copy(name, scratch))
    let network = try TrainableNetwork(folder: folder, head: .spans, outputs: 2, seed: 0)
    for entry in network.parameters.entries
    where ["qa_outputs", "classifier", "head."].contains(where: entry.name.hasPrefix) {
      let isNormWeight = entry.name.contains("norm") && entry.name.hasSuffix("weight")
      for index in 0..<entry.count {
        network.parameters.values.pointer[entry.offset + index] =
          Float(sin(Double(index + 1) * 0.7) * 0.3 + (isNormWeight ? 1 : 0))
      }
    }
    return (network, folder)
  }

  private static func task(_ options: TrainingOptions = TrainingOptions()) throws -> SpanTask {
    let windows = QuestionWindows(
      try Tokenizer(folder: Golden.tiny, maximumTokens: 24), stride: 0)
    return SpanTask(judged: QuestionSet([], windows), canBeUnanswerable: true, options: options)
  }

  @Test(arguments: names)
  func lossesGradientsAndStepsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let golden = try #require(try Self.expected().families[name])
    let (network, _) = try Self.network(name, scratch)
    var batch = PackedTokens()
    for (ids, types) in zip(golden.sentences, golden.types) { batch.append(ids, types: types) }
    network.dropout.step = 0
    let arena = GradientArena(
      GradientLayout(network, sentences: golden.sentences, types: 2, trainable: .init()))
    let outputs = network.forward(batch, retains: true)
    let logits = UnsafeBufferPointer(start: outputs, count: 2 * batch.tokens)
    #expect(distance(logits, golden.logits.joined()) < 1e-4)
    let task = try Self.task()
    let loss = task.loss(outputs, golden.targets, total: task.total(golden.targets))
    #expect(abs(loss - golden.loss) < 2e-5 * golden.loss)
    network.backward(outputs, into: arena)
    let gradient = arena.spread(over: network)
    for entry in network.parameters.entries {
      let ours = FamilyModel.waves(
        UnsafeBufferPointer(start: gradient.pointer + entry.offset, count: entry.count))
      guard let theirs = golden.gradients[entry.name] else {
        #expect(ours[0] == 0, "\(entry.name) has no gradient in PyTorch")
        continue
      }
      for (ours, other) in zip(ours, theirs) {
        #expect(abs(ours - other) < 2e-4 * theirs[0] + 1e-6, "\(entry.name): \(ours), \(other)")
      }
    }
    var options = TrainingOptions()
    options.learningRate = 1e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.dropout = 0
    options.batchSize = golden.targets.count
    options.epochs = 10
    let summary = try Trainer(
      network, task: try Self.task(options),
      training: EncodedSet(
        sentences: golden.sentences, types: golden.types, targets: golden.targets),
      development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    for (ours, theirs) in zip(summary.history, golden.steps) {
      #expect(abs(ours.loss - theirs[0]) < 2e-4 * theirs[0] + 1e-5, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs[1]) < 2e-3 * theirs[1], "step \(ours.step)")
    }
  }

  /// The packed encoder reads what was saved, under the class and names of transformers.
  @Test(arguments: names)
  func packedLogitsEqualTransformers(name: String) throws {
    let scratch = try ScratchFolder()
    let golden = try #require(try Self.expected().families[name])
    let (network, folder) = try Self.network(name, scratch)
    let saved = scratch.url.appendingPathComponent("saved")
    try folder.write(
      to: saved, className: HeadKind.spans.className(folder.configuration),
      labels: ["start", "end"], tensors: network.tensors)
    try? FileManager.default.copyItem(
      at: Golden.tiny.appendingPathComponent("tokenizer.json"),
      to: saved.appendingPathComponent("tokenizer.json"))
    let finder = try AnswerFinder(folder: ModelFolder(at: saved), precision: .float32)
    let windows = zip(golden.sentences, golden.types).map {
      QuestionWindow(ids: $0, types: $1, contextStart: 0, ranges: [])
    }
    let logits = try finder.logits(windows)
    #expect(distance(logits.joined(), golden.logits.joined()) < 1e-4)
    #expect(try finder.logits(windows.reversed()) == logits.reversed())
  }

  @Test func aFamilyWithoutTheClassIsRefused() throws {
    let scratch = try ScratchFolder()
    let folder = try ModelFolder(at: try FamilyModel.copy("nomic-bert", scratch))
    #expect(throws: FileError.self) {
      try TrainableNetwork(folder: folder, head: .spans, outputs: 2, seed: 0)
    }
    #expect(throws: FileError.self) { try AnswerFinder(folder: folder) }
  }

  /// Windows, their types, and the tokens of the answers.
  @Test func windowsAreThoseOfTransformers() throws {
    for golden in try Self.expected().windows {
      let tokenizer = try Tokenizer(folder: Golden.tiny, maximumTokens: golden.limit)
      let windows = QuestionWindows(tokenizer, stride: golden.stride)
      let room = golden.limit - 3
      let found = windows.windows(golden.question, golden.context)
      #expect(found.allSatisfy { $0.ids.count <= golden.limit && $0.types.count == $0.ids.count })
      let start = golden.answer.map {
        golden.context.unicodeScalars.distance(
          from: golden.context.startIndex, to: golden.context.range(of: $0)!.lowerBound)
      }
      if tokenizer.encodeContent(golden.question, limit: .max).count > room / 2 {
        // A question that leaves no room for the context is cut; transformers would leave two tokens.
        #expect(found[0].contextStart == room / 2 + 2)
        continue
      }
      #expect(found.map(\.ids) == golden.ids && found.map(\.types) == golden.types)
      let places = found.map { window -> [Int] in
        guard let start, let answer = golden.answer else { return [0, 0] }
        let place = window.place(of: start..<start + answer.unicodeScalars.count)
        return place.map { [$0.lowerBound, $0.upperBound] } ?? [0, 0]
      }
      #expect(places == golden.places, "\(golden.question), \(golden.limit)")
    }
  }

  @Test func scoresAreThoseOfSQuADsScorer() throws {
    let golden = try Self.expected().scores
    for item in golden.items + golden.chinese {
      let ours = AnswerScores(prediction: item.prediction, answers: item.answers)
      #expect(ours.isExact == (item.exact == 1), "\(item)")
      #expect(abs(ours.f1 - item.f1) < 1e-12, "\(item)")
    }
    let report = AnswerReport(
      predictions: golden.items.map(\.prediction), answers: golden.items.map(\.answers))
    func check(_ name: String, _ ours: Double?) throws {
      let theirs = try #require(golden.report[name])
      #expect(abs(try #require(ours) * 100 - theirs) < 1e-9, "\(name)")
    }
    try check("exact", report.exactMatch)
    try check("f1", report.f1)
    try check("HasAns_exact", report.hasAnswer?.exactMatch)
    try check("HasAns_f1", report.hasAnswer?.f1)
    try check("NoAns_exact", report.noAnswer?.exactMatch)
    try check("NoAns_f1", report.noAnswer?.f1)
    #expect(
      report.items == golden.items.count
        && report.hasAnswer!.items + report.noAnswer!.items == report.items)

    let questions = golden.items.filter { $0.margin != nil }.map { item in
      let scores = { AnswerScores(prediction: $0, answers: item.answers).f1 }
      return (margin: item.margin!, span: scores(item.prediction), none: scores(""))
    }
    let threshold = AnswerReport.bestThreshold(questions)
    let sum = questions.reduce(0) { $0 + ($1.margin > threshold ? $1.none : $1.span) }
    #expect(abs(sum / Double(questions.count) * 100 - golden.bestF1) < 1e-9)
  }

  @Test func thresholdsAtTheEnds() {
    #expect(AnswerReport.bestThreshold([]) == 0)
    #expect(AnswerReport.bestThreshold([(margin: 2, span: 1, none: 0)]) > 2)
    #expect(AnswerReport.bestThreshold([(margin: 2, span: 0, none: 1)]) < 2)
    // Equal margins cannot be told apart.
    let equal = AnswerReport.bestThreshold([
      (margin: 1, span: 1, none: 0), (margin: 1, span: 0, none: 1), (margin: 3, span: 0, none: 1),
    ])
    #expect(equal < 1 || equal > 1)
    #expect(AnswerReport.bestThreshold([(margin: .infinity, span: 0, none: 1)]) == 0)
  }

  /// Every start and end of every window, sorted.
  @Test func theSearchFindsWhatTryingAllFinds() throws {
    let tokenizer = try Tokenizer(folder: Golden.tiny, maximumTokens: 24)
    let windows = QuestionWindows(tokenizer, stride: 8)
      .windows("who runs", String(repeating: "the cat sees a bird.  the dog runs ", count: 4))
    #expect(windows.count > 2)
    var generator = SplitMix64(state: 3)
    let logits = windows.map { window in
      window.ids.flatMap { _ in
        [Float.random(in: -2...2, using: &generator), Float.random(in: -2...2, using: &generator)]
      }
    }
    var search = SpanSearch()
    search.maximumTokens = 3
    var best: [Range<Int>: Double] = [:]
    for (window, logits) in zip(windows, logits) {
      let ranges = Array(window.ranges)
      for start in ranges.indices {
        for end in ranges.indices where start <= end && end < start + 3 {
          let score =
            Double(logits[2 * (start + window.contextStart)])
            + Double(logits[2 * (end + window.contextStart) + 1])
          let range = ranges[start].lowerBound..<ranges[end].upperBound
          best[range] = max(best[range] ?? -.infinity, score)
        }
      }
    }
    let expected = best.values.sorted(by: >).prefix(20)
    let found = search.candidates(windows, logits)
    #expect(found.spans.map(\.score) == Array(expected))
    #expect(found.spans.allSatisfy { best[$0.range] == $0.score })
    #expect(found.nullScore == logits.map { Double($0[0]) + Double($0[1]) }.min())
    #expect(found.best(threshold: nil) == found.spans[0])
    #expect(found.best(threshold: found.nullMargin - 0.1) == nil)
    let empty = search.candidates(
      QuestionWindows(tokenizer, stride: 8).windows("who runs", " "), [[1, 2, 0, 0, 0, 0, 0, 0]])
    #expect(empty.spans.isEmpty && empty.best(threshold: nil) == nil && empty.nullScore == 3)
  }
}
