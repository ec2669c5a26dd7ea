import Corpus
import Foundation
import Testing

/// A file that is one JSON array of objects gives the records that its objects would give as lines.
@Suite struct ArrayTests {
  @Test func readsAsTheLinesWould() throws {
    let rows = [
      #"{"id":"a","text":"one, \"two\" ] } \\","n":[1,{"x":"]"}]}"#,
      #"{"id":"b","text":"é 漢 \u00e9"}"#,
      #"{ "text" : "c", "label" : 3 }"#,
    ]
    let lines = try records(rows.joined(separator: "\n"), as: "x.jsonl")
    for (open, between, close) in [
      ("[", ",", "]"), (" [\n  ", ",\n  ", "\n]\n\n"), ("\u{feff}[", "\r\n,", "]"),
    ] {
      let text = open + rows.joined(separator: between) + close
      for name in ["x.json", "x.jsonl"] {
        let array = try records(text, as: name)
        #expect(array.map(\.text) == lines.map(\.text))
        #expect(array.map(\.label) == lines.map(\.label))
        #expect(array.map(\.fields) == lines.map(\.fields))
        #expect(array.map(\.id) == ["a", "b", "x:3"] && array.map(\.line) == [1, 2, 3])
      }
    }
  }

  @Test func readsManyInOneLine() throws {
    var generator = SeededGenerator(seed: 3)
    let texts = (0..<3_000).map { index in
      String(repeating: #"\"]{é\\"#, count: Int.random(in: 0..<60, using: &generator)) + "\(index)"
    }
    let array = "[" + texts.map { #"{"text":"\#($0)"}"# }.joined(separator: ",") + "]"
    let rows = texts.map { #"{"text":"\#($0)"}"# }.joined(separator: "\n")
    let expected = try records(rows, as: "x.jsonl")
    #expect(try records(array, as: "x.json").map(\.text) == expected.map(\.text))
    #expect(try read(gzip(Array(array.utf8)), as: "x.json.gz").records.count == 3_000)
  }

  @Test func placesErrors() throws {
    for (text, place, found) in [
      ("[{\"text\":\"a\"},\n {\"text\":}]", "x.json:2 (element 2)", "a value must follow"),
      ("[{\"text\":\"a\"}\n,\n{\"txt\":\"b\"}]", "x.json:3 (element 2)", "'txt'"),
      ("[{\"text\":\"a\"} {\"text\":\"b\"}]", "x.json:1 (element 1)", "more text"),
      ("[{\"text\":\"a\"},\n", "x.json:2 (element 1)", "the end of the file"),
      ("[{\"text\":\"a\"", "x.json:1 (element 1)", "the end of the file"),
      ("[{\"text\":\"a\"}] x", "x.json:1 (element 1)", "more text"),
      ("[1]", "x.json:1 (element 1)", "must begin with '{'"),
      ("[{\"text\":\"a\"},]", "x.json:1 (element 2)", "must begin with '{'"),
    ] {
      let error = try #require(failure(text, as: "x.json"), "\(text)")
      #expect(error.place.hasSuffix(place), "\(error)")
      #expect(error.found.contains(found), "\(error)")
    }
    #expect(failure("[]", as: "x.json")?.expected == "at least one record")
    let long = #"[{"text":""# + String(repeating: "x", count: 700_000) + #""}]"#
    let error = failure(long, as: "x.json", ReadingOptions(maximumRowBytes: 300_000))
    #expect(error?.expected == "at most 300000 bytes in an element")
  }

  @Test func passesOverInvalidElements() throws {
    var bytes = Array("[{\"text\":\"a\"},[],{\"text\":\"".utf8)
    bytes += [0xff] + Array("\"},{\"text\":\"b\"}]".utf8)
    let result = try read(bytes, as: "x.json", ReadingOptions(skipInvalid: true))
    #expect(result.records.map(\.text) == ["a", "b"] && result.summary.skippedCount == 2)
  }
}
