import Corpus
import Files
import Foundation
import Testing

@Suite struct WriterTests {
  private func content(_ url: URL) throws -> String {
    String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  @Test func writesOriginalRows() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("out.jsonl")
    let writer = try CorpusWriter(url)
    for record in try records(
      #"{"text":"a", "n":[1, 2]}"# + "\n" + #"{"id":1,"text":"b"}"#, as: "x.jsonl")
    { try writer.write(record) }
    try writer.write(Record(id: "p:1", text: "q\"", label: "l", source: "p.txt", line: 1))
    try writer.write([("id", .text("r")), ("score", .number(0.5)), ("guards", .null)])
    try writer.finish()
    #expect(
      try content(url) == """
        {"id":"x:1","text":"a","n":[1,2]}
        {"id":1,"text":"b"}
        {"id":"p:1","text":"q\\"","label":"l"}
        {"id":"r","score":0.5,"guards":null}

        """)
  }

  @Test func writesColumns() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("out.csv")
    let writer = try CorpusWriter(url, columns: ["id", "text", "split", "n"])
    for record in try records(#"{"text":"a,\"b\"", "n":[1, 2]}"#, as: "x.jsonl") {
      try writer.write(record)
    }
    try writer.finish()
    #expect(
      try content(url) == "id,text,split,n\r\nx:1,\"a,\"\"b\"\"\",,\"[1,2]\"\r\n")
  }

  @Test(arguments: ["jsonl", "csv"]) func roundTrips(_ format: String) throws {
    var generator = SeededGenerator(seed: 9)
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("out.\(format)")
    var originals: [Record] = []
    let writer = try CorpusWriter(url)
    for index in 0..<2_000 {
      let label = generator.text()
      let record = Record(
        id: "\(index)-" + generator.text(), text: generator.text(),
        label: label.isEmpty ? nil : label, source: "", line: 0)
      originals.append(record)
      try writer.write(record)
    }
    try writer.finish()
    var index = 0
    try CorpusReader().read(url) { record in
      #expect(record.id.utf8.elementsEqual(originals[index].id.utf8))
      #expect(record.text.utf8.elementsEqual(originals[index].text.utf8))
      #expect(record.label == originals[index].label)
      index += 1
    }
    #expect(index == originals.count)
    // What was read writes the same file again.
    let second = folder.url.appendingPathComponent("again.\(format)")
    let copy = try CorpusWriter(second)
    try CorpusReader().read(url) { try copy.write($0) }
    try copy.finish()
    #expect(try Data(contentsOf: url) == Data(contentsOf: second))
  }

  @Test func refusesTabsInTSV() throws {
    let folder = try TemporaryFolder()
    let writer = try CorpusWriter(folder.url.appendingPathComponent("o.tsv"), columns: ["text"])
    #expect(throws: FileError.self) { try writer.write([("text", .text("a\tb"))]) }
  }

  @Test func appearsOnlyWhenFinished() throws {
    let folder = try TemporaryFolder()
    let url = try folder.file("o.jsonl", "before")
    do {
      let writer = try CorpusWriter(url)
      try writer.write([("text", .text("after"))])
    }
    #expect(try content(url) == "before")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["o.jsonl"])
  }

  @Test func reportsWhatCannotBeWritten() throws {
    let missing = URL(fileURLWithPath: "/nonexistent/o.jsonl")
    #expect(throws: FileError.self) { try CorpusWriter(missing) }
    let writer = try CorpusWriter(URL(fileURLWithPath: "/dev/full"), format: .jsonLines)
    try writer.write([("text", .text("a"))])
    let error = #expect(throws: FileError.self) { try writer.finish() }
    #expect(error?.found.contains("No space") == true)
    #expect(throws: FileError.self) { try CorpusWriter(URL(fileURLWithPath: "/tmp/x.conll")) }
  }

  @Test func givesOriginalFields() throws {
    let row = try records(#"{"text":"a","stars":4,"ok":true,"s":"t","z":null}"#, as: "x.jsonl")[0]
    let fields = try row.originalFields()
    #expect(fields["stars"] == .json("4"))
    #expect(fields["s"] == .text("t"))
    #expect(fields["z"] == .null)
  }
}
