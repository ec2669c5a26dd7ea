import Foundation
import Testing
import Transformer

/// Tokenizer files of every kind with values exchanged, bytes changed, or their end cut off: they
/// throw or load, and what loads encodes the same with and without offsets.
@Suite struct TokenizerMutationTests {
  private static let golden = Bundle.module.url(forResource: "Golden", withExtension: nil)!
    .appending(path: "tokenizer")
  /// `SIMCURATE_MUTATIONS` asks for a longer run.
  private static let rounds =
    ProcessInfo.processInfo.environment["SIMCURATE_MUTATIONS"].flatMap(Int.init) ?? 60

  private static let values = [
    "-1", "0", "1", "3", "1e400", "-0.0", "99999999999999999999", "4294967296", "2147483647",
    "-2147483649", "0.5", "null", "true", "false", "[]", "{}", "\"\"", "[[[[]]]]", "\"\\u0000\"",
    "\"\\ud83d\\ude00\"", "\"\u{301}\"", "\" \"", "[\"a\",\"b\"]", "{\"type\":\"Sequence\"}",
    "\"BPE\"",
    "\"Unigram\"", "\"WordPiece\"", "\"ByteLevel\"", "\"NFKD\"", "",
  ]
  private static let texts = [
    "", " ", "the NEWTOK [SEP]", "\u{0}é中 left  ▁▁x", String(repeating: "xé ", count: 90),
    "\u{301}\u{301}a \u{1F469}\u{200D}\u{1F4BB}\r\n\u{2028}", "Running didn't 1234 İ ﬁ",
  ]

  /// Where strings, numbers and words of the JSON text lie, without the brackets around them.
  private func scalars(_ json: Data) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    var isString = false
    var isEscaped = false
    for (index, byte) in json.enumerated() {
      if isString {
        if isEscaped || byte == UInt8(ascii: "\\") {
          isEscaped.toggle()
        } else if byte == UInt8(ascii: "\"") {
          isString = false
          ranges.append(start!..<index + 1)
          start = nil
        }
      } else if byte == UInt8(ascii: "\"") {
        isString = true
        start = index
      } else if "{}[]:, \n\r\t".utf8.contains(byte) {
        if let begin = start { ranges.append(begin..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    return ranges
  }

  private func mutate(_ file: Data, _ chance: inout Chance) -> Data {
    var file = file
    switch Int.random(in: 0..<8, using: &chance) {
    case 0: file = file.prefix(Int.random(in: 0...file.count, using: &chance))
    case 1, 2:
      for _ in 0..<Int.random(in: 1...8, using: &chance) {
        file[Int.random(in: 0..<file.count, using: &chance)] = UInt8.random(
          in: 0...255, using: &chance)
      }
    default:
      // Near the ends lie the settings, between them the vocabulary.
      for _ in 0..<Int.random(in: 1...3, using: &chance) {
        let places = scalars(file)
        let window = min(Bool.random(using: &chance) ? 150 : places.count, places.count)
        guard window > 0 else { return file }
        let index = Int.random(in: 0..<window, using: &chance)
        let place = places[Bool.random(using: &chance) ? index : places.count - 1 - index]
        let value =
          Bool.random(using: &chance)
          ? Data(Self.values.randomElement(using: &chance)!.utf8)
          : file[places.randomElement(using: &chance)!]
        file.replaceSubrange(place, with: value)
      }
    }
    return file
  }

  private func check(_ folder: URL) {
    guard let tokenizer = try? Tokenizer(folder: folder, maximumTokens: 64) else { return }
    for text in Self.texts {
      let tokens = tokenizer.encodeWithOffsets(text)
      #expect(tokenizer.encode(text) == tokens.map(\.id))
      for (id, range) in tokens {
        #expect(id >= 0 && id < tokenizer.vocabularySize)
        #expect(range.lowerBound <= range.upperBound && range.upperBound <= text.utf8.count)
      }
      _ = tokenizer.encode(text, Self.texts[2])
    }
  }

  @Test(arguments: [
    "wordpiece-uncased", "wordpiece-cased", "bpe-roberta", "bpe-llama3", "bpe-smollm", "bpe-llama2",
    "bpe-suffixed", "unigram-xlmr", "unigram-nfkc", "unigram-bytes",
  ])
  func mutatedFilesThrowOrLoad(name: String) throws {
    var chance = Chance()
    let file = try Data(contentsOf: Self.golden.appending(path: "\(name)/tokenizer.json"))
    let folder = try TemporaryFolder()
    for _ in 0..<Self.rounds {
      try mutate(file, &chance).write(to: folder.url.appending(path: "tokenizer.json"))
      check(folder.url)
    }
  }

  @Test(arguments: ["files-roberta-settings", "files-gpt2"])
  func mutatedVocabularyFilesThrowOrLoad(name: String) throws {
    var chance = Chance()
    let names = ["vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"]
    let source = Self.golden.appending(path: name)
    let there = names.filter {
      FileManager.default.fileExists(atPath: source.appending(path: $0).path)
    }
    for _ in 0..<Self.rounds {
      let folder = try TemporaryFolder()
      let changed = there.randomElement(using: &chance)!
      for file in there {
        let data = try Data(contentsOf: source.appending(path: file))
        try (file == changed ? mutate(data, &chance) : data)
          .write(to: folder.url.appending(path: file))
      }
      check(folder.url)
    }
  }

  @Test func mutatedTokenListsThrowOrLoad() throws {
    var chance = Chance()
    let lines = [
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##x", "é", "中", "##é", "run",
    ]
    for _ in 0..<Self.rounds {
      let folder = try TemporaryFolder()
      let data = Data(lines.joined(separator: "\n").utf8)
      try mutate(data, &chance).write(to: folder.url.appending(path: "vocab.txt"))
      check(folder.url)
    }
  }
}
