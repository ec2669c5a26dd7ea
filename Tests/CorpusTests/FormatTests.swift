import Corpus
import Files
import Foundation
import Testing

@Suite struct FormatTests {
  @Test func readsQuotedCSV() throws {
    let text = "id,text,label\r\na,\"one, \"\"two\"\"\r\nthree\",x\n\nb,4,\nc,d\"e,\"\"\n"
    let records = try records(text, as: "x.csv")
    #expect(records.map(\.id) == ["a", "b", "c"])
    #expect(records.map(\.text) == ["one, \"two\"\r\nthree", "4", "d\"e"])
    #expect(records.map(\.label) == ["x", nil, nil])
    #expect(records.map(\.line) == [2, 5, 6])
    #expect(records[1].fields == #"{"id":"b","text":"4","label":""}"#)
  }

  @Test func placesCSVErrors() {
    #expect(failure("text\n\"a\nb\nc", as: "x.csv")?.place.hasSuffix("x.csv:2") == true)
    #expect(failure("text,b\n1,2\n1,2,3", as: "x.csv")?.place.hasSuffix("x.csv:3") == true)
    #expect(failure("text,b\n\"a\"x,2", as: "x.csv")?.found.contains("closing") == true)
    #expect(failure("text,text\n1,2", as: "x.csv")?.expected == "different column names")
    #expect(failure("body,label\n1,2", as: "x.csv")?.found == "the fields 'body', 'label'")
  }

  @Test func unclosedQuoteEndsTheRunEvenWhenSkipping() {
    let error = failure(
      "text\n\"a\nb", as: "x.csv", ReadingOptions(skipInvalid: true))
    #expect(error?.expected == "a closing quote")
  }

  @Test func numbersColumnsWithoutHeader() throws {
    let options = ReadingOptions(textField: "2", idField: "1", hasHeader: false)
    let rows = try records("a,one\nb,two", as: "x.csv", options)
    #expect(rows.map(\.id) == ["a", "b"])
    #expect(rows.map(\.text) == ["one", "two"])
  }

  @Test func tabSeparatedHasNoQuotes() throws {
    let rows = try records("text\tlabel\n\"a\tb\"\n", as: "x.tsv")
    #expect(rows[0].text == "\"a")
    #expect(rows[0].label == "b\"")
  }

  @Test func readsTextLines() throws {
    let rows = try records("one\r\n\n  \ntwo ", as: "notes.txt")
    #expect(rows.map(\.text) == ["one", "two "])
    #expect(rows.map(\.id) == ["notes:1", "notes:4"])
    #expect(rows[0].fields == nil)
  }

  @Test func readsCoNLL() throws {
    let text = """
      -DOCSTART- -X- O O

      # id 1 domain=en
      EU NNP B-ORG
      # # O
      rejects VBZ O


      a\tb c\tO
      """
    let rows = try records(text, as: "x.conll")
    #expect(rows.map(\.text) == ["EU # rejects", "a"])
    #expect(rows.map(\.line) == [4, 9])
    #expect(rows[0].fields == ##"{"tokens":["EU","#","rejects"],"tags":["B-ORG","O","O"]}"##)
    let error = failure("a O\nb\n\nc O", as: "x.conll")
    #expect(error?.place.hasSuffix(":2") == true)
    let skipped = try records(
      "a O\nb\nc O\n\nd O", as: "x.conll", ReadingOptions(skipInvalid: true))
    #expect(skipped.map(\.text) == ["d"])
  }

  @Test func choosesByExtension() throws {
    #expect(try RecordFormat(fileName: "a.JSONL.gz") == .jsonLines)
    #expect(try RecordFormat(fileName: "a/b.tsv") == .tsv)
    #expect(try RecordFormat(fileName: "README") == .text)
    #expect(throws: FileError.self) { try RecordFormat(fileName: "a.parquet") }
    #expect(try records("a,b", as: "x.parquet", ReadingOptions(format: .text)).count == 1)
  }

  @Test func placesInvalidBytes() throws {
    let error = failure(bytes: Array("ab\nc".utf8) + [0xff, 0x0a], as: "x.txt")
    #expect(error?.place.hasSuffix("x.txt:2") == true)
    #expect(error?.found == "0xff at byte 1 of the line (byte 4 of the file)")
    for bad: [UInt8] in [
      [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
      [0x80], [0xf5, 0x80, 0x80, 0x80], [0],
    ] {
      #expect(failure(bytes: Array("good text\n".utf8) + bad, as: "x.txt") != nil)
    }
    let utf16: [UInt8] = [0xff, 0xfe, 0x61, 0, 0x62, 0]
    #expect(failure(bytes: utf16, as: "x.txt") != nil)
  }

  @Test func agreesWithTheStandardLibraryOnUTF8() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<400 {
      var bytes = Array("aé漢😀 plain ascii é漢😀".utf8)
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[at] = UInt8.random(in: 1...255, using: &generator)
      if bytes[at] == 0x0a { continue }
      let valid = String(validating: bytes, as: UTF8.self)
      #expect((failure(bytes: bytes, as: "x.txt") == nil) == (valid != nil))
    }
  }

  @Test func limitsLines() throws {
    let long = String(repeating: "x", count: 700_000)
    let options = ReadingOptions(skipInvalid: true, maximumRowBytes: 300_000)
    let result = try read(Array("a\n\(long)\nb\n\(long)".utf8), as: "x.txt", options)
    #expect(result.records.map(\.text) == ["a", "b"])
    #expect(result.records.map(\.line) == [1, 3])
    #expect(result.summary.skippedCount == 2)
    #expect(try records(long, as: "x.txt").first?.text.utf8.count == 700_000)
  }

  @Test func refusesWhatIsNoCorpus() throws {
    let folder = try TemporaryFolder()
    let reader = CorpusReader()
    #expect(throws: FileError.self) { try reader.read(folder.url) { _ in } }
    #expect(throws: FileError.self) {
      try reader.read(folder.url.appendingPathComponent("none.jsonl")) { _ in }
    }
    for empty in ["", "\n\n", "\u{feff}"] {
      #expect(failure(empty, as: "x.jsonl")?.expected == "at least one record")
    }
    #expect(failure("text\n", as: "x.csv")?.expected == "at least one record")
  }

  @Test func passesOnTheCallersError() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let file = try folder.file("x.txt", "a\nb")
    #expect(throws: Stop.self) {
      try CorpusReader(options: ReadingOptions(skipInvalid: true)).read(file) { _ in throw Stop() }
    }
  }
}
