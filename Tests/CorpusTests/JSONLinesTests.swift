import Corpus
import Foundation
import Testing

@Suite struct JSONLinesTests {
  @Test func readsFieldsAndKeepsTheRow() throws {
    let text = """
      { "id" : "a", "text" : "one\\u00e9 \\ud83d\\ude00\\n", "label" : 3, "more" : [ 1, {"x": " y "} ] }

      {"text":"two","label":null,"id":7}
      {"text":4.50,"label":true}
      """
    let records = try records(text, as: "set.jsonl")
    #expect(records.map(\.id) == ["a", "7", "set:4"])
    #expect(records.map(\.text) == ["oneé 😀\n", "two", "4.50"])
    #expect(records.map(\.label) == ["3", nil, "true"])
    #expect(records.map(\.line) == [1, 3, 4])
    #expect(records[0].source == "set.jsonl")
    #expect(
      records[0].fields
        == #"{"id":"a","text":"one\u00e9 \ud83d\ude00\n","label":3,"more":[1,{"x":" y "}]}"#)
  }

  @Test func endsLinesAtLineFeedsOnly() throws {
    let text = "\u{feff}{\"text\":\"a\u{2028}b\u{85}c\"}\r\n{\"text\":\"d\"}"
    #expect(try records(text, as: "x.ndjson").map(\.text) == ["a\u{2028}b\u{85}c", "d"])
  }

  @Test func takesTheLastOfEqualKeysAndEscapedKeys() throws {
    let text = #"{"text":"a","t\u0065xt":"b"}"#
    #expect(try records(text, as: "x.jsonl").map(\.text) == ["b"])
  }

  @Test(arguments: [
    #"{"text":"a""#, #"{"text":"a"} x"#, #"{"text":"a",}"#, #"{"text":'a'}"#, #"{text:"a"}"#,
    #"{"text":"a"#, #"{"text":"\x"}"#, #"{"text":"\u12g4"}"#, #"{"text":"\ud800"}"#,
    #"{"text":"\udc00\ud800"}"#, #"{"text":"\u0000"}"#, #"{"text":01}"#, #"{"text":1.}"#,
    #"{"text":-}"#, #"{"text":1e}"#, #"{"text":nul}"#, #"{"text":.5}"#, #"["text"]"#, #"{"#,
    "\"a\"",
    #"{"text":"a" "id":1}"#, "{\"text\":\"a\tb\"}", #"{"text":"a","x":[1 2]}"#,
    #"{"text":"a","x":[1,]}"#, #"{"text":null}"#, #"{"text":{}}"#, #"{"text":true}"#,
    #"{"text":"a","label":[{}]}"#, #"{"text":"a","label":[["b"]]}"#, #"{"text":"a","id":{}}"#,
    #"{"text":"a","id":""}"#,
    #"{"text":"a","x":NaN}"#, #"{"text":"a\"#,
  ])
  func refusesWithPlace(_ row: String) {
    let error = failure("{\"text\":\"fine\"}\n" + row, as: "bad.jsonl")
    #expect(error?.place.hasSuffix("bad.jsonl:2") == true, "\(row): \(error as Any)")
  }

  @Test func agreesWithFoundationOnWhatIsJSON() throws {
    var generator = SeededGenerator(seed: 5)
    let valid = Array(
      #"{"text":"a\n\u00e9","n":[1,-0.5e+3,true,{"k":null}],"label":"x","e":[],"o":{}}"#.utf8)
    let alphabet = Array(#"{}[]",:\ua01eE+-.tfn "#.utf8)
    var accepted = 0
    for _ in 0..<600 {
      var bytes = valid
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[at] = alphabet.randomElement(using: &generator)!
        case 1: bytes.remove(at: at)
        default: bytes.insert(alphabet.randomElement(using: &generator)!, at: at)
        }
      }
      let parsed = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      let options = ReadingOptions(skipInvalid: true)
      let ours = try? ScannerProbe.fields(bytes, options)
      if parsed == nil { #expect(ours == nil, "\(String(decoding: bytes, as: UTF8.self))") }
      if let ours {
        accepted += 1
        let again = try JSONSerialization.jsonObject(with: Data(ours.utf8)) as? NSDictionary
        #expect(again == parsed as NSDictionary?)
      }
    }
    #expect(accepted > 50)
  }

  @Test func refusesDeepNesting() throws {
    let deep = String(repeating: "[", count: 100_000)
    let error = failure(#"{"text":"a","x":"# + deep, as: "x.jsonl")
    #expect(error?.found.contains("nesting") == true)
    let shallow = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(try records(#"{"text":"a","x":"# + shallow + "}", as: "x.jsonl").count == 1)
  }

  @Test func namesFieldsAndTheNearest() throws {
    let error = try #require(
      failure(#"{"txet":"a","label":"b"}"#, as: "x.jsonl"))
    #expect(error.found == "the fields 'txet', 'label'")
    #expect(error.advice == "did you mean --text-field txet?")
    let label = failure(
      #"{"text":"a","section":"b"}"#, as: "x.jsonl", ReadingOptions(labelField: "sections"))
    #expect(label?.advice == "did you mean --label-field section?")
    let id = failure(
      #"{"text":"a","key":"b"}"#, as: "x.jsonl", ReadingOptions(idField: "keys"))
    #expect(id?.advice == "did you mean --id-field key?")
  }

  @Test func skipsAndCounts() throws {
    var rows = ["{\"text\":\"good\"}"]
    rows += (0..<30).map { "bad \($0)" }
    rows.append("{\"text\":\"last\"}")
    let result = try read(
      Array(rows.joined(separator: "\n").utf8), as: "x.jsonl", ReadingOptions(skipInvalid: true))
    #expect(result.records.map(\.text) == ["good", "last"])
    #expect(result.summary.skippedCount == 30)
    #expect(result.summary.skipped.count == 20)
    #expect(result.summary.skipped[0].place.hasSuffix("x.jsonl:2"))
  }
}

enum ScannerProbe {
  /// The compact row of a line that holds a text, else an error.
  static func fields(_ bytes: [UInt8], _ options: ReadingOptions) throws -> String? {
    guard !bytes.contains(0x0a) else { return nil }
    return try read(bytes, as: "probe.jsonl", options).records.first?.fields
  }
}
