import Corpus
import Files
import Testing

@Suite struct RelationTextTests {
  @Test func readsMarkers() throws {
    let text = try RelationText("The <e1> author </e1> of a <e2>keygen</e2> uses a tool.")
    #expect(text.sentence == "The  author  of a keygen uses a tool.")
    #expect(text.names == (" author ", "keygen"))
    let swapped = try RelationText("Zoë <e2>met</e2> <e1>李</e1>")
    #expect(swapped.names == ("李", "met") && swapped.first.lowerBound > swapped.second.upperBound)
    let nested = try RelationText("<e1>the <e2>Bank</e2> of England</e1> said <b>no</b>")
    #expect(nested.names == ("the Bank of England", "Bank"))
    #expect(nested.sentence == "the Bank of England said <b>no</b>")
  }

  @Test(arguments: [
    ("no entities at all", "no <e1>"), ("<e1>a</e1> alone", "no <e2>"),
    ("<e2>b</e2> alone", "no <e1>"), ("<e1>a <e2>b</e2>", "no </e1>"),
    ("<e1>a</e1> <e2>b", "no </e2>"), ("<e1>a</e1> <e1>b</e1> <e2>c</e2>", "<e1> twice"),
    ("<e1><e1>a</e1></e1> <e2>c</e2>", "<e1> twice"),
    ("</e1>a<e1> <e2>b</e2>", "</e1> without <e1> before it"),
    ("<e1>a</e1></e1> <e2>b</e2>", "</e1> twice"),
    ("<e1>a <e2>b</e1> c</e2>", "entities that cross"),
    ("<e1> </e1> <e2>b</e2>", "nothing between <e1> and its end"),
    ("<e1>a</e1> <e2></e2>", "nothing between <e2> and its end"),
  ])
  func saysWhatIsWrong(text: String, found: String) {
    let fault = #expect(throws: RelationText.Fault.self) { try RelationText(text) }
    #expect(fault?.found == found)
    let record = Record(id: "a", text: text, source: "set.tsv", line: 12)
    let error = #expect(throws: FileError.self) { try record.relationText() }
    #expect(error?.place == "set.tsv:12" && error?.found == found && error?.advice != nil)
  }

  @Test func marksByOffsets() throws {
    let text = "Zoë 👩‍🔬 met Ann in Rome"
    // Unicode scalars: the scientist has three.
    #expect(
      try RelationText.marked(text, first: 12..<15, second: 0..<3)
        == "<e2>Zoë</e2> 👩‍🔬 met <e1>Ann</e1> in Rome")
    #expect(try RelationText.marked("ab", first: 0..<1, second: 1..<2) == "<e1>a</e1><e2>b</e2>")
    #expect(
      try RelationText.marked("abc", first: 1..<3, second: 0..<3) == "<e2>a<e1>bc</e1></e2>")
    #expect(try RelationText.marked("a", first: 0..<1, second: 0..<1) == "<e1><e2>a</e2></e1>")
    for (first, second) in [(0..<2, 1..<3), (0..<0, 1..<2), (-1..<1, 1..<2), (0..<1, 2..<9)] {
      #expect(throws: RelationText.Fault.self) {
        try RelationText.marked("abc", first: first, second: second)
      }
    }
    #expect(throws: RelationText.Fault.self) {
      try RelationText.marked("<e1>a</e1> b", first: 0..<1, second: 11..<12)
    }
  }

  @Test(arguments: [
    #""e1":[0,3],"e2":[8,11]"#, #""head":[0,3],"tail":[8,11]"#,
    #""head":{"start":0,"end":3,"type":"PER"},"tail":{"end":11,"start":8}"#,
    #""h":{"name":"Zoë","pos":[0,3]},"t":{"name":"Ann","pos":[8,11]}"#,
  ])
  func jsonLinesGivePlaces(fields: String) throws {
    let row = #"{"text":"Zo\#u{eb} has\#u{2029}Ann.","label":"x",\#(fields)}"#
    let record = try records(row, as: "x.jsonl")[0]
    #expect(record.text == "<e1>Zoë</e1> has\u{2029}<e2>Ann</e2>.")
    // The row is what it was.
    #expect(try record.texts(of: ["text"]) == ["Zoë has\u{2029}Ann."])
  }

  @Test(arguments: [
    #""e1":[0,3],"e2":[2,5]"#, #""e1":[0,3],"e2":[8,99]"#, #""e1":[3,0],"e2":[4,5]"#,
    #""e1":[-1,3],"e2":[4,5]"#, #""h":{"pos":[4,4]},"t":{"pos":[0,1]}"#,
  ])
  func wrongPlacesAreErrors(fields: String) throws {
    let error = failure(
      "{\"text\":\"a\",\"e1\":0}\n{\"text\":\"abc def\",\(fields)}", as: "x.jsonl")
    #expect(
      error?.place.hasSuffix("x.jsonl:2") == true && error?.advice?.contains("[start, end]") == true
    )
    var options = ReadingOptions()
    options.skipInvalid = true
    #expect(
      try records("{\"text\":\"a\"}\n{\"text\":\"abc def\",\(fields)}", as: "x.jsonl", options)
        .count == 1)
  }

  /// Fields of these names that are no places say nothing of the text.
  @Test(arguments: [
    #""e1":"a","e2":"b""#, #""head":[1,2,3],"tail":[1,2]"#, #""e1":[0,1]"#,
    #""h":{"pos":3},"t":[0,1]"#,
    #""e1":[0.5,1],"e2":[2,3]"#, #""head":{"start":0},"tail":{"start":1}"#,
    #""e1":null,"e2":[1,2]"#,
  ])
  func otherFieldsOfTheseNamesStay(fields: String) throws {
    #expect(try records("{\"text\":\"abc\",\(fields)}", as: "x.jsonl")[0].text == "abc")
  }

  @Test func sentencesAreTheSameWhateverIsMarked() throws {
    let keys = try [
      "The <e1> dog </e1> saw a <e2> cat </e2>.", "The <e2>dog</e2> saw a cat<e1>.</e1>",
      "the dog saw <e1>a cat.</e1><e2>!</e2>".replacing("<e2>!</e2>", with: "<e2>.</e2>"),
    ].map { try RelationText($0).sentenceKey }
    #expect(keys[0] == keys[1] && keys[1] == keys[2])
    #expect(keys[0] == "thedogsawacat")
    #expect(RelationText.isMarked("a<<e1>") && !RelationText.isMarked("<e2> <e1 <"))
  }
}
