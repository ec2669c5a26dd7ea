import Foundation
import Testing

/// `finetune --task pairs` and `predict` on pairs of texts.
@Suite struct PairTaskTests {
  /// Questions and answers; every third answer is that of another question. `label` names a row.
  private func corpus(_ label: (_ number: Int, _ fits: Bool) -> Any) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let texts = try sandbox.rows("corpus.jsonl").map { $0["text"] as! String }
    let lines = try (0..<150).map { number in
      let fits = number % 3 != 0
      let row: [String: Any] = [
        "id": "p\(number)", "question": texts[number],
        "answer": "About this: " + texts[fits ? number : (number + 60) % 150],
        "label": label(number, fits),
      ]
      let json = try JSONSerialization.data(withJSONObject: row, options: [.sortedKeys])
      return String(decoding: json, as: UTF8.self)
    }
    try sandbox.write("pairs.jsonl", lines.joined(separator: "\n") + "\n")
    try sandbox.run(
      "index", "pairs.jsonl", "--text-field", "question", "--text-field", "answer", "--out", "index"
    ).succeeded()
    for step in ["dedup", "cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  private func tuned(_ sandbox: Sandbox) throws -> [String: Any] {
    try #require(
      try sandbox.run(
        "finetune", "index", "--task", "pairs", "--out", "tuned", "--epochs", "2", "--json"
      ).succeeded().object()["metrics"] as? [String: Any])
  }

  @Test func labelsOfPairs() throws {
    let sandbox = try corpus { _, fits in fits ? "yes" : "no" }
    let metrics = try tuned(sandbox)
    let binary = try #require(metrics["binary"] as? [String: Any])
    #expect(binary["positive"] as? String == "yes" && metrics["report"] != nil)
    let precision = try #require(binary["averagePrecision"] as? Double)
    #expect(precision > 0 && precision <= 1 && metrics["baselines"] == nil)
    let text = try sandbox.run(
      "finetune", "index", "--task", "pairs", "--out", "tuned", "--epochs", "2"
    ).succeeded().text
    #expect(text.contains("nothing to do") && text.contains("average precision"))
    // Who might as well guess is told.
    let report = try #require(metrics["report"] as? [String: Any])
    let accuracy = try #require(report["accuracy"] as? Double)
    let supports = try #require(report["classes"] as? [[String: Any]]).map { $0["support"] as! Int }
    let mostFrequent = Double(supports.max()!) / Double(supports.reduce(0, +))
    #expect(
      text.contains("is right no more often than always answering 'yes'")
        == (accuracy <= mostFrequent))
    try sandbox.run("verify", "index").succeeded()

    // The same from a file, in any order of columns, and from the command line.
    let rows = try sandbox.rows("pairs.jsonl")
    let table =
      "answer,question\r\n"
      + rows.map { "\"\($0["answer"]!)\",\"\($0["question"]!)\"\r\n" }.joined()
    try sandbox.write("pairs.csv", table)
    func predictions(_ name: String, _ options: String...) throws -> [Double] {
      try sandbox.run(
        ["predict", "tuned", "--file", name, "--out", "out.jsonl", "--precision", "f32"] + options
      ).succeeded()
      return try sandbox.rows("out.jsonl").map { $0["probability"] as! Double }
    }
    let found = try predictions("pairs.jsonl")
    #expect(try predictions("pairs.csv") == found && found.count == 150)
    #expect(
      try predictions("pairs.jsonl", "--text-field", "answer", "--text-field", "question") != found)
    let typed = try sandbox.run(
      "predict", "tuned", rows[0]["question"] as! String, rows[0]["answer"] as! String, "--json",
      "--precision", "f32"
    ).succeeded().object()
    #expect(typed["probability"] as? Double == found[0])
    let summary = try sandbox.run(
      "predict", "tuned", "--file", "pairs.jsonl", "--out", "out.jsonl", "--json"
    ).succeeded().object()
    #expect(summary["scored"] as? Int == 150)
  }

  @Test func numbersAndSetsOfPairs() throws {
    let scores = try corpus { number, fits in (fits ? 3.5 : 0.5) + Double(number % 3) / 4 }
    let numbers = try tuned(scores)
    #expect(numbers["regression"] != nil && numbers["binary"] == nil)
    try scores.run("verify", "index").succeeded()
    let line = try scores.run("predict", "tuned", "One text.", "Another one.").succeeded().text
    #expect(Double(line.split(separator: "\t")[0]) != nil)
    let sets = try corpus { number, fits in number % 2 == 0 ? ["even", "\(fits)"] : ["\(fits)"] }
    #expect(try tuned(sets)["multiLabel"] != nil)
    try sets.run("verify", "index").succeeded()
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try corpus { _, fits in "\(fits)" }
    _ = try tuned(sandbox)
    try sandbox.run("predict", "tuned", "one", "two", "three").fails(64, saying: "pairs")
    try sandbox.run("predict", "tuned", "--file", "pairs.jsonl", "--text-field", "question")
      .fails(64, saying: "two fields")
    try sandbox.write("lame.jsonl", #"{"question":"a"}"# + "\n")
    try sandbox.run("predict", "tuned", "--file", "lame.jsonl").fails(
      saying: "lame.jsonl:1", "'answer'")
    try sandbox.write("null.jsonl", #"{"question":"a","answer":null}"# + "\n")
    try sandbox.run("predict", "tuned", "--file", "null.jsonl").fails(
      saying: "null.jsonl:1", "'answer'")
    let single = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try single.run(step, "index").succeeded() }
    try single.run("finetune", "index", "--task", "pairs").fails(
      saying: "--text-field", "two fields")
  }
}
