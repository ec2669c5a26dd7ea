import ArgumentParser
import Corpus
import Foundation
import Kernels
import Neighbors
import Training
import Transformer

struct SimilarityBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sts",
    abstract: "Spearman correlation of cosines with the gold scores of the STS benchmark.")

  @Argument(help: "Tab-separated file: score in field 5, sentences in fields 6 and 7.")
  var file: String
  @Option var model = "models/all-MiniLM-L6-v2"
  @Option var precision: Precision = .automatic
  @Option(help: "Cut texts to this many tokens.") var maximumTokens = 128

  @Option(help: "Put this before each text.") var promptText = ""

  struct Result: Encodable {
    var benchmark = "sts"
    var precision: String
    var pairs: Int
    /// Nil if all scores or all cosines are the same.
    var spearman: Double?
  }

  func run() throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let pairs = rows.compactMap { row -> (Double, String, String)? in
      guard row.count >= 7, let score = Double(row[4]) else { return nil }
      return (score, String(row[5]), String(row[6].drop { $0 == "\r" }))
    }
    let encoder = try EmbeddingModel.open(
      URL(fileURLWithPath: model),
      options: EmbeddingOptions(
        precision: precision, maximumTokens: maximumTokens, prompt: .text(promptText)))
    let vectors = Buffer<Float>(count: 2 * pairs.count * encoder.dimension)
    try encoder.embed(pairs.flatMap { [$0.1, $0.2] }, into: vectors.pointer, progress: nil)
    let dimension = encoder.dimension
    let cosines = pairs.indices.map {
      Double(
        canonicalDot(
          vectors.pointer + 2 * $0 * dimension, vectors.pointer + (2 * $0 + 1) * dimension,
          count: dimension))
    }
    try printJSON(
      Result(
        precision: encoder.identity.precision, pairs: pairs.count,
        spearman: RankCorrelation.spearman(cosines, pairs.map(\.0))))
  }
}
