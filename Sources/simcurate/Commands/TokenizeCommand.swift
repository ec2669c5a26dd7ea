import ArgumentParser
import Corpus
import Foundation
import Transformer

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Print the token ids of a file's texts, one array a line.",
    discussion: """
      Special tokens are in them where the model's input has them; nothing is padded.

      Example: simcurate tokenize sentences.txt --model models/all-MiniLM-L6-v2
      """)

  @Argument(help: ArgumentHelp("File to read, - for standard input.", valueName: "file"))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut texts to this many tokens (default: the model's limit).", valueName: "n"))
  var maximumTokens: Int?
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if let maximumTokens, maximumTokens < 1 {
      throw ValidationError("--maximum-tokens must be at least 1, got \(maximumTokens).")
    }
  }

  func run() throws {
    _ = common.begin()
    let encode = try encoder()
    let output = try AtomicFile(CorpusReader.standardInput)
    try CorpusReader(options: reading.reading).read(CorpusReader.location(file)) { record in
      let ids = encode(record.text).map(String.init).joined(separator: ",")
      try output.write("[\(ids)]\n".utf8)
    }
    try output.commit()
  }

  private func encoder() throws -> (String) -> [Int32] {
    let model = try EmbeddingModel(at: model.folder)
    let limit = maximumTokens ?? model.maximumTokens ?? Int(Int32.max)
    switch model {
    case .encoder:
      let tokenizer = try Tokenizer(folder: model.tokenizerFolder, maximumTokens: limit)
      return { tokenizer.encode($0) }
    case .staticTable:
      let tokenizer = try Tokenizer(folder: model.tokenizerFolder, maximumTokens: Int(Int32.max))
      return { tokenizer.encodeContent($0, limit: limit) }
    }
  }
}
