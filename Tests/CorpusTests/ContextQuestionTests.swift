import Corpus
import Files
import Testing

/// Questions with their answers in a context: SQuAD's JSON and JSON lines.
@Suite struct ContextQuestionTests {
  private static let squad = #"""
    {"version": "v2.0", "more": [1, "}"],
     "data": [
      {"title": "Caf\u00e9s", "paragraphs": [
        {"context": "Zoë 👩‍🔬 opened a café in 1898.", "qas": [
          {"id": "a", "question": "When?", "answers": [{"text": "1898", "answer_start": 25}], "is_impossible": false},
          {"question": "Who \"sold\" it?", "id": "b", "is_impossible": true,
           "plausible_answers": [{"text": "Zoë", "answer_start": 0}], "answers": []}
        ]},
        {"context": "Second.", "qas": [{"id": "c", "question": "?", "answers": [
           {"answer_start": 0, "text": "Second"}, {"answer_start": 0, "text": "Second."}]}]}
      ]},
      {"paragraphs": []},
      {"title": "Empty", "paragraphs": [{"context": "x", "qas": [ ]}, {"qas": [{"id": "d"}], "context": "y"}]}
     ], "after": [1, 2]}

    """#

  @Test func readsSquad() throws {
    let rows = try records(
      Self.squad.replacing(
        #"{"qas": [{"id": "d"}], "context": "y"}"#, with: #"{"qas": [], "context": "y"}"#),
      as: "x.json")
    #expect(rows.map(\.id) == ["a", "b", "c"] && rows.map(\.line) == [1, 2, 3])
    #expect(rows[0].text == "When?\nZoë 👩‍🔬 opened a café in 1898.")
    #expect(rows.map(\.label) == [#"["1898"]"#, "[]", #"["Second","Second."]"#])
    let questions = try rows.map { try $0.contextQuestion() }
    #expect(questions[0].answers == [.init(text: "1898", start: 25)])
    #expect(questions[1].question == "Who \"sold\" it?" && questions[1].answers == [])
    #expect(questions[2].context == "Second." && questions[2].answers.count == 2)
    #expect(try rows[0].originalFields()["title"] == .text("Cafés"))
    #expect(try rows[2].originalFields()["title"] == .text("Cafés"))
    // Rows are JSON lines that give the same again.
    let again = try records(rows.map { $0.fields! }.joined(separator: "\n"), as: "again.jsonl")
    #expect(again.map(\.text) == rows.map(\.text) && again.map(\.label) == rows.map(\.label))
  }

  @Test func squadIsRecognizedWhereNamesDoNotSay() throws {
    let text = Self.squad.replacing(#", {"qas": [{"id": "d"}], "context": "y"}"#, with: "")
    var options = ReadingOptions()
    #expect(try read(Array(text.utf8), as: "squad").summary.format == .squad)
    #expect(try read(Array(text.utf8), as: "squad.json").summary.format == .squad)
    options.format = .squad
    #expect(try read(Array(text.utf8), as: "x.jsonl", options).records.count == 3)
    #expect(try read(Array(#"{"text":"data"}"#.utf8), as: "x.json").summary.format == .jsonLines)
    let row = #"{"meta":{"data":[{"paragraphs":1}]},"text":"a"}"#
    #expect(try read(Array(row.utf8), as: "x.json").summary.format == .jsonLines)
  }

  @Test func readsJSONLines() throws {
    let rows = try records(
      #"""
      {"question":"Q","context":"the cat","answers":[{"text":"cat","answer_start":4}]}
      {"question":"Q","context":"the cat","answers":{"text":["the","cat"],"answer_start":[0,4]}}
      {"question":"Q","context":"the cat","answers":{"text":[],"answer_start":[]}}
      {"question":"Q","context":"the cat","answers":[]}
      {"question":"Q","context":"the cat","answers":[{"text":"","answer_start":-1}]}
      {"question":"Q","context":"the cat","answers":[{"text":"x","answer_start":9}],"is_impossible":true}
      {"question":"Q","context":"the cat"}
      {"question":"Q","context":"the cat","answers":null}
      {"question":"Q","context":"the cat","answers":[{"text":"cat","answer_start":4}],"label":"own"}
      """#, as: "x.jsonl")
    #expect(
      rows.map(\.label) == [
        #"["cat"]"#, #"["cat","the"]"#, "[]", "[]", "[]", "[]", nil, nil, "own",
      ])
    #expect(
      try rows.map { row in
        let question = try row.contextQuestion()
        return question.isJudged ? question.answers.count : nil
      } == [1, 2, 0, 0, 0, 0, nil, nil, 1])
    #expect(rows[0].text == "Q\nthe cat")
  }

  @Test func otherFieldsAndTables() throws {
    var options = ReadingOptions()
    options.textFields = ["q", "c"]
    let row = #"{"q":"Q","c":"the cat","answers":[{"text":"cat","answer_start":4}]}"#
    let record = try records(row, as: "x.jsonl", options)[0]
    #expect(record.label == #"["cat"]"#)
    #expect(try record.contextQuestion(QuestionFields(texts: ["q", "c"])).context == "the cat")
    options.textFields = ["question", "context"]
    let table =
      "question,context,answers\r\nQ,the cat,\"[{\"\"text\"\":\"\"cat\"\",\"\"answer_start\"\":4}]\"\r\n"
    let cell = try records(table, as: "x.csv", options)[0]
    #expect(try cell.contextQuestion().answers == [.init(text: "cat", start: 4)])
    // Fields of these names that are something else are no answers.
    let other = try records(
      #"{"text":"a","question":"Q","context":"b","answers":["yes"]}"#, as: "x.jsonl")
    #expect(other[0].label == nil && other[0].text == "a")
  }

  @Test(arguments: [
    (#"[{"text":"cat","answer_start":3}]"#, "'cat' at 3, where ' ca' stands", "stands at 4"),
    (#"[{"text":"cat","answer_start":-2}]"#, "'cat' at -2, outside of 7 characters", "stands at 4"),
    (#"[{"text":"cat","answer_start":6}]"#, "'cat' at 6, where 't' stands", "stands at 4"),
    (#"[{"text":"cat","answer_start":99}]"#, "'cat' at 99, outside of 7 characters", "stands at 4"),
    (#"[{"text":"dog","answer_start":4}]"#, "'dog' at 4, where 'cat' stands", "does not have"),
    (#"[{"text":"cat","answer_start":4.5}]"#, "something else for answer 1", ""),
    (#"[{"text":1,"answer_start":4}]"#, "something else for answer 1", ""),
    (#"[{"answer_start":4}]"#, "something else for answer 1", ""),
    (#"[{"text":"cat","answer_start":99999999999999999999}]"#, "something else for answer 1", ""),
    (#"[4,{"answer_start":4}]"#, "the number 4 for answer 1", ""),
    (#"{"text":["cat"],"answer_start":[]}"#, "1 answers and 0 places", ""),
    (#"{"answer_start":[]}"#, "an object without 'text'", ""),
    (#"{"text":"cat","answer_start":4}"#, "the string 'cat'", ""),
  ])
  func badAnswersAreTold(answers: String, found: String, advice: String) {
    let row = #"{"id":"q7","question":"Q","context":"the cat","answers":\#(answers)}"#
    let error = failure("\n" + row, as: "x.jsonl")
    #expect(error?.place.hasSuffix("x.jsonl:2, record 'q7'") == true)
    #expect(error?.found == found)
    #expect(error?.advice?.contains(advice) ?? advice.isEmpty)
  }

  @Test func badSquadIsTold() throws {
    func error(_ text: String) -> FileError? {
      var options = ReadingOptions()
      options.format = .squad
      return failure(text, as: "x.json", options)
    }
    let article = #"{"data":[{"paragraphs":[{"context":"the cat","qas":[QA]}]}]}"#
    let wrong = #"{"id":"q","question":"Q","answers":[{"text":"cat","answer_start":1}]}"#
    let late = article.replacing("[{\"context", with: "[\n\n{\"context")
    let place = error(late.replacing("QA", with: "\n" + wrong))?.place
    #expect(place?.hasSuffix("x.json:4 (element 1), record 'q'") == true)
    #expect(
      error(article.replacing("QA", with: #"{"id":"q"}"#))?.found.contains("'context'") == true)
    #expect(error(article.replacing("QA", with: "3"))?.expected == "a JSON object")
    #expect(error("[]")?.expected == "'{'")
    #expect(error(#"{"version":1}"#)?.expected == "a member 'data'")
    #expect(error(#"{}"#)?.expected == "a member 'data'")
    #expect(error(#"{"data":3}"#)?.expected == "an array in 'data'")
    #expect(error(#"{"data":[]}"#)?.expected == "at least one record")
    #expect(error(#"{"data":[3]}"#)?.expected == "an article as a JSON object")
    #expect(error(#"{"data":[{}]}"#)?.expected.contains("'paragraphs'") == true)
    #expect(error(#"{"data":[{"paragraphs":[{}]}]}"#)?.expected.contains("'qas'") == true)
    #expect(error(#"{"data":[{"paragraphs":[]}"#)?.found == "the end of the file")
    #expect(error(#"{"data":[{"paragraphs":[]}] 3"#)?.found == "more text")
    #expect(error(#"{"data":[{"paragraphs":[]}]} 3"#)?.found == "more text")
    #expect(error(#"{"da"#)?.found == "the end of the file")
  }

  @Test func invalidQuestionsCanBePassedOver() throws {
    var options = ReadingOptions()
    options.skipInvalid = true
    let (rows, summary) = try read(Array(Self.squad.utf8), as: "x.json", options)
    #expect(rows.map(\.id) == ["a", "b", "c"] && summary.skippedCount == 1)
    let text =
      #"{"data":[{"paragraphs":[{},{"context":"c","qas":[3,{"id":"e","question":"q"}]}]}, 7]}"#
    let (others, skipped) = try read(Array(text.utf8), as: "x.json", options)
    #expect(others.map(\.id) == ["e"] && skipped.skippedCount == 3)
  }
}
