import ArgumentParser
import Foundation
import Transformer

/// Which model embeds, and how.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Model folder in Hugging Face layout.",
      discussion: "Default: $SIMCURATE_MODEL, else models/all-MiniLM-L6-v2.", valueName: "dir"))
  var model: String?

  var folder: URL {
    let path =
      model ?? ProcessInfo.processInfo.environment["SIMCURATE_MODEL"] ?? "models/all-MiniLM-L6-v2"
    return URL(fileURLWithPath: path)
  }

  func open() throws -> ModelFolder { try ModelFolder(at: folder) }
}

/// How an encoder computes.
struct EncoderOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Arithmetic of the encoder: auto, f32 or bf16 (auto: what this processor does best).",
      valueName: "kind"))
  var precision: Precision = .automatic

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut texts to this many tokens, special tokens included (default: the model's limit).",
      valueName: "n"))
  var maximumTokens: Int?

  func encoder(_ folder: ModelFolder) throws -> SentenceEncoder {
    try SentenceEncoder(folder: folder, precision: precision, maximumTokens: maximumTokens)
  }
}

extension Precision: ExpressibleByArgument {}
