import ArgumentParser
import Corpus
import Foundation
import Kernels
import Transformer

extension Precision: ExpressibleByArgument {}

struct EncodeBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode", abstract: "Sentences and tokens a second of the encoder.",
    discussion: """
      Example, documents of 512 tokens beside the machine's ceiling: simbench encode corpus.jsonl \
      --tokens 512 --precision bf16 --ceiling
      """)

  @Argument(help: "Corpus to embed.") var corpus: String
  @Option var model = "models/all-MiniLM-L6-v2"
  @Option var precision: Precision = .automatic
  @Option(help: "Repetitions; the median counts.") var repeats = 3
  @Option(help: "Only this many records.") var limit: Int?
  @Option(help: "Join the texts to documents of exactly this many tokens.") var tokens: Int?
  @Option(help: "Threads; default: all.") var threads: Int?
  @Flag(help: "Also measure the ceiling of matrix products, and say which share is reached.")
  var ceiling = false
  @Flag(help: "Also compare the vectors with those in float32.") var accuracy = false

  struct Result: Encodable {
    var benchmark = "encode"
    var precision: String
    var sentences: Int
    var tokens: Int
    /// Of every document, where they are made so.
    var documentTokens: Int?
    var sentencesPerSecond: Double
    var tokensPerSecond: Double
    /// Processor time of all threads: less disturbed by other load than wall time.
    var processorMicrosecondsPerToken: Double
    /// Of a Transformer.
    var usefulGigaflops: Double?
    var ceilingGigaflops: Double?
    var shareOfCeiling: Double?
    var meanCosineToFloat32: Double?
    var leastCosineToFloat32: Double?
    var loadSeconds: Double
    var threads: Int
    var peakMebibytes: Int
  }

  func run() throws {
    if let threads { Threads.configure(count: threads) }
    var texts: [String] = []
    try CorpusReader().read(CorpusReader.location(corpus)) {
      if texts.count < limit ?? .max { texts.append($0.text) }
    }
    var opened: EmbeddingModel?
    var loaded: (any Embedder)?
    let load = try seconds {
      opened = try EmbeddingModel(at: URL(fileURLWithPath: model))
      loaded = try opened!.embedder(
        EmbeddingOptions(precision: precision, maximumTokens: tokens))
    }
    let encoder = loaded!
    if let tokens { texts = Self.documents(texts, tokens: tokens, encoder) }
    let counts = encoder.readings(of: texts).map(\.tokens)
    let total = counts.reduce(0, +)
    let rows = Buffer<Float>(count: texts.count * encoder.dimension)
    try encoder.embed(Array(texts.prefix(256)), into: rows.pointer, progress: nil)
    let before = processorSeconds()
    let times = try (0..<repeats).map { _ in
      try seconds { try encoder.embed(texts, into: rows.pointer, progress: nil) }
    }
    let processor = (processorSeconds() - before) / Double(repeats)
    let time = median(times)
    var result = Result(
      precision: encoder.identity.precision, sentences: texts.count, tokens: total,
      documentTokens: tokens, sentencesPerSecond: Double(texts.count) / time,
      tokensPerSecond: Double(total) / time,
      processorMicrosecondsPerToken: processor / Double(total) * 1e6,
      loadSeconds: load, threads: Threads.count, peakMebibytes: peakMebibytes())
    if case .encoder(let folder) = opened! {
      let work = counts.reduce(0) { $0 + folder.configuration.usefulOperations(tokens: $1) }
      result.usefulGigaflops = work / time / 1e9
      if ceiling {
        let ceiling = ProductCeiling.measure(encoder.identity.precision).gigaflops
        result.ceilingGigaflops = ceiling
        result.shareOfCeiling = work / time / 1e9 / ceiling
      }
    }
    if accuracy {
      let cosines = try cosines(of: rows, texts, opened!)
      result.meanCosineToFloat32 = cosines.reduce(0, +) / Double(cosines.count)
      result.leastCosineToFloat32 = cosines.min()
    }
    try printJSON(result)
  }

  /// Texts joined until each document has `tokens` tokens (the encoder cuts what is beyond).
  private static func documents(
    _ texts: [String], tokens: Int, _ encoder: any Embedder
  ) -> [String] {
    var documents: [String] = []
    var document = ""
    for text in texts {
      document += document.isEmpty ? text : " " + text
      guard encoder.readings(of: [document]).map(\.tokens) == [tokens] else { continue }
      documents.append(document)
      document = ""
    }
    return documents
  }

  private func cosines(
    of rows: Buffer<Float>, _ texts: [String], _ model: EmbeddingModel
  ) throws -> [Double] {
    let exact = try model.embedder(
      EmbeddingOptions(precision: .float32, maximumTokens: tokens))
    let size = exact.dimension
    let expected = Buffer<Float>(count: texts.count * size)
    try exact.embed(texts, into: expected.pointer, progress: nil)
    return texts.indices.map { text in
      (0..<size).reduce(0.0) {
        $0 + Double(rows.pointer[text * size + $1]) * Double(expected.pointer[text * size + $1])
      }
    }
  }
}
