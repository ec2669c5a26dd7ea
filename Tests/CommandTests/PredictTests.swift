import Foundation
import Testing

@Suite struct PredictTests {
  /// A model that is no good, but the same for all tests.
  private func tuned() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    try sandbox.run("finetune", "index", "--steps", "3", "--out", "tuned").succeeded()
    return sandbox
  }

  private func objects(_ lines: String) throws -> [[String: Any]] {
    try lines.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func textsFilesAndStreamsGiveTheSame() throws {
    let sandbox = try tuned()
    let texts = ["I forgot my password.", "Where is my parcel?", "", "Do you, too?"]
    let precision = ["--precision", "f32"]
    let typed = try sandbox.run(
      ["predict", "tuned"] + texts + ["--json", "--top-k", "99"] + precision
    ).succeeded()
    let answers = try objects(typed.text)
    #expect(answers.map { $0["text"] as? String } == texts)
    for answer in answers {
      let top = try #require(answer["top"] as? [[String: Any]])
      let probabilities = top.compactMap { $0["probability"] as? Double }
      #expect(probabilities.count == 6 && probabilities == probabilities.sorted(by: >))
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      #expect(top[0]["label"] as? String == answer["prediction"] as? String)
      #expect(probabilities[0] == answer["probability"] as? Double)
    }

    try sandbox.write(
      "in.jsonl", texts.map { "{\"text\":\"\($0)\",\"label\":\"none\"}\n" }.joined())
    let summary = try sandbox.run(
      ["predict", "tuned", "--file", "in.jsonl", "--out", "out.jsonl", "--json"] + precision
    ).succeeded().object()
    #expect(summary["records"] as? Int == 4 && summary["unknownLabels"] as? Int == 4)
    #expect(summary["accuracy"] == nil && summary["precision"] as? String == "f32")
    let rows = try sandbox.rows("out.jsonl")
    #expect(rows.map { $0["id"] as? String } == (1...4).map { "in:\($0)" })
    #expect(rows.map { $0["label"] as? String } == ["none", "none", "none", "none"])
    let found = { (rows: [[String: Any]]) in rows.map { $0["probability"] as? Double } }
    #expect(found(rows) == found(answers))

    let lines = texts.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    let streamed = try sandbox.run(
      ["predict", "tuned", "-", "--json"] + precision, input: Data(lines.utf8)
    ).succeeded()
    #expect(
      found(try objects(streamed.text)) == found(answers.filter { $0["text"] as? String != "" }))
  }

  /// Accuracy is that of the rows written, whatever the precision.
  @Test(arguments: ["auto", "f32", "int8"])
  func labelsOfTheFileAreScored(precision: String) throws {
    let sandbox = try tuned()
    let summary = try sandbox.run(
      "predict", "tuned", "--file", "corpus.jsonl", "--out", "out.csv", "--precision", precision,
      "--json"
    ).succeeded().object()
    let rows = try sandbox.run(
      "predict", "tuned", "--file", "corpus.jsonl", "--json", "--precision", precision
    ).succeeded()
    let answers = try objects(rows.text)
    let right = answers.count { $0["label"] as? String == $0["prediction"] as? String }
    let accuracy = try #require(summary["accuracy"] as? Double)
    #expect(answers.count == 227 && summary["scored"] as? Int == 227)
    #expect(abs(accuracy - Double(right) / 227) < 1e-12)
    let table = try sandbox.text("out.csv").split(separator: "\r\n")
    #expect(table[0] == "id,text,label,prediction,probability,top" && table.count == 228)
  }

  @Test func severalLabelsMayHold() throws {
    let sandbox = try tuned()
    let file = "tuned/config.json"
    var fields = try #require(
      JSONSerialization.jsonObject(with: Data(sandbox.text(file).utf8)) as? [String: Any])
    fields["problem_type"] = "multi_label_classification"
    try sandbox.write(
      file, String(decoding: JSONSerialization.data(withJSONObject: fields), as: UTF8.self))
    let run = try sandbox.run("predict", "tuned", "hello", "--json", "--top-k", "6").succeeded()
    let answer = try #require(try objects(run.text).first)
    let top = try #require(answer["top"] as? [[String: Any]])
    let over = top.filter { ($0["probability"] as? Double ?? 0) >= 0.5 }
      .compactMap { $0["label"] as? String }
    let predicted = answer["prediction"] as? [String] ?? [answer["prediction"] as? String ?? ""]
    #expect(Set(predicted) == Set(over))
    fields["problem_type"] = "regression"
    try sandbox.write(
      file, String(decoding: JSONSerialization.data(withJSONObject: fields), as: UTF8.self))
    try sandbox.run("predict", "tuned", "hello").fails(saying: "problem_type")
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.run("predict", "model").fails(64, saying: "--file")
    try sandbox.run("predict", "model", "a", "--file", "b").fails(64, saying: "--file")
    try sandbox.run("predict", "model", "a", "--top-k", "0").fails(64, saying: "--top-k")
    try sandbox.run("predict", "model", "a").fails(saying: "a classifier", "fine-tuning saved")
  }
}
