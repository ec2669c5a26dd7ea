import ArgumentParser
import Foundation
import Transformer

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Look at model folders.", subcommands: [Inspect.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a model folder is; refuse one that is not supported, with the reason.",
      discussion: "Example: simcurate model inspect models/all-MiniLM-L6-v2")

    @Argument(help: ArgumentHelp("Model folder.", valueName: "dir"))
    var folder: String
    @OptionGroup var common: CommonOptions

    struct Summary: Encodable {
      var folder: String
      var hash: String
      var parameters: Int
      var layers: Int
      var hiddenSize: Int
      var heads: Int
      var vocabulary: Int
      var maximumTokens: Int
      var pooling: String
    }

    func run() throws {
      let model = try ModelFolder(at: URL(fileURLWithPath: folder))
      let tokenizer = try Tokenizer(
        folder: model.transformerURL, maximumTokens: model.maximumTokens)
      let configuration = model.configuration
      let summary = Summary(
        folder: folder, hash: model.hash,
        parameters: model.tensors.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) },
        layers: configuration.layers, hiddenSize: configuration.hiddenSize,
        heads: configuration.heads, vocabulary: tokenizer.vocabularySize,
        maximumTokens: model.maximumTokens, pooling: model.pooling.rawValue)
      try common.show(summary) {
        """
        \($0.folder): supported
          \($0.layers) layers, \($0.hiddenSize) dimensions, \($0.heads) heads, \
        \($0.parameters) parameters
          vocabulary of \($0.vocabulary), texts up to \($0.maximumTokens) tokens, \
        \($0.pooling) pooling
          hash \($0.hash)

        """
      }
    }
  }
}
