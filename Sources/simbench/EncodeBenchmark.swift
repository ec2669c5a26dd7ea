import ArgumentParser
import Corpus
import Foundation
import Kernels
import Transformer

extension Precision: ExpressibleByArgument {}

struct EncodeBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode", abstract: "Sentences and tokens a second of the encoder.")

  @Argument(help: "Corpus to embed.") var corpus: String
  @Option var model = "models/all-MiniLM-L6-v2"
  @Option var precision: Precision = .automatic
  @Option(help: "Repetitions; the median counts.") var repeats = 3
  @Option(help: "Only this many records.") var limit: Int?

  struct Result: Encodable {
    var benchmark = "encode"
    var precision: String
    var sentences: Int
    var tokens: Int
    var sentencesPerSecond: Double
    var tokensPerSecond: Double
    var loadSeconds: Double
    var threads: Int
    var peakMebibytes: Int
  }

  func run() throws {
    var texts: [String] = []
    try CorpusReader().read(CorpusReader.location(corpus)) {
      if texts.count < limit ?? .max { texts.append($0.text) }
    }
    var loaded: (any Embedder)?
    let load = try seconds {
      loaded = try EmbeddingModel.open(
        URL(fileURLWithPath: model), options: EmbeddingOptions(precision: precision))
    }
    let encoder = loaded!
    let tokens = encoder.tokenCounts(texts)!.reduce(0, +)
    let rows = Buffer<Float>(count: texts.count * encoder.dimension)
    try encoder.embed(Array(texts.prefix(256)), into: rows.pointer, progress: nil)
    let times = try (0..<repeats).map { _ in
      try seconds { try encoder.embed(texts, into: rows.pointer, progress: nil) }
    }
    try printJSON(
      Result(
        precision: encoder.identity.precision, sentences: texts.count, tokens: tokens,
        sentencesPerSecond: Double(texts.count) / median(times),
        tokensPerSecond: Double(tokens) / median(times), loadSeconds: load,
        threads: Threads.count, peakMebibytes: peakMebibytes()))
  }
}
