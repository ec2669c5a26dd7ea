import ArgumentParser
import Files
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

  /// - Throws: `FileError` that says how to name or fetch a model where there is none.
  var folder: URL {
    get throws {
      let variable = ProcessInfo.processInfo.environment["SIMCURATE_MODEL"]
      let url = URL(fileURLWithPath: model ?? variable ?? "models/all-MiniLM-L6-v2")
      if FileManager.default.fileExists(atPath: url.path) { return url }
      throw FileError(
        place: url.relativePath, expected: "a model folder",
        found: model != nil || variable == nil
          ? "none" : "none where the environment variable SIMCURATE_MODEL points",
        advice:
          "name a folder with config.json, model.safetensors and tokenizer files by --model DIR or "
          + "the environment variable SIMCURATE_MODEL; corpora/fetch.sh model, in simcurate's "
          + "repository, fetches the default into models/")
    }
  }

  /// The folder as a Transformer, for what static vectors cannot do.
  func open() throws -> ModelFolder { try ModelFolder(at: folder) }
}

/// What is put before each text.
struct PromptOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Put this prompt of the model's before each text, for instance query or passage.",
      discussion: "Default: what the model's folder says, which is mostly nothing.",
      valueName: "name"))
  var prompt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Put this very text before each text, for instance 'query: '.", valueName: "text"))
  var promptText: String?

  mutating func validate() throws {
    if prompt != nil, promptText != nil {
      throw ValidationError("Give --prompt or --prompt-text, not both.")
    }
  }

  var choice: PromptChoice {
    promptText.map(PromptChoice.text) ?? prompt.map(PromptChoice.named) ?? .standard
  }
}

/// How a model embeds.
struct EncoderOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Arithmetic of the encoder: auto, f32, bf16, int8 or int7 (auto: bf16 where the processor "
        + "has it, else f32; int8 without VNNI: int7).",
      valueName: "kind"))
  var precision: Precision = .automatic

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts of more tokens are long, special tokens included (default: the model's limit).",
      valueName: "n"))
  var maximumTokens: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What becomes of long texts: truncate, or chunk (the mean of the vectors of its windows).",
      valueName: "rule"))
  var long: LongTexts = .truncate

  @OptionGroup var prompt: PromptOptions

  func embedder(_ model: ModelOptions) throws -> any Embedder {
    try EmbeddingModel.open(model.folder, options: options)
  }

  var options: EmbeddingOptions {
    EmbeddingOptions(
      precision: precision, maximumTokens: maximumTokens, prompt: prompt.choice, longTexts: long)
  }
}

extension Precision: ExpressibleByArgument {}
extension LongTexts: ExpressibleByArgument {}

extension EmbedderIdentity {
  /// What happened to long texts, as a line; nil if there were none.
  func remark(long count: Int, of texts: Int) -> String? {
    guard count > 0 else { return nil }
    let fate = longTexts == .truncate ? "cut (see --long)" : "embedded in chunks"
    return "\(count) of \(texts) texts \(count == 1 ? "was" : "were") longer than "
      + "\(maximumTokens) tokens and \(count == 1 ? "was" : "were") \(fate)"
  }
}
