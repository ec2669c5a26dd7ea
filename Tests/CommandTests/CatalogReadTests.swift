import Curation
import Foundation
import Store
import Study
import Synchronization
import Testing
import Training
import Transformer

/// How often steps ask the catalog: not once for every record.
@Suite struct CatalogReadTests {
  /// Records of a kind, each like no other.
  enum Kind: String, CaseIterable {
    case classify, pairs, similarity, tokens, questions

    var task: LearningTask { LearningTask(rawValue: rawValue)! }

    func row(_ number: Int) -> String {
      let word = "\(number % 2 == 0 ? "order" : "refund")"
      let text = "\(word) number \(number) is the \(number * 37 % 101) of all"
      return switch self {
      case .classify: #"{"text": "\#(text)", "label": "\#(word)"}"#
      case .pairs, .similarity:
        #"{"text": "\#(text)", "second": "\#(number) of \#(word)", "label": "0.\#(number % 10)"}"#
      case .tokens: #"{"tokens": ["\#(word)", "\#(number)"], "tags": ["B-X", "O"]}"#
      case .questions:
        #"{"question": "which \#(number)?", "context": "\#(text)", "#
          + #""answers": {"text": ["\#(word)"], "answer_start": [0]}}"#
      }
    }

    var options: [String] {
      self == .pairs || self == .similarity
        ? ["--text-field", "text", "--text-field", "second"] : []
    }
  }

  private func split(_ kind: Kind, _ records: Int) throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "corpus.jsonl", (0..<records).map(kind.row).joined(separator: "\n"))
    try sandbox.run(["index", "corpus.jsonl", "--out", "index"] + kind.options).succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact", "--guards", "none").succeeded()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  /// The queries that `body` makes.
  private func queries(
    _ sandbox: Sandbox, _ body: (OpenIndex, ModelFolder) throws -> Void
  ) throws -> [String] {
    let found = Found()
    let index = try OpenIndex(at: sandbox.url("index"))
    index.catalog.trace { statement in
      if statement.hasPrefix("SELECT") { found.statements.withLock { $0.append(statement) } }
    }
    try body(index, ModelFolder(at: sandbox.url("model")))
    return found.statements.withLock { $0 }
  }

  private final class Found: Sendable {
    let statements = Mutex<[String]>([])
  }

  private func step(
    _ index: OpenIndex, _ model: ModelFolder, _ task: LearningTask, seed: UInt64 = 0,
    _ memory: LearningMemory = LearningMemory()
  ) -> FinetuneStep {
    var training = TrainingChoice()
    training.steps = 2
    training.precision = .float32
    return FinetuneStep(
      index, model: model,
      options: FinetuneOptions(task: task, training: training, seed: seed),
      monitor: StepMonitor(), memory: memory)
  }

  @Test(arguments: Kind.allCases)
  func trainingsDoNotAskForEveryRecord(kind: Kind) throws {
    let counts = try [40, 160].map { records in
      let sandbox = try split(kind, records)
      return try queries(sandbox) { index, model in
        _ = try step(index, model, kind.task).trial(stepShare: 1)
        _ = try step(index, model, kind.task).run()
      }.count
    }
    #expect(counts[0] == counts[1] && counts[0] < 60, "\(counts)")
  }

  /// A trial more is no record read more.
  @Test(arguments: Kind.allCases)
  func aSweepReadsRecordsOnce(kind: Kind) throws {
    let sandbox = try split(kind, 60)
    let counts = try [1, 4].map { candidates in
      try queries(sandbox) { index, model in
        let memory = LearningMemory()
        for seed in 0..<candidates {
          _ = try step(index, model, kind.task, seed: UInt64(seed), memory).trial(stepShare: 0.5)
        }
      }.count { $0.contains("ORDER BY row LIMIT") || $0.contains("row IN") }
    }
    #expect(counts[0] == counts[1] && counts[0] > 0, "\(counts)")
  }

  @Test func dedupDoesNotAskForEveryRecord() throws {
    let counts = try [40, 160].map { records in
      let sandbox = try split(.classify, records)
      return try queries(sandbox) { index, _ in
        let options = DedupOptions(threshold: 0.9, guards: [])
        let summary = try DedupStep(
          index, options: options, account: StepAccount(command: "dedup"), monitor: StepMonitor()
        ).run()
        #expect(summary.removed > 2)
      }.count
    }
    #expect(counts[0] == counts[1] && counts[0] < 60, "\(counts)")
  }
}
