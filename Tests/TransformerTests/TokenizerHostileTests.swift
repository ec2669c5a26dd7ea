import Files
import Foundation
import Testing
import Transformer

/// Broken and hostile files must throw, and never trap.
@Suite struct TokenizerHostileTests {
  private static let golden = Bundle.module.url(forResource: "Golden", withExtension: nil)!
    .appending(path: "tokenizer")

  private func load(_ data: Data, as name: String = "tokenizer.json") throws -> Tokenizer {
    let folder = try TemporaryFolder()
    try data.write(to: folder.url.appending(path: name))
    return try Tokenizer(folder: folder.url, maximumTokens: 64)
  }

  private func load(_ json: String) throws -> Tokenizer { try load(Data(json.utf8)) }

  private func json(
    vocabulary: String = ###"{"[UNK]":0,"a":1,"##b":2}"###, unknown: String = #""[UNK]""#,
    added: String = "[]", normalizer: String = "null", preTokenizer: String = "null",
    postProcessor: String = "null", longest: String = "100"
  ) -> String {
    """
    {"version":"1.0","added_tokens":\(added),"normalizer":\(normalizer),
    "pre_tokenizer":\(preTokenizer),"post_processor":\(postProcessor),
    "model":{"type":"WordPiece","unk_token":\(unknown),"continuing_subword_prefix":"##",
    "max_input_chars_per_word":\(longest),"vocab":\(vocabulary)}}
    """
  }

  @Test func theHarnessItselfLoads() throws {
    #expect(try load(json()).encode("ab") == [1, 2])
  }

  @Test func everyTruncationThrows() throws {
    let data = try Data(contentsOf: Self.golden.appending(path: "wordpiece-cased/tokenizer.json"))
    let end = data.count - 2
    let ends = Array(stride(from: 0, to: end, by: 997)) + Array(end - 40..<end)
    for count in ends {
      #expect(throws: FileError.self) { try load(data.prefix(count)) }
    }
  }

  @Test(arguments: [
    "wordpiece-cased", "bpe-roberta", "bpe-llama3", "bpe-llama2", "bpe-suffixed", "unigram-xlmr",
    "unigram-bytes",
  ])
  func damagedBytesThrowOrLoadButNeverTrap(name: String) throws {
    var chance = Chance()
    let data = try Data(contentsOf: Self.golden.appending(path: "\(name)/tokenizer.json"))
    for _ in 0..<150 {
      var damaged = data
      for _ in 0..<3 {
        let place = Bool.random(using: &chance) ? 0..<2000 : data.count - 900..<data.count
        damaged[Int.random(in: place, using: &chance)] = UInt8.random(in: 32...126, using: &chance)
      }
      guard let tokenizer = try? load(damaged) else { continue }
      for text in ["the NEWTOK [SEP]", "", "\u{0}é中 left", String(repeating: "x", count: 300)] {
        #expect(tokenizer.encode(text) == tokenizer.encodeWithOffsets(text).map(\.id))
      }
    }
  }

  @Test(arguments: [
    #"{"[UNK]":0,"a":-1}"#, #"{"[UNK]":0,"a":0}"#, #"{"[UNK]":0,"a":1.5}"#, #"{"[UNK]":0,"a":"1"}"#,
    #"{"[UNK]":0,"a":2147483648}"#, #"{"[UNK]":0,"a":2147483647}"#, #"{"[UNK]":0,"a":1e3}"#,
    #"{"[UNK]":0,"a":99999999999999999999999999}"#, #"{"[UNK]":0,"a":1,"a":2}"#, "{}", "[]", "null",
    "7", #"["[UNK]"]"#, #"{"[UNK]":null}"#, #"{"[UNK]":{}}"#, #"{"a":0}"#, #"{"[UNK]":0,}"#,
  ])
  func badVocabularyThrows(vocabulary: String) {
    #expect(throws: FileError.self) { try load(json(vocabulary: vocabulary)) }
  }

  @Test func otherBadFieldsThrow() {
    let token = { (id: String, content: String) in
      #"[{"id":\#(id),"content":\#(content),"single_word":false,"lstrip":false,"rstrip":false,"#
        + #""normalized":false,"special":true}]"#
    }
    let template = { (id: String, ids: String) in
      #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"\#(id)","type_id":0}},"#
        + #"{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},"#
        + #"{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"[A]":{"ids":\#(ids)}}}"#
    }
    let bad = [
      json(unknown: "\"[NONE]\""), json(unknown: "3"), json(longest: "-1"), json(longest: "null"),
      json(longest: "\"100\""), json(added: "{}"), json(added: "[3]"),
      json(added: token("9", "\"x\"")), json(added: token("0", "\"a\"")),
      json(added: token("-1", "\"x\"")), json(added: token("3", "null")),
      json(normalizer: "{}"), json(normalizer: #"{"type":"Nmt"}"#), json(normalizer: "[]"),
      json(normalizer: #"{"type":"BertNormalizer"}"#), json(preTokenizer: #"{"type":"Mystery"}"#),
      json(normalizer: #"{"type":"Sequence","normalizers":7}"#),
      json(postProcessor: #"{"type":"Mystery"}"#),
      json(postProcessor: #"{"type":"BertProcessing","sep":["[SEP]",999],"cls":["[CLS]",1]}"#),
      json(postProcessor: #"{"type":"BertProcessing","sep":[],"cls":["[CLS]",1]}"#),
      json(postProcessor: template("[B]", "[0]")), json(postProcessor: template("[A]", "[-1]")),
      json(postProcessor: template("[A]", "[3]")), json(postProcessor: template("[A]", "{}")),
      "", "{}", "[]", "null", "\"\"", "{\"model\":3}", "{\"model\":{\"type\":\"Mystery\"}}",
      "{\"a\":\"\\ud800\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\x\"}", "{\"a\" 1}", "{a:1}", "[1,]",
      "{} {}", "\u{FEFF}{}", "nul", "-", "1.", "[01", "\"\t\"",
      String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    ]
    for text in bad {
      #expect(throws: FileError.self, "\(text.prefix(200))") { try load(text) }
    }
    #expect(throws: FileError.self) { try load(Data([0x7B, 0xFF, 0x7D])) }
  }

  private func model(_ model: String, normalizer: String = "null") -> String {
    #"{"added_tokens":[],"normalizer":\#(normalizer),"pre_tokenizer":null,"post_processor":null,"#
      + #""model":\#(model)}"#
  }

  @Test func otherModelsLoad() throws {
    let pairs = #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}"#
    #expect(try load(model(pairs)).encode("abca") == [2, 0])
    let pieces = #"{"type":"Unigram","vocab":[["<unk>",0],["a",-1],["ab",-1.5]],"unk_id":0}"#
    #expect(try load(model(pieces)).encode("aabc") == [1, 2, 0])
  }

  @Test func badMergesScoresAndMapsThrow() {
    let pairs = { (vocabulary: String, merges: String, more: String) in
      model(#"{"type":"BPE","vocab":\#(vocabulary),"merges":\#(merges)\#(more)}"#)
    }
    let vocabulary = #"{"a":0,"b":1,"ab":2}"#
    let pieces = { (vocabulary: String, unknown: String) in
      model(#"{"type":"Unigram","vocab":\#(vocabulary),"unk_id":\#(unknown)}"#)
    }
    let one =
      #"{"type":"WordPiece","unk_token":"a","continuing_subword_prefix":"","#
      + #""max_input_chars_per_word":9,"vocab":{"a":0}}"#
    let bad = [
      pairs("{}", "[]", ""), pairs(vocabulary, "{}", ""), pairs(vocabulary, "[3]", ""),
      pairs(vocabulary, #"["a"]"#, ""), pairs(vocabulary, #"["a b c"]"#, ""),
      pairs(vocabulary, #"["b a"]"#, ""), pairs(vocabulary, #"[["a","c"]]"#, ""),
      pairs(vocabulary, #"[["a"]]"#, ""), pairs(vocabulary, "[]", #","dropout":0.1"#),
      pairs(vocabulary, "[]", #","unk_token":"z""#), pairs(vocabulary, "[]", #","fuse_unk":3"#),
      pairs(vocabulary, #"["a b"]"#, #","continuing_subword_prefix":"long""#),
      pieces("[]", "0"), pieces("[]", "null"), pieces(#"[["a",1]]"#, "1"),
      pieces(#"[["a",1]]"#, "-1"), pieces(#"[["a"]]"#, "0"), pieces(#"[["a","1"]]"#, "0"),
      pieces(#"[["a",1e999]]"#, "0"), pieces(#"[["a",1],["a",2]]"#, "0"), pieces("{}", "0"),
      model(one, normalizer: #"{"type":"Precompiled","precompiled_charsmap":"!"}"#),
      model(one, normalizer: #"{"type":"Precompiled","precompiled_charsmap":"/////wAAAAA="}"#),
      model(one, normalizer: #"{"type":"Precompiled","precompiled_charsmap":null}"#),
      model(one, normalizer: #"{"type":"Replace","pattern":{"Regex":"(a|b)*"},"content":""}"#),
      model(one, normalizer: #"{"type":"Replace","pattern":{"String":""},"content":"x"}"#),
    ]
    for text in bad {
      #expect(throws: FileError.self, "\(text.prefix(200))") { try load(text) }
    }
  }

  @Test func damagedCharacterMapsNeverTrap() throws {
    var chance = Chance()
    let one =
      #"{"type":"WordPiece","unk_token":"a","continuing_subword_prefix":"","#
      + #""max_input_chars_per_word":9,"vocab":{"a":0}}"#
    for _ in 0..<300 {
      var map = Data([128, 0, 0, 0])
      for _ in 0..<128 { map.append(UInt8.random(in: 0...255, using: &chance)) }
      for _ in 0..<16 { map.append(UInt8.random(in: 0...127, using: &chance)) }
      let text = map.base64EncodedString()
      let tokenizer = try load(
        model(one, normalizer: #"{"type":"Precompiled","precompiled_charsmap":"\#(text)"}"#))
      for scalar in (1..<0x300).compactMap(Unicode.Scalar.init) {
        _ = tokenizer.encodeWithOffsets("a\(scalar)b")
      }
    }
  }

  @Test func megabyteTokensLoad() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let tokenizer = try load(json(vocabulary: #"{"[UNK]":0,"a":1,"\#(long)":2}"#))
    #expect(tokenizer.encode("a") == [1])
    #expect(tokenizer.token(2) == long)
  }

  @Test func badVocabularyFilesThrow() {
    for text in ["", "a\nb\n", "[UNK]\n[UNK]\n[CLS]\n[SEP]\n"] {
      #expect(throws: FileError.self) { try load(Data(text.utf8), as: "vocab.txt") }
    }
    #expect(throws: FileError.self) {
      try load(Data([0x5B, 0xFF, 0x0A]), as: "vocab.txt")
    }
    #expect(throws: FileError.self) { try load(Data(), as: "other.txt") }
  }

  private func load(files: [String: String]) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.url.appending(path: name))
    }
    return try Tokenizer(folder: folder.url, maximumTokens: 64)
  }

  private static let pair = [
    "vocab.json": #"{"<s>":0,"</s>":1,"a":2,"b":3,"ab":4}"#, "merges.txt": "#version: 0.2\na b\n",
  ]

  @Test func badVocabularyAndMergeFilesThrow() throws {
    #expect(try load(files: Self.pair).encode("ab") == [0, 4, 1])
    #expect(
      try load(files: ["merges.txt": "", "vocab.json": Self.pair["vocab.json"]!]).encode("ab")
        == [0, 2, 3, 1])
    for vocabulary in [
      "", "[]", "7", "{}", #"{"<s>":0,"</s>":0}"#, #"{"<s>":0,"</s>":-1}"#,
      #"{"a":0,"b":1,"ab":2}"#,
      #"{"<s>":0,"</s>":"1"}"#, #"{"<s>":0,"</s>":4294967296}"#,
    ] {
      let files = Self.pair.merging(["vocab.json": vocabulary]) { $1 }
      #expect(throws: FileError.self, "\(vocabulary)") { try load(files: files) }
    }
    for merges in ["a", "a b c", "a c", "b a", " ", "a  b", "a b\n\u{0}", "#comment"] {
      let files = Self.pair.merging(["merges.txt": merges]) { $1 }
      let error = #expect(throws: FileError.self, "\(merges)") { try load(files: files) }
      #expect(error?.place.contains("merges.txt:") == true)
    }
    for settings in [
      "", "[]", #"{"add_prefix_space":1}"#, #"{"cls_token":3}"#, #"{"mask_token":{}}"#,
    ] {
      let files = Self.pair.merging(["tokenizer_config.json": settings]) { $1 }
      #expect(throws: FileError.self, "\(settings)") { try load(files: files) }
    }
  }

  @Test(arguments: ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model"])
  func aLoneSentencePieceModelIsRefusedWithTheReason(name: String) throws {
    let error = #expect(throws: FileError.self) { try load(files: [name: "\u{1}x"]) }
    #expect(error?.found.contains(name) == true)
    #expect(error?.advice?.contains("save_pretrained") == true)
  }

  @Test func oneOfTwoFilesIsNotEnough() throws {
    for name in Self.pair.keys {
      let files = Self.pair.filter { $0.key == name }
      let error = #expect(throws: FileError.self) { try load(files: files) }
      #expect(error?.found.contains(name) == true)
    }
  }

  /// Merges in any order, to tokens made already, in a circle as far as lengths allow one.
  @Test func oddMergesEndAndAgree() throws {
    let vocabulary = #"{"a":0,"aa":1,"aaa":2,"aaaa":3,"b":4,"ab":5,"ba":6,"aba":7}"#
    let pairs = [
      ["a", "a"], ["aa", "a"], ["a", "aa"], ["aa", "aa"], ["aaa", "a"], ["a", "aaa"], ["a", "b"],
      ["b", "a"], ["ab", "a"], ["a", "ba"],
    ]
    var chance = Chance()
    for _ in 0..<60 {
      let chosen = (0..<12).map { _ in pairs.randomElement(using: &chance)! }
      let merges = chosen.map { #"["\#($0[0])","\#($0[1])"]"# }.joined(separator: ",")
      let tokenizer = try load(
        model(#"{"type":"BPE","vocab":\#(vocabulary),"merges":[\#(merges)]}"#))
      for _ in 0..<20 {
        let text = String((0..<40).map { _ in "aab".randomElement(using: &chance)! })
        let ids = tokenizer.encode(text)
        #expect(ids == tokenizer.encodeWithOffsets(text).map(\.id))
        #expect(ids.map { tokenizer.token($0)! }.joined() == text)
      }
    }
  }

  @Test func extremeNumbersThrowOrLoad() throws {
    for score in ["1e308", "-1e308", "0.0000000000000000000000001", "-0", "5e-324", "1E+2"] {
      let tokenizer = try load(model(#"{"type":"Unigram","vocab":[["a",\#(score)]],"unk_id":0}"#))
      #expect(tokenizer.encode("a") == [0])
    }
    for score in ["1e309", "-", "1.", ".5", "01e", "0x1", "NaN", "Infinity", "+1"] {
      #expect(throws: FileError.self, "\(score)") {
        try load(model(#"{"type":"Unigram","vocab":[["a",\#(score)]],"unk_id":0}"#))
      }
    }
  }

  @Test func theErrorSaysWhatIsNotSupported() throws {
    let error = #expect(throws: FileError.self) {
      try load(json(normalizer: #"{"type":"Nmt"}"#))
    }
    #expect(error?.found.contains("Nmt") == true)
    #expect(error?.place.contains("tokenizer.json") == true)
  }
}
