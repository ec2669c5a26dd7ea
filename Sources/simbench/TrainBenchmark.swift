import ArgumentParser
import Corpus
import Foundation
import Kernels
import Training
import Transformer

struct TrainBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Examples a second of fine-tuning a classifier.")

  @Argument(help: "Corpus; labels are made up, four in turn.") var corpus: String
  @Option var model = "models/all-MiniLM-L6-v2"
  @Option var steps = 40
  @Option var batchSize = 16
  @Option(help: "Cut texts to this many tokens.") var maximumTokens = 64
  @Option(help: "Products of a step: f32 or bf16.") var precision = "f32"
  @Option(help: "Rank of low-rank adapters; 0 trains every weight.") var rank = 0

  struct Result: Encodable {
    var benchmark = "train"
    var precision: String
    var rank: Int
    var batchSize: Int
    var steps: Int
    var maximumTokens: Int
    var examplesPerSecond: Double
    var tokensPerSecond: Double
    var threads: Int
    var peakMebibytes: Int
    /// Of a step in the second half of the training, where a library that counts them is loaded.
    var allocationsPerStep: Double?
    var largeAllocationsPerStep: Double?
  }

  func run() throws {
    var items: [LabeledText] = []
    try CorpusReader().read(CorpusReader.location(corpus)) { record in
      if items.count < batchSize * steps {
        items.append(LabeledText(text: record.text, label: items.count % 4))
      }
    }
    var adapters: AdapterOptions?
    if rank > 0 {
      adapters = AdapterOptions()
      adapters?.rank = rank
    }
    let classifier = try SequenceClassifier(
      folder: ModelFolder(at: URL(fileURLWithPath: model)), labels: ["a", "b", "c", "d"],
      adapters: adapters, seed: 0, maximumTokens: maximumTokens)
    var options = TrainingOptions()
    options.batchSize = batchSize
    options.epochs = nil
    options.maximumSteps = steps
    options.method = rank > 0 ? .lowRank : .full
    guard let precision = TrainingOptions.Precision(rawValue: precision) else {
      throw ValidationError("--precision must be f32 or bf16, got \(precision).")
    }
    options.precision = precision
    let counters = AllocationCounters()
    var middle: AllocationCounters.Reading?
    let summary = try classifier.train(
      train: items, development: [], options: options,
      progress: { if $0.step == steps / 2 { middle = counters?.read() } })
    let counted = Double(steps - steps / 2)
    let end = counters?.read()
    func perStep(_ count: KeyPath<AllocationCounters.Reading, Int>) -> Double? {
      guard let end, let middle else { return nil }
      return Double(end[keyPath: count] - middle[keyPath: count]) / counted
    }
    try printJSON(
      Result(
        precision: precision.rawValue, rank: rank, batchSize: batchSize, steps: steps,
        maximumTokens: maximumTokens, examplesPerSecond: summary.examplesPerSecond,
        tokensPerSecond: Double(summary.tokens) / summary.seconds,
        threads: Threads.count, peakMebibytes: peakMebibytes(),
        allocationsPerStep: perStep(\.all), largeAllocationsPerStep: perStep(\.large)))
  }
}

/// What `Docs/Benchmarks/allocations.c` counts; nil where it is not loaded.
private struct AllocationCounters {
  struct Reading {
    var all: Int
    var large: Int
  }

  private let all: UnsafeMutablePointer<Int>
  private let large: UnsafeMutablePointer<Int>

  init?() {
    let program = dlopen(nil, RTLD_NOW)
    guard let all = dlsym(program, "simcurate_allocations"),
      let large = dlsym(program, "simcurate_large_allocations")
    else { return nil }
    self.all = all.assumingMemoryBound(to: Int.self)
    self.large = large.assumingMemoryBound(to: Int.self)
  }

  /// Between two steps no other thread allocates, so plain reads are enough.
  func read() -> Reading { Reading(all: all.pointee, large: large.pointee) }
}
