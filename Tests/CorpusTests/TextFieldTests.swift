import Corpus
import Foundation
import Testing

/// Where a record's text comes from: several fields, chats; and what files say about their format.
@Suite struct TextFieldTests {
  private func options(_ fields: String..., separator: String = "\n") -> ReadingOptions {
    var options = ReadingOptions()
    options.textFields = fields
    options.textSeparator = separator
    return options
  }

  @Test func joinsSeveralFields() throws {
    let json = [
      #"{"title":"T","body":"B"}"#, #"{"title":null,"body":"only"}"#,
      #"{"body":"","title":"head"}"#,
    ].joined(separator: "\n")
    #expect(
      try records(json, as: "x.jsonl", options("title", "body")).map(\.text)
        == ["T\nB", "only", "head"])
    let csv = "body,title\nB,T\n,head\n"
    #expect(
      try records(csv, as: "x.csv", options("title", "body", separator: " | ")).map(\.text)
        == ["T | B", "head"])
    let none = failure(#"{"x":"a"}"#, as: "x.jsonl", options("title", "body"))
    #expect(none?.expected == "a field 'title'")
    let column = failure("title\na", as: "x.csv", options("title", "body"))
    #expect(column?.expected == "a field 'body'")
  }

  @Test func readsChats() throws {
    let chat =
      #"[{"role":"user","content":"Hi, \"you\""},{"role":"assistant","content":null,"calls":[]},"#
      + #"{"content":[{"type":"text","text":"Hello"},{"type":"image"}],"role":"assistant"}]"#
    let expected = "user: Hi, \"you\"\nassistant: Hello"
    #expect(try records(#"{"messages":\#(chat)}"#, as: "x.jsonl").map(\.text) == [expected])
    let turns = try records(#"{"turns":\#(chat)}"#, as: "x.jsonl", options("turns"))
    #expect(turns.map(\.text) == [expected])
    #expect(try records(#"{"text":"t","messages":\#(chat)}"#, as: "x.jsonl").map(\.text) == ["t"])
    for other in [#"[{"role":"user"}]"#, "[1]", "[]", #"[{"role":1,"content":"a"}]"#] {
      #expect(failure(#"{"messages":\#(other)}"#, as: "x.jsonl") != nil, "\(other)")
    }
  }

  @Test func tablesAmongTextsAreNoticed() throws {
    let table = "id\ttext\tlabel\n1\tone\ta\n2\ttwo\tb\n"
    let rows = try read(Array(table.utf8), as: "x.txt")
    #expect(rows.records.map(\.text) == ["one", "two"] && rows.summary.format == .tsv)
    let other = try read(Array("sentence\tclass\none\ta\n".utf8), as: "x.txt")
    #expect(other.records.count == 2 && other.summary.format == .text)
    #expect(other.summary.remarks.first?.contains("'sentence', 'class'") == true)
    let asked = try read(Array(table.utf8), as: "x.txt", ReadingOptions(format: .text))
    #expect(asked.records.count == 3 && asked.summary.remarks.isEmpty)
    for plain in ["one\ttwo\nthree\n", "one\n", "a\tb"] {
      #expect(try read(Array(plain.utf8), as: "x.txt").summary.remarks.isEmpty)
    }
  }

  @Test func namesWithoutExtensionAreLookedInto() throws {
    #expect(try records(#"{"text":"a"}"#, as: "corpus").map(\.text) == ["a"])
    #expect(try records("[\n{\"text\":\"a\"}]", as: "corpus").map(\.text) == ["a"])
    #expect(try records("[12:30] {hello}", as: "corpus").map(\.text) == ["[12:30] {hello}"])
    #expect(try records(#"{"text":"a"}"#, as: "x.txt").map(\.text) == [#"{"text":"a"}"#])
  }

  @Test(arguments: [
    ([0xff, 0xfe] as [UInt8], "UTF-16", String.Encoding.utf16LittleEndian),
    ([0xfe, 0xff], "UTF-16", .utf16BigEndian), ([], "UTF-16LE", .utf16LittleEndian),
    ([], "UTF-16BE", .utf16BigEndian),
  ])
  func namesUTF16(_ mark: [UInt8], _ name: String, _ encoding: String.Encoding) throws {
    let bytes = mark + Array("{\"text\": \"é\"}\n".data(using: encoding)!)
    let error = try #require(
      failure(bytes: bytes, as: "x.jsonl", ReadingOptions(skipInvalid: true)))
    #expect(error.expected == "UTF-8" && error.found == name)
    #expect(error.advice?.contains("iconv -f \(name) -t UTF-8") == true)
  }

  @Test func suggestsOnlyWhatIsNear() {
    for (fields, options, advice) in [
      (["intent"], ReadingOptions(), "name one of the fields with --text-field"),
      (["intent", "question"], ReadingOptions(), "did you mean --text-field question?"),
      (["Sentence"], ReadingOptions(), "did you mean --text-field Sentence?"),
      (["texts", "sentence"], ReadingOptions(), "did you mean --text-field texts?"),
      (
        ["text", "intent"], ReadingOptions(labelField: "labels"),
        "did you mean --label-field intent?"
      ),
      (["text", "uid"], ReadingOptions(idField: "identity"), "did you mean --id-field uid?"),
    ] {
      let row = "{" + fields.map { "\"\($0)\":\"x\"" }.joined(separator: ",") + "}"
      #expect(failure(row, as: "x.jsonl", options)?.advice == advice, "\(fields)")
    }
  }

  @Test func aBombEndsAtTheLimit() throws {
    let limit = 1 << 16
    let bomb = gzip([UInt8](repeating: 0, count: 80 * limit))
    for skips in [false, true] {
      let error = failure(
        bytes: bomb, as: "x.txt.gz", ReadingOptions(skipInvalid: skips, maximumRowBytes: limit))
      #expect(error?.expected == "at most 65536 bytes in a line", "\(skips)")
    }
  }
}
