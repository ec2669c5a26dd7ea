import ArgumentParser
import Corpus
import Files
import Foundation
import Transformer

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Print the token ids of a file's texts, one array a line.",
    discussion: """
      Special tokens are in them where the model's input has them; nothing is padded. With \
      --offsets a line is an object of ids and offsets, [start, end] of each token in Unicode \
      characters of the text, as Hugging Face tokenizers count. A folder of tokenizer files alone \
      will do.

      Examples:
        simcurate tokenize sentences.txt --model models/all-MiniLM-L6-v2
        simcurate tokenize corpus.jsonl --offsets --maximum-tokens 512
      """)

  @Argument(help: ArgumentHelp("File to read, - for standard input.", valueName: "file"))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut texts to this many tokens (default: the model's limit).", valueName: "n"))
  var maximumTokens: Int?
  @Flag(name: .long, help: "Say which characters each token stands for.")
  var offsets = false
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var common: CommonOptions

  /// Texts that are in memory at a time.
  private static let batchSize = 4096

  mutating func validate() throws {
    if let maximumTokens, maximumTokens < 1 {
      throw ValidationError("--maximum-tokens must be at least 1, got \(maximumTokens).")
    }
  }

  func run() throws {
    _ = common.begin()
    let line = try lineWriter()
    let output = try AtomicFile(AtomicFile.standardStream)
    var texts: [String] = []
    func flush() throws {
      let pieces = TokenLines.make(texts, line)
      for piece in pieces { try output.write(piece) }
      texts.removeAll(keepingCapacity: true)
    }
    try CorpusReader(options: reading.reading).read(CorpusReader.location(file)) { record in
      texts.append(record.text)
      if texts.count == Self.batchSize { try flush() }
    }
    try flush()
    try output.commit()
  }

  /// Appends a text's line to what it is given.
  private func lineWriter() throws -> @Sendable (String, inout [UInt8]) -> Void {
    let withOffsets = offsets
    if try Self.holdsTokenizerAlone(model.folder) {
      return try Self.lineWriter(model.folder, limit: maximumTokens, withOffsets: withOffsets)
    }
    let model = try EmbeddingModel(at: model.folder)
    let limit = maximumTokens ?? model.maximumTokens
    guard case .staticTable = model else {
      return try Self.lineWriter(model.tokenizerFolder, limit: limit, withOffsets: withOffsets)
    }
    let tokenizer = try Tokenizer(folder: model.tokenizerFolder, maximumTokens: Int(Int32.max))
    return { text, lines in
      let limit = limit ?? .max
      if withOffsets {
        let tokens = tokenizer.encodeContentWithOffsets(text, limit: limit)
        TokenLines.append(tokens, of: text, to: &lines)
      } else {
        TokenLines.append(tokenizer.encodeContent(text, limit: limit), to: &lines)
      }
    }
  }

  private static func lineWriter(
    _ folder: URL, limit: Int?, withOffsets: Bool
  ) throws -> @Sendable (String, inout [UInt8]) -> Void {
    let tokenizer = try Tokenizer(folder: folder, maximumTokens: limit ?? Int(Int32.max))
    return { text, lines in
      if withOffsets {
        TokenLines.append(tokenizer.encodeWithOffsets(text), of: text, to: &lines)
      } else {
        TokenLines.append(tokenizer.encode(text), to: &lines)
      }
    }
  }

  private static func holdsTokenizerAlone(_ folder: URL) -> Bool {
    let isThere = { (name: String) in
      FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }
    return ["tokenizer.json", "vocab.txt", "vocab.json"].contains(where: isThere)
      && !["config.json", "modules.json", "model.safetensors"].contains(where: isThere)
  }
}
