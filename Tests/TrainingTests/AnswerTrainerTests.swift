import Corpus
import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Training, on questions that the first word decides: `big` asks for the animal, `small` for the color.
@Suite struct AnswerTrainerTests {
  private func data(_ count: Int, seed: UInt64, unanswerable: Bool = true) -> [ContextQuestion] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { _ in
      let animal = ["cat", "dog", "bird", "fish"].randomElement(using: &generator)!
      let color = ["red", "blue", "green"].randomElement(using: &generator)!
      let asksForAnimal = Bool.random(using: &generator)
      let hasColor = !unanswerable || Int.random(in: 0..<3, using: &generator) > 0
      let filler = ["", "the tree. ", "a river and the house. "].randomElement(using: &generator)!
      let context =
        filler + "the \(animal) likes " + (hasColor ? "the \(color) house." : "a house.")
      let answer = asksForAnimal ? animal : hasColor ? color : nil
      let start = answer.map {
        context.distance(from: context.startIndex, to: context.range(of: $0)!.lowerBound)
      }
      return ContextQuestion(
        question: asksForAnimal ? "big ?" : "small ?", context: context,
        answers: answer.map { [.init(text: $0, start: start!)] } ?? [])
    }
  }

  private func trainer(limit: Int = 24, stride: Int = 4, adapters: AdapterOptions? = nil) throws
    -> AnswerTrainer
  {
    try AnswerTrainer(
      folder: ModelFolder(at: Golden.tiny), adapters: adapters, seed: 1, maximumTokens: limit,
      stride: stride)
  }

  private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.batchSize = 16
    options.epochs = 20
    change(&options)
    return options
  }

  @Test func learnsSavesAndPredictsTheSamePacked() throws {
    let scratch = try ScratchFolder()
    let trainer = try trainer()
    let (training, test) = (data(300, seed: 3), data(60, seed: 4))
    let summary = try trainer.train(train: training, development: test, options: options())
    let best = try #require(summary.evaluations.first { $0.step == summary.bestStep })
    #expect(best.scores[.answerF1]! > 0.95 && best.scores[.exactMatch]! > 0.95)
    let threshold = try #require(trainer.nullThreshold)
    let found = trainer.answers(test)
    let report = AnswerReport(
      predictions: zip(test, found).map { question, answers in
        answers.best(threshold: threshold).map { question.text($0.range) } ?? ""
      }, answers: test.map { $0.answers.map(\.text) })
    #expect(report.f1 == best.scores[.answerF1]! && report.noAnswer!.f1 > 0.9)
    let url = scratch.url.appendingPathComponent("model")
    try trainer.save(to: url, pairFields: ["question", "context"])
    let folder = try ModelFolder(at: url)
    #expect(folder.configuration.classNames == ["BertForQuestionAnswering"])
    #expect(AnswerFinder.isOne(folder) && !WordTagger.isOne(folder))
    #expect(folder.tensors["bert.pooler.dense.weight"] == nil)
    let saved = try #require(try SavedTraining(folder: url)?.answers)
    #expect(saved.nullThreshold == threshold && saved.stride == 4)
    let finder = try AnswerFinder(
      folder: folder, precision: .float32, maximumTokens: 24, stride: saved.stride)
    let packed = try finder.answers(test.map { ($0.question, $0.context) })
    for (ours, other) in zip(packed, found) {
      #expect(ours.spans.first?.range == other.spans.first?.range)
      #expect(abs(ours.nullMargin - other.nullMargin) < 1e-3)
    }
    // A question's answers are its own.
    let alone = try test.map { try finder.answers([($0.question, $0.context)])[0] }
    #expect(alone == packed)
  }

  /// Answers far behind the first window are learned and found; without unanswerable questions there is no
  /// threshold, and always an answer.
  @Test func longContexts() throws {
    let trainer = try trainer(limit: 16)
    let long = data(150, seed: 5, unanswerable: false).map { item in
      let lead = String(repeating: "the tree and the river. ", count: 4)
      return ContextQuestion(
        question: item.question, context: lead + item.context,
        answers: item.answers.map { .init(text: $0.text, start: $0.start + lead.count) })
    }
    try trainer.train(
      train: Array(long.prefix(110)), development: [], options: options { $0.epochs = 12 })
    #expect(trainer.nullThreshold == nil)
    let test = Array(long.suffix(40))
    let right = zip(test, trainer.answers(test)).count { question, answers in
      answers.best(threshold: nil)!.range.lowerBound == question.answers[0].start
    }
    #expect(right >= 34)
  }

  @Test func resumesToTheSameBits() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state")
    let (training, test) = (data(40, seed: 7), data(10, seed: 8))
    let options = options { $0.epochs = 3 }
    let first = try trainer()
    let whole = try first.train(train: training, development: test, options: options)
    var steps = 0
    let part = try trainer().train(
      train: training, development: test, options: options, checkpoint: file,
      shouldStop: {
        steps += 1
        return steps == 5
      })
    #expect(part.interrupted)
    let second = try trainer()
    let rest = try second.train(
      train: training, development: test, options: options, checkpoint: file)
    #expect(rest.history == whole.history && second.nullThreshold == first.nullThreshold)
    #expect(second.answers(test) == first.answers(test))
  }

  @Test func adaptersTrainToo() throws {
    let scratch = try ScratchFolder()
    var adapters = AdapterOptions()
    adapters.targets = [AdapterOptions.everyLayer]
    let trainer = try trainer(adapters: adapters)
    let summary = try trainer.train(
      train: data(200, seed: 3), development: data(40, seed: 4),
      options: options {
        $0.method = .lowRank
        $0.epochs = 30
      })
    #expect(summary.evaluations.compactMap { $0.scores[.answerF1] }.max()! > 0.8)
    let url = scratch.url.appendingPathComponent("model")
    try trainer.save(to: url)
    let data = try Data(contentsOf: url.appendingPathComponent("adapter/adapter_config.json"))
    let fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(fields["task_type"] as? String == "QUESTION_ANS")
    #expect(fields["modules_to_save"] as? [String] == ["qa_outputs"])
  }

  @Test func wrongOptionsAreTold() throws {
    #expect(throws: FileError.self) { try trainer(stride: -1) }
    #expect(throws: FileError.self) {
      try trainer().train(train: [], development: [], options: options())
    }
    #expect(throws: UntrainableOptions.self) {
      try trainer().train(
        train: data(3, seed: 1), development: [], options: options { $0.balancesClasses = true })
    }
  }
}
