import ArgumentParser
import Corpus
import Foundation
import Transformer

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Print the token ids of a file's texts, one array a line.",
    discussion: "Example: simcurate tokenize sentences.txt --model models/all-MiniLM-L6-v2")

  @Argument(help: ArgumentHelp("File to read.", valueName: "file"))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut texts to this many tokens (default: the model's limit).", valueName: "n"))
  var maximumTokens: Int?
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    _ = common.begin()
    let folder = try model.open()
    let tokenizer = try Tokenizer(
      folder: folder.transformerURL, maximumTokens: maximumTokens ?? folder.maximumTokens)
    var lines: [UInt8] = []
    func flush() throws {
      try FileHandle.standardOutput.write(contentsOf: lines)
      lines.removeAll(keepingCapacity: true)
    }
    try CorpusReader(options: reading.reading).read(CorpusReader.location(file)) { record in
      let ids = tokenizer.encode(record.text).map(String.init).joined(separator: ",")
      lines += "[\(ids)]\n".utf8
      if lines.count > 1 << 16 { try flush() }
    }
    try flush()
  }
}
