import Foundation
import Testing

/// `finetune --task questions` and `predict` on questions about texts.
@Suite struct QuestionTaskTests {
  /// Twelve articles of two paragraphs with three questions each, in SQuAD's JSON: the second and the last
  /// word of the paragraph, and (in version 2) one without an answer.
  private func squad(version2: Bool = true) throws -> (sandbox: Sandbox, ids: [String]) {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let texts = try sandbox.rows("corpus.jsonl").map { $0["text"] as! String }
    var ids: [String] = []
    let articles = (0..<12).map { article -> [String: Any] in
      let paragraphs = (0..<2).map { paragraph -> [String: Any] in
        let number = 2 * article + paragraph
        let context = texts[5 * number..<5 * number + 3].joined(separator: " ")
        let words = context.split(separator: " ")
        func answer(_ word: Substring) -> [String: Any] {
          ["text": String(word), "answer_start": context[..<word.startIndex].unicodeScalars.count]
        }
        let questions = (0..<(version2 ? 3 : 2)).map { question -> [String: Any] in
          ids.append("q\(number)-\(question)")
          let asked = ["Which word is the second one?", "And which is the last?", "Who paid?"]
          return [
            "id": ids.last!, "question": asked[question] + " \(texts[150 + number])",
            "answers": question == 2 ? [] : [answer(question == 0 ? words[1] : words.last!)],
            "is_impossible": question == 2,
          ]
        }
        return ["context": context, "qas": questions]
      }
      return ["title": "Article \(article)", "paragraphs": paragraphs]
    }
    let json = try JSONSerialization.data(
      withJSONObject: ["version": "v2.0", "data": articles], options: [.sortedKeys])
    try sandbox.write("squad.json", json)
    return (sandbox, ids)
  }

  private func split(_ sandbox: Sandbox, _ options: String...) throws {
    try sandbox.run("index", "squad.json", "--out", "index").succeeded()
    for step in ["dedup", "cluster"] { try sandbox.run(step, "index").succeeded() }
    try sandbox.run(["split", "index", "--shares", "0.6,0.2,0.2"] + options).succeeded()
  }

  private static let tune = [
    "finetune", "index", "--task", "questions", "--out", "tuned", "--epochs", "2",
    "--maximum-tokens", "32", "--stride", "8",
  ]

  @Test func questionsFromSquadToAnswers() throws {
    let (sandbox, ids) = try squad()
    try split(sandbox)
    let metrics = try #require(
      try sandbox.run(Self.tune + ["--json"]).succeeded().object()["metrics"] as? [String: Any])
    let answers = try #require(metrics["answers"] as? [String: Any])
    let report = try #require(answers["report"] as? [String: Any])
    #expect(report["hasAnswer"] != nil && report["noAnswer"] != nil)
    #expect(answers["nullThreshold"] is Double && metrics["report"] == nil)
    let text = try sandbox.run(Self.tune).succeeded().text
    #expect(text.contains("nothing to do") && text.contains("exact match"))
    #expect(text.contains("with an answer") && text.contains("no answer is given where"))
    try sandbox.run("verify", "index").succeeded()

    // The test part again, from its file.
    try sandbox.run("export", "index", "--what", "test", "--out", "test.jsonl").succeeded()
    let summary = try sandbox.run(
      "predict", "tuned", "--file", "test.jsonl", "--out", "out.jsonl", "--json", "--precision",
      "f32"
    ).succeeded().object()
    let again = try #require(summary["report"] as? [String: Any])
    for key in ["items", "exactMatch", "f1"] {
      #expect(again[key] as? Double == report[key] as? Double, "\(key)")
    }
    // All questions, from SQuAD's JSON, standard input and the command line.
    let out = ["--out", "out.jsonl", "--precision", "f32"]
    try sandbox.run(["predict", "tuned", "--file", "squad.json", "--top-k", "3"] + out).succeeded()
    let rows = try sandbox.rows("out.jsonl")
    #expect(rows.map { $0["id"] as? String } == ids)
    let contexts = try contexts(sandbox)
    for row in rows {
      let context = Array(try #require(contexts[row["id"] as! String]).unicodeScalars)
      let (start, end) = (row["start"] as! Int, row["end"] as! Int)
      #expect(String(String.UnicodeScalarView(context[start..<end])) == row["answer"] as? String)
      let top = try #require(row["top"] as? [[String: Any]])
      #expect(top.count == 3)
      let scores = top.map { $0["score"] as! Double }
      #expect(scores == scores.sorted(by: >))
    }
    let lines = rows.map { row in
      let fields = ["question": row["question"]!, "context": contexts[row["id"] as! String]!]
      return try! JSONSerialization.data(withJSONObject: fields) + [0x0a]
    }
    let piped = try sandbox.run(
      ["predict", "tuned", "-", "--json", "--precision", "f32"],
      input: Data(lines.joined())
    ).succeeded().text.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
    }
    #expect(piped.map { $0["answer"] as? String } == rows.map { $0["answer"] as? String })
    let typed = try sandbox.run(
      "predict", "tuned", rows[0]["question"] as! String, contexts[ids[0]]!, "--json",
      "--precision", "f32"
    ).succeeded().object()
    #expect(typed["answer"] as? String == rows[0]["answer"] as? String)
    #expect(typed["score"] as? Double == rows[0]["score"] as? Double)
    let line = try sandbox.run("predict", "tuned", "Who?", "The customer.").succeeded().text
    #expect(line.contains("Who?") && line.split(separator: "\t").count == 3)
  }

  private func contexts(_ sandbox: Sandbox) throws -> [String: String] {
    try sandbox.run("export", "index", "--what", "all", "--out", "all.jsonl").succeeded()
    return Dictionary(
      uniqueKeysWithValues: try sandbox.rows("all.jsonl").map {
        ($0["id"] as! String, $0["context"] as! String)
      })
  }

  /// SQuAD's JSON comes out as it went in.
  @Test func exportsAreSquadAgain() throws {
    let (sandbox, ids) = try squad()
    try sandbox.run("index", "squad.json", "--out", "index").succeeded()
    let said = try sandbox.run("export", "index", "--what", "all", "--out", "out.json").succeeded()
    #expect(said.text.contains("\(ids.count) ") || said.errors.contains("\(ids.count) "))
    let (before, after) = try (
      JSONSerialization.jsonObject(with: sandbox.data("squad.json")) as? NSDictionary,
      JSONSerialization.jsonObject(with: sandbox.data("out.json")) as? NSDictionary
    )
    #expect(before != nil && before == after)
    try sandbox.writeCorpus()
    try sandbox.run("index", "corpus.jsonl", "--out", "texts").succeeded()
    try sandbox.run("export", "texts", "--out", "no.json").fails(saying: "question", "corpus.jsonl")
    #expect(!sandbox.exists("no.json"))
  }

  /// Answers survive what the index does, as fields and as labels that are in conflict where they differ.
  @Test func recordsKeepTheirAnswers() throws {
    let (sandbox, ids) = try squad()
    try split(sandbox)
    let all = try sandbox.run("export", "index", "--what", "all", "--out", "-").succeeded().text
    try sandbox.write("again.jsonl", all)
    try sandbox.run("index", "again.jsonl", "--out", "again").succeeded()
    try sandbox.run("export", "again", "--what", "all", "--out", "second.jsonl").succeeded()
    #expect(try sandbox.text("second.jsonl") == all)
    let rows = try sandbox.rows("second.jsonl")
    #expect(rows.map { $0["id"] as? String } == ids)
    #expect(rows[0]["title"] as? String == "Article 0")
    // The same question with other answers is kept: a conflict, not a duplicate.
    let lines = [("a", "cat", 4), ("b", "dog", 12), ("c", "cat", 4)].map {
      #"{"id":"\#($0)","question":"Which?","context":"the cat and dog","answers":[{"text":"\#($1)","answer_start":\#($2)}]}"#
    }
    try sandbox.write("conflict.jsonl", lines.joined(separator: "\n") + "\n")
    try sandbox.run("index", "conflict.jsonl", "--out", "conflict").succeeded()
    let dedup = try sandbox.run("dedup", "conflict", "--json").succeeded().object()
    #expect(dedup["conflicts"] as? Int ?? (dedup["conflicts"] as? [Any])?.count == 1)
  }

  /// No context is in two parts; with `--group-field` no article is.
  @Test func partsShareNoContext() throws {
    let (sandbox, _) = try squad()
    func parts(of field: String) throws -> [String: Set<String>] {
      var parts: [String: Set<String>] = [:]
      for part in ["train", "development", "test"] {
        try sandbox.run("export", "index", "--what", part, "--out", "part.jsonl").succeeded()
        for row in try sandbox.rows("part.jsonl") {
          parts[row[field] as! String, default: []].insert(part)
        }
      }
      return parts
    }
    try split(sandbox)
    #expect(try parts(of: "context").values.allSatisfy { $0.count == 1 })
    try sandbox.run(
      "split", "index", "--shares", "0.6,0.2,0.2", "--group-field", "title"
    ).succeeded()
    let articles = try parts(of: "title")
    #expect(articles.count == 12 && articles.values.allSatisfy { $0.count == 1 })
    #expect(Set(articles.values.joined()).count == 3)
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("split", "index", "--group-field", "titel").fails(
      saying: "'titel'", "did you mean 'title'")
  }

  /// Where parts are given, what shares a context or a group with the test part leaves training.
  @Test func givenPartsShareNoGroup() throws {
    let (sandbox, _) = try squad()
    try split(sandbox)
    try sandbox.run("export", "index", "--what", "all", "--out", "all.jsonl").succeeded()
    let lines = try sandbox.text("all.jsonl").split(separator: "\n")
    try sandbox.write("test.jsonl", lines[0] + "\n")
    try sandbox.write("train.jsonl", lines.dropFirst().joined(separator: "\n") + "\n")
    try sandbox.run(
      "index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "given"
    ).succeeded()
    for step in ["dedup", "cluster"] { try sandbox.run(step, "given").succeeded() }
    func train(_ options: String...) throws -> [[String: Any]] {
      try sandbox.run(["split", "given"] + options).succeeded()
      try sandbox.run("export", "given", "--what", "train", "--out", "part.jsonl").succeeded()
      return try sandbox.rows("part.jsonl")
    }
    let test = try sandbox.rows("test.jsonl")[0]
    #expect(try train().allSatisfy { $0["context"] as? String != test["context"] as? String })
    let articles = try train("--group-field", "title").map { $0["title"] as? String }
    #expect(!articles.contains("Article 0") && articles.contains("Article 7"))
    try sandbox.run("verify", "given").succeeded()
  }

  @Test func withoutUnanswerableQuestionsThereIsAlwaysAnAnswer() throws {
    let (sandbox, _) = try squad(version2: false)
    try split(sandbox)
    let metrics = try #require(
      try sandbox.run(Self.tune + ["--json"]).succeeded().object()["metrics"] as? [String: Any])
    let answers = try #require(metrics["answers"] as? [String: Any])
    #expect(answers["nullThreshold"] == nil)
    #expect((answers["report"] as? [String: Any])?["noAnswer"] == nil)
    let summary = try sandbox.run(
      "predict", "tuned", "--file", "squad.json", "--out", "out.csv", "--json"
    ).succeeded().object()
    #expect(summary["unanswered"] as? Int == 0 && summary["records"] as? Int == 48)
    #expect(
      try sandbox.text("out.csv").hasPrefix("id,question,answer,start,end,probability,score\r\n"))
  }

  @Test func recipesAndSweepsKnowQuestions() throws {
    let (sandbox, _) = try squad()
    try split(sandbox)
    let yaml = try sandbox.run("finetune", "index", "--task", "questions", "--print-config")
      .succeeded().text
    #expect(yaml.contains("maximum-tokens: 384") && yaml.contains("stride: 128"))
    try sandbox.write("recipe.yaml", yaml)
    let config = try sandbox.run("finetune", "index", "--recipe", "recipe.yaml", "--print-config")
      .succeeded().text
    #expect(config == yaml)
  }

  @Test func wrongUseIsTold() throws {
    let (sandbox, _) = try squad()
    try split(sandbox)
    try sandbox.run("finetune", "index").fails(saying: "--task questions")
    try sandbox.run("finetune", "index", "--stride", "3").fails(64, saying: "--task questions")
    try sandbox.run(Self.tune).succeeded()
    try sandbox.run("predict", "tuned", "one", "two", "three").fails(64, saying: "pairs")
    try sandbox.run("predict", "tuned", "--file", "squad.json", "--text-field", "question")
      .fails(64, saying: "two fields")
    try sandbox.write("lame.jsonl", #"{"question":"a"}"# + "\n")
    try sandbox.run("predict", "tuned", "--file", "lame.jsonl").fails(
      saying: "lame.jsonl:1", "'context'")
    try sandbox.write(
      "wrong.jsonl",
      #"{"id":"w","question":"a","context":"the cat","answers":[{"text":"cat","answer_start":3}]}"#
        + "\n")
    try sandbox.run("index", "wrong.jsonl", "--out", "wrong").fails(
      saying: "wrong.jsonl:1, record 'w'", "'cat' at 3", "stands at 4")
    let single = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try single.run(step, "index").succeeded() }
    try single.run("finetune", "index", "--task", "questions").fails(saying: "SQuAD", "'answers'")
  }

  /// Arms and slices as of all else; what is stored gives the scores again.
  @Test func questionsAreCompared() throws {
    let (sandbox, _) = try squad()
    try split(sandbox)
    let options = [
      "compare", "index", "--task", "questions", "--seeds", "2", "--study-steps", "2",
    ]
    let summary = try sandbox.run(options + ["--json"]).succeeded().object()
    let analysis = try #require(summary["analysis"] as? [String: Any])
    let scores = try #require(analysis["scores"] as? [[String: Any]])
    #expect(Set(scores.map { $0["metric"] as! String }) == ["answerF1", "exactMatch"])
    #expect(try sandbox.run(options).succeeded().text.contains("F1 of answers with 95% intervals"))
    try sandbox.run("verify", "index", "--replay").succeeded()
    let plain = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try plain.run(step, "index").succeeded() }
    try plain.run("compare", "index", "--task", "questions").fails(saying: "questions")
  }
}
