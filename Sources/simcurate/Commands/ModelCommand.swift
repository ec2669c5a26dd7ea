import ArgumentParser
import Foundation
import Transformer

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Look at model folders.", subcommands: [Inspect.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a model folder is; refuse one that is not supported, with the reason.",
      discussion: """
        Exit 1 if the folder is not supported; --json then says supported: false and why.

        Example: simcurate model inspect models/all-MiniLM-L6-v2
        """)

    @Argument(help: ArgumentHelp("Model folder.", valueName: "dir"))
    var folder: String
    @OptionGroup var common: CommonOptions

    func run() throws {
      do {
        let summary = try ModelSummary(folder)
        try common.show(summary) { $0.text }
      } catch let error as any CustomStringConvertible & Error where common.json {
        struct Refusal: Encodable {
          var folder: String
          var supported = false
          var reason: String
        }
        try common.show(Refusal(folder: folder, reason: error.description)) { _ in "" }
        throw error
      }
    }
  }
}

/// What `model inspect` says.
private struct ModelSummary: Encodable {
  var folder: String
  var supported = true
  /// `encoder` or `static`.
  var kind: String
  /// `model_type`, or who writes such tables.
  var family: String
  var hash: String
  var parameters: Int
  var bytes: Int
  var dimension: Int
  var layers: Int?
  var hiddenSize: Int?
  var heads: Int?
  var pooling: String
  var dense: [Int]
  var tokenizer: String
  var vocabulary: Int
  var maximumTokens: Int?
  var prompts: [String: String]
  var defaultPrompt: String?
  var precisions: [String]

  init(_ path: String) throws {
    folder = path
    let model = try EmbeddingModel(at: URL(fileURLWithPath: path))
    // Opening it all the way proves that it is supported.
    let embedder = try model.embedder()
    let tokenizer = try Tokenizer(
      folder: model.tokenizerFolder, maximumTokens: model.maximumTokens ?? Int(Int32.max))
    let tensors = model.tensors.tensors.values
    hash = model.hash
    parameters = tensors.reduce(0) { $0 + $1.count }
    bytes = tensors.reduce(0) { $0 + $1.byteCount }
    dimension = embedder.dimension
    self.tokenizer = tokenizer.algorithm
    vocabulary = tokenizer.vocabularySize
    maximumTokens = model.maximumTokens
    (prompts, defaultPrompt) = (model.prompts.texts, model.prompts.defaultName)
    pooling = embedder.identity.pooling
    switch model {
    case .encoder(let folder):
      kind = "encoder"
      family = folder.configuration.architecture.type
      let configuration = folder.configuration
      (layers, heads) = (configuration.layers, configuration.heads)
      hiddenSize = configuration.hiddenSize
      dense = folder.denseSizes
      precisions = Precision.supported.map(\.rawValue)
    case .staticTable(let folder):
      kind = "static"
      family = folder.isModel2Vec ? "model2vec" : "StaticEmbedding"
      dense = folder.denseSizes
      precisions = [Precision.float32.rawValue]
    }
  }

  var text: String {
    var lines = ["\(folder): supported"]
    if let layers, let hiddenSize, let heads {
      lines.append("\(family) encoder: \(layers) layers, \(hiddenSize) dimensions, \(heads) heads")
    } else {
      lines.append("static token vectors (\(family)): \(dimension) dimensions")
    }
    lines.append(
      "\(parameters) parameters, \(bytes / 1_000_000) MB; precisions here: "
        + precisions.joined(separator: ", "))
    lines.append(
      "\(tokenizer) tokenizer with a vocabulary of \(vocabulary); texts up to "
        + (maximumTokens.map { "\($0) tokens" } ?? "any length"))
    lines.append(
      "\(pooling) pooling"
        + dense.map { ", dense to \($0)" }.joined() + ", unit length")
    for (name, text) in prompts.sorted(by: { $0.key < $1.key }) {
      lines.append("prompt \(name): \"\(text)\"\(name == defaultPrompt ? " (default)" : "")")
    }
    lines.append("hash \(hash)")
    return lines.joined(separator: "\n  ") + "\n"
  }
}
