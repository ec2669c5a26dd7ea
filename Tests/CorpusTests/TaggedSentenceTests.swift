import Corpus
import Files
import Testing

@Suite struct TaggedSentenceTests {
  private func record(_ fields: String, text: String = "") -> Record {
    Record(id: "a", text: text, source: "set.jsonl", line: 7, fields: fields)
  }

  /// A record whose text and entities are `text` and `entities`.
  private func record(_ text: String, entities: String) -> Record {
    record("{\"entities\":\(entities)}", text: text)
  }

  @Test func readsTokensAndTags() throws {
    let row = record(#"{"tokens":["In","\u0050aris","\"x\"]"],"tags":["O","B-LOC","O"]}"#)
    let sentence = try row.taggedSentence()
    #expect(sentence.words == ["In", "Paris", "\"x\"]"])
    #expect(sentence.tags == ["O", "B-LOC", "O"])
    #expect(sentence.ranges == nil)
  }

  @Test func readsConllRecords() throws {
    let records = try records("Paris\tB-LOC\n.\tO\n\n", as: "x.conll")
    #expect(try records[0].taggedSentence().tags == ["B-LOC", "O"])
  }

  @Test func readsNumbersByName() throws {
    var fields = TagFields()
    fields.tags = "ner_tags"
    fields.tagNames = ["O", "B-LOC", "I-LOC"]
    let row = record(#"{"tokens":["New","York","is"],"ner_tags":[1, 2, 0]}"#)
    #expect(try row.taggedSentence(fields).tags == ["B-LOC", "I-LOC", "O"])
  }

  @Test func tokensAreTheTextOfRowsWithoutOne() throws {
    let rows = try records(#"{"tokens":["a","b"],"tags":["O","O"]}"#, as: "x.jsonl")
    #expect(rows[0].text == "a b")
    #expect(throws: FileError.self) { try records(#"{"tokens":["a",1]}"#, as: "x.jsonl") }
  }

  @Test func readsEntitiesByOffsets() throws {
    let text = "Zoë 👩‍🔬 visited  New York!! O'Neil"
    let row = record(
      text,
      entities: """
        [{"start":17,"end":25,"label":"LOC","score":0.5},{"start":0,"end":3,"label":"PER"},\
        {"label":"PER","start":28,"end":34}]
        """)
    let sentence = try row.taggedSentence()
    #expect(
      sentence.words == ["Zoë", "👩‍", "🔬", "visited", "New", "York", "!!", "O", "'", "Neil"])
    #expect(
      sentence.tags
        == ["B-PER", "O", "O", "O", "B-LOC", "I-LOC", "O", "B-PER", "I-PER", "I-PER"])
    #expect(sentence.ranges?[4...5] == [17..<20, 21..<25])
  }

  @Test func ideographsAreWords() throws {
    let row = record("我在北京。", entities: #"[{"start":2,"end":4,"label":"LOC"}]"#)
    #expect(try row.taggedSentence().tags == ["O", "O", "B-LOC", "I-LOC", "O"])
  }

  @Test func spaceAtTheEndsOfAnEntityIsNotPartOfIt() throws {
    let row = record("in Rome now", entities: #"[{"start":2,"end":8,"label":"LOC"}]"#)
    #expect(try row.taggedSentence().tags == ["O", "B-LOC", "O"])
  }

  @Test func wordsCoverAllButSpace() throws {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array("ab1_ .!-'\n\u{301}\u{200d}é漢カ👍🏽ไ^\u{7}".unicodeScalars)
    for _ in 0..<300 {
      let scalars = (0..<12).map { _ in alphabet.randomElement(using: &generator)! }
      let ranges = WordSplitter.ranges(scalars)
      let covered = ranges.flatMap { Array($0) }
      let expected = scalars.indices.filter { !scalars[$0].properties.isWhitespace }
      #expect(covered == expected, "\(scalars)")
    }
  }

  @Test(arguments: [
    (#"{"tokens":["a","b"],"tags":["O"]}"#, "1 tags"),
    (#"{"tokens":["a"],"tags":[null]}"#, "null at position 1"),
    (#"{"tokens":["a"],"tags":[["O"]]}"#, "an array at position 1"),
    (#"{"tokens":["a"],"tags":[1.5]}"#, "1.5 at position 1"),
    (#"{"tokens":["a"],"tags":[true]}"#, "true at position 1"),
    (#"{"tokens":["a"],"tags":[99999999999999999999]}"#, "99999999999999999999 at position 1"),
    (#"{"tokens":["a"],"tags":[-1]}"#, "the number -1 at position 1"),
    (#"{"tokens":["a",{}],"tags":["O","O"]}"#, "an object at position 2"),
    (#"{"tokens":"a b","tags":["O","O"]}"#, "the string 'a b'"),
    (#"{"tokens":["\ud800"],"tags":["O"]}"#, "an unpaired surrogate"),
    (#"{"tokens":["a"],"tags":null}"#, "the fields 'tokens'"),
    (#"{"words":["a"]}"#, "the fields 'words'"),
    (#"{}"#, "no fields"),
  ])
  func refusesBadTokensAndTags(fields: String, found: String) {
    let error = #expect(throws: FileError.self) { try record(fields).taggedSentence() }
    #expect(error?.place == "set.jsonl:7")
    #expect(error?.found == found)
  }

  @Test func refusesNumbersWithoutName() {
    var fields = TagFields()
    fields.tagNames = ["O"]
    let error = #expect(throws: FileError.self) {
      try record(#"{"tokens":["a","b"],"tags":[0,1]}"#).taggedSentence(fields)
    }
    #expect(error?.found == "1 at position 2")
    #expect(error?.advice == "name all tags with --tag-names")
  }

  @Test(arguments: [
    (#"[{"start":0,"end":99,"label":"X"}]"#, "entity 1 ('X', 0 to 99)"),
    (#"[{"start":1,"end":4,"label":"X"}]"#, "entity 1 ('X', 1 to 4), which cuts 'Anna'"),
    (#"[{"start":0,"end":3,"label":"X"}]"#, "entity 1 ('X', 0 to 3), which cuts 'Anna'"),
    (#"[{"start":5,"end":6,"label":"X"}]"#, "entity 1 ('X', 5 to 6), which has none"),
    (
      #"[{"start":6,"end":10,"label":"X"},{"start":0,"end":7,"label":"Y"}]"#,
      "entity 2 ('Y', 0 to 7), which cuts 'Smith'"
    ),
    (
      #"[{"start":6,"end":11,"label":"X"},{"start":0,"end":11,"label":"Y"}]"#,
      "entity 2 ('Y', 0 to 11) and entity 1 ('X', 6 to 11)"
    ),
    (#"[{"start":3,"end":3,"label":"X"}]"#, #"entity 1, {"start":3,"end":3,"label":"X"}"#),
    (#"[{"start":-1,"end":3,"label":"X"}]"#, #"entity 1, {"start":-1,"end":3,"label":"X"}"#),
    (#"[{"start":0,"end":4,"label":""}]"#, #"entity 1, {"start":0,"end":4,"label":""}"#),
    (#"[{"start":0,"end":4.5,"label":"X"}]"#, #"entity 1, {"start":0,"end":4.5,"label":"X"}"#),
    (#"[{"start":"0","end":4,"label":"X"}]"#, #"entity 1, {"start":"0","end":4,"label":"X"}"#),
    (#"[{"start":0}]"#, #"entity 1, {"start":0}"#),
    (#"[[0,4,"X"]]"#, "an array for entity 1"),
    (#"{"start":0}"#, "an object"),
    (#"3"#, "3"),
  ])
  func refusesBadEntities(entities: String, found: String) {
    let error = #expect(throws: FileError.self) {
      try record("Anna  Smith", entities: entities).taggedSentence()
    }
    #expect(error?.place == "set.jsonl:7")
    #expect(error?.found == found)
  }
}
