import Foundation
import Testing

/// Several labels a text, and numbers, from the file to the model and its predictions.
@Suite struct LabelTaskTests {
  /// The small corpus with what `label` makes of each row's label and text.
  private func corpus(_ label: (_ number: Int, String, String) -> Any?) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.rows("corpus.jsonl").enumerated().map { number, row in
      var row = row
      row["label"] = label(number, row["label"] as! String, row["text"] as! String)
      let json = try JSONSerialization.data(withJSONObject: row, options: [.sortedKeys])
      return String(decoding: json, as: UTF8.self)
    }
    try sandbox.write("corpus.jsonl", lines.joined(separator: "\n") + "\n")
    return sandbox
  }

  private static func set(_ number: Int, _ label: String, _ text: String) -> Any? {
    [text.contains("?") ? "question" : nil, label].compactMap { $0 }
  }

  private func prepared(_ sandbox: Sandbox) throws -> Sandbox {
    for step in ["index corpus.jsonl --out", "dedup --threshold 0.8", "cluster", "split"] {
      let words = step.split(separator: " ").map(String.init)
      try sandbox.run(words + ["index"]).succeeded()
    }
    return sandbox
  }

  @Test func severalLabelsFromTheFileToThePredictions() throws {
    let sandbox = try prepared(corpus(Self.set))
    let arguments = [
      "finetune", "index", "--out", "tuned", "--epochs", "3", "--learning-rate", "3e-3",
    ]
    let metrics = try #require(
      try sandbox.run(arguments + ["--json"]).succeeded().object()["metrics"] as? [String: Any])
    let report = try #require(metrics["multiLabel"] as? [String: Any])
    #expect((report["labels"] as? [String])?.count == 7 && metrics["report"] == nil)
    #expect(metrics["baselines"] == nil)
    let text = try sandbox.run(arguments).succeeded().text
    for word in ["question ", "samples average", "weighted average", "all labels", "nothing to do"]
    {
      #expect(text.contains(word), "\(word)")
    }
    #expect(!text.contains("frozen vectors"))
    let saved = try JSONSerialization.jsonObject(with: sandbox.data("tuned/training.json"))
    let threshold = try #require((saved as? [String: Any])?["threshold"] as? Double)
    #expect(threshold == metrics["threshold"] as? Double)
    try sandbox.run("verify", "index").succeeded()

    let summary = try sandbox.run(
      "predict", "tuned", "--file", "corpus.jsonl", "--out", "out.jsonl", "--json", "--top-k", "7"
    ).succeeded().object()
    #expect(summary["scored"] as? Int == 227 && summary["microF1"] as? Double ?? 0 > 0)
    for row in try sandbox.rows("out.jsonl") {
      let top = try #require(row["top"] as? [[String: Any]])
      let over = top.filter { ($0["probability"] as? Double)! >= threshold }
        .map { $0["label"] as? String }
      #expect(Set(try #require(row["prediction"] as? [String])) == Set(over.compactMap { $0 }))
      #expect(row["label"] is [String])
    }
  }

  @Test func aFieldOfSeveralLabelsIsReadByItsSeparator() throws {
    let sandbox = try corpus { number, label, _ in "\(number % 2 == 0 ? "even; " : "")\(label)" }
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--label-separator", ";").succeeded()
    try sandbox.run("dedup", "index").succeeded()
    let counts = try sandbox.run("composition", "index", "--by", "label", "--json").succeeded().text
    #expect(counts.contains("even") && counts.contains("account"))
    try sandbox.run("index", "corpus.jsonl", "--append", "--out", "index")
      .fails(saying: "--label-separator")
    try sandbox.run("index", "corpus.jsonl", "--label-separator", "").fails(64, saying: "empty")
    try sandbox.write("bad.jsonl", #"{"text":"a","label":[{"name":"b"}]}"# + "\n")
    try sandbox.run("index", "bad.jsonl", "--out", "x").fails(
      saying: "bad.jsonl:1", "array of labels")
  }

  /// Near-duplicates with other labels in their sets, or other numbers, are told.
  @Test func differentSetsAndNumbersAreConflicts() throws {
    let texts = [
      "Where is my parcel today?", "Where is my parcel today??", "How do I close my account?",
      "How do I close my account??", "I need a refund now.", "I need a refund now!!",
    ]
    let labels = [
      [#"["a","b"]"#, #"["b","a"]"#, #"["a"]"#, #"["a","c"]"#, "[]", "[]"],
      ["1.50", "1.5", "2.5", "2.0", "3", "3.0"],
    ]
    for (number, labels) in labels.enumerated() {
      let sandbox = try Sandbox()
      try TinyModel.write(to: sandbox.url("model"))
      let rows = zip(texts, labels).map { "{\"text\":\"\($0)\",\"label\":\($1)}\n" }
      try sandbox.write("corpus.jsonl", rows.joined())
      try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
      let dedup = try sandbox.run("dedup", "index", "--threshold", "0.9", "--json").succeeded()
        .object()
      #expect(dedup["conflicts"] as? Int == 1, "\(number): \(dedup)")
      try sandbox.run("verify", "index").succeeded()
    }
  }

  @Test func numbersFromTheFileToThePredictions() throws {
    let sandbox = try prepared(corpus { _, _, text in 20 + Double(text.count) / 4 })
    let arguments = [
      "finetune", "index", "--task", "regress", "--out", "tuned", "--epochs", "3",
      "--learning-rate", "3e-3",
    ]
    let metrics = try #require(
      try sandbox.run(arguments + ["--json"]).succeeded().object()["metrics"] as? [String: Any])
    let report = try #require(metrics["regression"] as? [String: Any])
    let error = try #require(report["rootMeanSquaredError"] as? Double)
    #expect(error > 0 && error < 30 && metrics["report"] == nil && metrics["baselines"] == nil)
    let text = try sandbox.run(arguments).succeeded().text
    #expect(text.contains("Spearman") && !text.contains("frozen vectors"))
    try sandbox.run("verify", "index").succeeded()
    let summary = try sandbox.run(
      "predict", "tuned", "--file", "corpus.jsonl", "--out", "out.jsonl", "--json"
    ).succeeded().object()
    let scores = try #require(summary["regression"] as? [String: Any])
    #expect(summary["scored"] as? Int == 227 && scores["items"] as? Int == 227)
    let rows = try sandbox.rows("out.jsonl")
    #expect(rows.allSatisfy { $0["prediction"] is Double && $0["probability"] == nil })
    let line = try sandbox.run("predict", "tuned", "Where is my parcel?").succeeded().text
    #expect(Double(line.split(separator: "\t")[0]) != nil)
  }

  @Test func whatCannotBeLearnedIsTold() throws {
    let sandbox = try prepared(corpus(Self.set))
    try sandbox.run("finetune", "index", "--task", "regress").fails(
      saying: "cs-", "--task classify")
    let scores = try prepared(corpus { number, _, _ in Double(number) / 2 })
    try scores.run("compare", "index").fails(saying: "numbers")
    try scores.run("finetune", "index", "--task", "regress", "--label-smoothing", "0.1")
      .fails(saying: "labelSmoothing")
    let same = try prepared(corpus { _, _, _ in 2.5 })
    try same.run("finetune", "index", "--task", "regress").fails(saying: "two numbers")
  }

  @Test func labelsThatOnlyTheTestPartHasAreTold() throws {
    let sandbox = try corpus(Self.set)
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n").map(String.init)
    let (test, train) = (lines.prefix(40), lines.dropFirst(40))
    try sandbox.write("train.jsonl", train.joined(separator: "\n") + "\n")
    try sandbox.write(
      "test.jsonl",
      test.joined(separator: "\n") + "\n" + #"{"id":"n","text":"Brand new.","label":["novel"]}"#
        + "\n")
    try sandbox.run("index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index")
      .succeeded()
    for step in ["dedup", "cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    let outcome = try sandbox.run("finetune", "index", "--steps", "2").succeeded()
    #expect(outcome.errors.contains("only the test part has") && outcome.errors.contains("'novel'"))
  }
}
