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
    let summary = try classifier.train(train: items, development: [], options: options)
    try printJSON(
      Result(
        precision: precision.rawValue, rank: rank, batchSize: batchSize, steps: steps,
        maximumTokens: maximumTokens, examplesPerSecond: summary.examplesPerSecond,
        tokensPerSecond: Double(summary.tokens) / summary.seconds,
        threads: Threads.count, peakMebibytes: peakMebibytes()))
  }
}
