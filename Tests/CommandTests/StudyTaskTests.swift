import Foundation
import GRDB
import Testing

/// `compare` with what is learned besides one label a text.
@Suite struct StudyTaskTests {
  private func sandbox(_ lines: [String], _ fields: String...) throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try TinyModel.writeTokenizer(to: sandbox.url("model"))
    try sandbox.write("records.jsonl", lines.joined(separator: "\n") + "\n")
    try sandbox.run(
      ["index", "records.jsonl", "--out", "index"] + fields.flatMap { ["--text-field", $0] }
    ).succeeded()
    for step in [
      ["dedup", "index", "--threshold", "0.9"], ["cluster", "index"], ["split", "index"],
    ] { try sandbox.run(step).succeeded() }
    return sandbox
  }

  /// Rows of the small corpus with what `row` makes of number, label and text.
  private func lines(_ count: Int, _ row: (Int, String, String) -> [String: Any]) throws
    -> [String]
  {
    let corpus = try String(contentsOf: Sandbox.corpus, encoding: .utf8)
    return try corpus.split(separator: "\n").prefix(count).enumerated().map { number, line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as! [String: Any]
      let row = row(number, object["label"] as! String, object["text"] as! String)
      let json = try JSONSerialization.data(withJSONObject: row, options: [.sortedKeys])
      return String(decoding: json, as: UTF8.self)
    }
  }

  private func compare(_ sandbox: Sandbox, _ options: String...) throws -> [String: Any] {
    let arguments = ["compare", "index", "--seeds", "2", "--study-steps", "3"] + options
    let summary = try sandbox.run(arguments + ["--json"]).succeeded().object()
    #expect(summary["nothingToDo"] as? Bool == false)
    let again = try sandbox.run(arguments).succeeded().text
    #expect(again.hasPrefix("compare: nothing to do\n"))
    let analysis = try #require(summary["analysis"] as? [String: Any])
    let title = try #require(analysis["primaryMetric"] as? String)
    let titles = [
      "microF1": "micro-F1", "relationF1": "macro-F1 of relations",
      "spearman": "Spearman correlation", "accuracy": "accuracy",
      "entityF1": "entity F1", "meanReciprocalRank": "mean reciprocal rank",
    ]
    #expect(again.contains("\(titles[title]!) with 95% intervals, by slice"))
    try sandbox.run("verify", "index", "--replay").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(
      try sandbox.text("index/report.md").contains(
        "scored on the same test items by \(titles[title]!)"))
    return analysis
  }

  private func metrics(_ analysis: [String: Any]) throws -> Set<String> {
    Set(try #require(analysis["scores"] as? [[String: Any]]).map { $0["metric"] as! String })
  }

  @Test func setsOfLabels() throws {
    let sandbox = try sandbox(
      lines(160) { ["label": [$1, $2.contains("?") ? "question" : "statement"], "text": $2] })
    let analysis = try compare(sandbox)
    #expect(try metrics(analysis) == ["microF1", "macroF1", "accuracy"])
    #expect((analysis["baselines"] as? [Any])?.isEmpty == true)
    #expect(analysis["leakContribution"] == nil)
  }

  @Test func numbers() throws {
    let sandbox = try sandbox(lines(160) { ["label": Double($2.count) / 4, "text": $2] })
    try sandbox.run("compare", "index").fails(saying: "--task regress")
    let analysis = try compare(sandbox, "--task", "regress")
    #expect(try metrics(analysis) == ["spearman", "pearson"])
    let comparisons = try #require(analysis["comparisons"] as? [[String: Any]])
    #expect(comparisons.contains { $0["family"] as? String == "primary" })
  }

  /// The text of a pair is both fields together: that is what near-copies are judged by.
  @Test func pairsOfTexts() throws {
    let texts = try lines(160) { ["text": $2] }.map {
      (try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: String])["text"]!
    }
    let sandbox = try sandbox(
      lines(150) { number, _, text in
        [
          "a": text, "b": number % 3 == 0 ? texts[(number + 60) % 150] : "About: " + text,
          "label": number % 3 == 0 ? "no" : "yes",
        ]
      }, "a", "b")
    let analysis = try compare(sandbox, "--task", "pairs")
    #expect(try metrics(analysis) == ["accuracy", "macroF1"])
    // Vectors of both texts joined say nothing of how they go together.
    #expect((analysis["baselines"] as? [Any])?.isEmpty == true)
  }

  /// Two directions of one relation, and texts that have none: scored as relations are.
  @Test func relations() throws {
    let sandbox = try sandbox(
      lines(150) { number, _, text in
        let words = text.split(separator: " ")
        return [
          "text": "<e1>\(words[0])</e1> <e2>\(words[1])</e2> "
            + words.dropFirst(2).joined(separator: " "),
          "label": ["Part(e1,e2)", "Part(e2,e1)", "Other"][number % 3],
        ]
      })
    let analysis = try compare(sandbox, "--task", "relations")
    #expect(try metrics(analysis) == ["relationF1", "accuracy", "macroF1"])
    #expect(analysis["leakContribution"] == nil)
  }

  private static let cities = ["Paris", "London", "Bern", "Rome", "Oslo", "Kyoto", "Lima", "Cairo"]
  private static let people = ["Anna", "Peter", "Maria", "Tom", "Lucy", "Omar", "Eva", "Hugo"]

  /// Sentences with a person and a city, every fourth said twice.
  private var tagged: [String] {
    let verbs = ["visits", "leaves", "likes", "paints", "misses", "knows", "studies"]
    let ends = ["today", "with a friend", "every summer", "by train", "for the first time"]
    return (0..<120).map { number in
      let number = number % 4 == 3 ? number - 1 : number
      let words =
        [Self.people[number * 5 % 8], verbs[number / 3 % 7], Self.cities[number * 3 % 8]]
        + ends[number / 2 % 5].split(separator: " ").map(String.init) + ["no", "\(number)"]
      let tags = ["B-PER", "O", "B-LOC"] + words.dropFirst(3).map { _ in "O" }
      return "{\"tokens\":[\(words.map { "\"\($0)\"" }.joined(separator: ","))],"
        + "\"tags\":[\(tags.map { "\"\($0)\"" }.joined(separator: ","))]}"
    }
  }

  @Test func tagsOfWords() throws {
    let sandbox = try sandbox(tagged)
    try sandbox.run("compare", "index").fails(saying: "none labeled")
    let analysis = try compare(sandbox, "--task", "tokens")
    #expect(try metrics(analysis) == ["entityF1", "seenEntityF1", "unseenEntityF1"])
    let items = try #require(analysis["items"] as? [String: Int])
    #expect(items["all"] == 24 && items["leaked"]! > 0)
    let runs = try #require(analysis["runs"] as? [String])
    let arms = Set(try #require(analysis["fits"] as? [[String: Any]]).map { $0["arm"] as! String })
    #expect(arms.contains("raw") && arms.contains("decontaminated") && runs.count == 2 * arms.count)
    // After three updates nothing is learned, and no plain classifier is there to say so.
    let verdict = try #require(analysis["verdict"] as? [String: Any])
    #expect("\(verdict["caveats"]!)".contains("Training was not finished"))

    // What is stored gives entities again: tags of truth and prediction.
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    let (answers, label) = try database.read {
      (
        try String.fetchAll($0, sql: "SELECT DISTINCT answer FROM runs"),
        try String.fetchOne($0, sql: "SELECT label FROM predictions LIMIT 1")
      )
    }
    #expect(answers == ["tags"] && label?.hasPrefix(#"["B-PER","O","B-LOC","#) == true)
    try database.write {
      try $0.execute(
        sql: "UPDATE predictions SET predicted = label, correct = 1 WHERE run = ?",
        arguments: [runs[0]])
    }
    try sandbox.run("verify", "index").fails(3)
  }

  @Test func sentenceVectors() throws {
    let scored = try sandbox(
      lines(150) { ["a": $2, "b": "So: " + $2, "label": Double($0 % 7) / 2] }, "a", "b")
    #expect(try metrics(compare(scored, "--task", "similarity")) == ["spearman", "pearson"])
    try scored.run("compare", "index", "--task", "similarity", "--loss", "ranking")
      .fails(saying: "without scores")
    let ranked = try sandbox(lines(150) { ["a": $2, "b": "So: " + $2, "id": "r\($0)"] }, "a", "b")
    #expect(try metrics(compare(ranked, "--task", "similarity")) == ["meanReciprocalRank"])
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try sandbox(lines(60) { ["label": $1, "text": $2] })
    let compare = ["compare", "index", "--task"]
    try sandbox.run(compare + ["tokens"]).fails(saying: "'tokens' and 'tags'")
    try sandbox.run(compare + ["similarity"]).fails(saying: "two fields")
    try sandbox.run(compare + ["pairs"]).fails(saying: "two fields")
    try sandbox.run(compare + ["regress"]).fails(saying: "a number as label")
    try sandbox.run(compare + ["classify", "--tag-names", "O"]).fails(64, saying: "--tag-names")
    try sandbox.run(compare + ["classify", "--loss", "cosent"]).fails(64, saying: "--loss")
  }

  /// CoNLL files of several columns, read by one of them and written again.
  @Test func columnsOfTags() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    let sentences = (0..<30).map {
      "Tom\tNNP\tB-PER\tx\nleft\tVBD\tO\ty\nno\tX\tO\tz\n\($0)\tCD\tO\tw\n"
    }
    try sandbox.write("tags.conll", sentences.joined(separator: "\n"))
    let index = ["index", "tags.conll", "--out", "index", "--tag-column"]
    try sandbox.run(index + ["1"]).fails(64, saying: "--tag-column")
    try sandbox.run(index + ["5"]).fails(saying: "tags.conll:1", "a tag in column 5", "4 columns")
    try sandbox.run(index + ["3"]).succeeded()
    try sandbox.run("index", "tags.conll", "--append", "--out", "index")
      .fails(saying: "--tag-column 3")
    try sandbox.run("export", "index", "--what", "all", "--out", "out.conll").succeeded()
    #expect(
      try sandbox.text("out.conll").hasPrefix("Tom\tB-PER\nleft\tO\nno\tO\n0\tO\n\nTom\tB-PER\n"))
    let plain = try Sandbox().indexed()
    try plain.run("export", "index", "--what", "all", "--out", "out.conll")
      .fails(saying: "'tokens' and 'tags'")
  }
}
