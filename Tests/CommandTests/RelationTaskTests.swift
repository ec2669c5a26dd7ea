import Foundation
import Testing

/// `finetune --task relations` and `predict` on texts that mark two entities.
@Suite struct RelationTaskTests {
  /// Sentences of which each is there with two pairs of its words marked, as TSV without a header: label and
  /// sentence. Whether the pair goes forward is its label.
  private func lines(_ sandbox: Sandbox, _ rows: Range<Int>) throws -> [String] {
    try sandbox.rows("corpus.jsonl")[rows].enumerated().flatMap { number, row -> [String] in
      let words = (row["text"] as! String).split(separator: " ").map(String.init)
      guard words.count > 4 else { return [] }
      return [(1, 3), (4, 2)].enumerated().map { pair, places in
        var marked = words
        marked[places.0] = "<e1>\(words[places.0])</e1>"
        marked[places.1] = "<e2> \(words[places.1]) </e2>"
        let label =
          number % 5 == 0 ? "Other" : pair == 0 ? "Before(e1,e2)" : "Before(e2,e1)"
        return label + "\t" + marked.joined(separator: " ")
      }
    }
  }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    try TinyModel.writeTokenizer(to: sandbox.url("model"))
    return sandbox
  }

  private let columns = ["--no-header", "--text-field", "2", "--label-field", "1"]

  private func indexed(_ sandbox: Sandbox, _ files: String...) throws {
    try sandbox.run(["index"] + files + columns + ["--out", "index", "--force"]).succeeded()
    // To the small model, which adds up words, markers make all sentences alike.
    try sandbox.run("dedup", "index", "--threshold", "0.9999").succeeded()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
  }

  private func write(_ sandbox: Sandbox, _ name: String, _ rows: Range<Int>) throws {
    try sandbox.write(name, lines(sandbox, rows).joined(separator: "\n") + "\n")
  }

  /// Sentences of the exported parts, without markers.
  private func sentences(_ sandbox: Sandbox, _ part: String) throws -> Set<String> {
    Set(
      try sandbox.rows("parts/\(part).jsonl").map { row in
        ["<e1>", "</e1>", "<e2>", "</e2>", " "].reduce(row["2"] as! String) {
          $0.replacing($1, with: "")
        }
      })
  }

  @Test func relationsFromFileToPrediction() throws {
    let sandbox = try sandbox()
    try write(sandbox, "set.tsv", 0..<150)
    try indexed(sandbox, "set.tsv")
    try sandbox.run("export", "index", "--what", "splits", "--out", "parts").succeeded()
    let parts = try ["train", "development", "test"].map { try sentences(sandbox, $0) }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] { #expect(parts[a].isDisjoint(with: parts[b])) }
    // Both pairs of a sentence stay: next to nothing but near-duplicates of other sentences goes.
    let kept = try sandbox.rows("parts/train.jsonl").count
    #expect(kept > parts[0].count * 3 / 2)

    let arguments = ["finetune", "index", "--task", "relations", "--out", "tuned", "--epochs", "3"]
    let metrics = try #require(
      try sandbox.run(arguments + ["--json"]).succeeded().object()["metrics"] as? [String: Any])
    let relations = try #require(metrics["relations"] as? [String: Any])
    #expect(relations["relations"] as? [String] == ["Before"])
    #expect(relations["other"] as? String == "Other" && metrics["report"] != nil)
    let text = try sandbox.run(arguments).succeeded().text
    #expect(text.contains("nothing to do") && text.contains("macro-F1 of relations"))
    #expect(text.contains("without Other"))
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("report", "index").succeeded()

    let summary = try sandbox.run(
      ["predict", "tuned", "--file", "set.tsv", "--out", "out.jsonl", "--json"] + columns
    ).succeeded().object()
    let scored = try #require(summary["relations"] as? [String: Any])
    #expect(scored["macro"] is [String: Any] && (summary["scored"] as? Int ?? 0) > 200)
    let answer = try sandbox.rows("out.jsonl")[0]
    #expect(answer["probability"] is Double && answer["prediction"] is String)
    let line = try sandbox.run(
      "predict", "tuned", "My <e1>card</e1> was lost in the <e2>mail</e2>.", "--top-k", "2"
    ).succeeded().text
    #expect(line.split(separator: "\t").count == 5)
    // Places in JSON lines mean the same as markers.
    try sandbox.write(
      "places.jsonl", #"{"text":"My card was lost in the mail.","e1":[3,7],"e2":[24,28]}"# + "\n")
    #expect(
      try sandbox.run("predict", "tuned", "--file", "places.jsonl", "--top-k", "2").succeeded()
        .text == line)
  }

  /// What of a sentence is in a given test set does not train.
  @Test func givenTestSetsShareNoSentence() throws {
    let sandbox = try sandbox()
    let all = try lines(sandbox, 0..<60)
    // Of every fourth sentence one pair is in the test set.
    let test = all.indices.filter { $0 % 8 == 0 }
    try sandbox.write("test.tsv", test.map { all[$0] }.joined(separator: "\n") + "\n")
    let train = all.indices.filter { $0 % 8 != 0 }
    try sandbox.write("train.tsv", train.map { all[$0] }.joined(separator: "\n") + "\n")
    try indexed(sandbox, "--train", "train.tsv", "--test", "test.tsv")
    try sandbox.run("export", "index", "--what", "splits", "--out", "parts").succeeded()
    let parts = try ["train", "test"].map { try sentences(sandbox, $0) }
    #expect(parts[0].isDisjoint(with: parts[1]) && !parts[0].isEmpty)
    #expect(try sandbox.rows("parts/test.jsonl").count == test.count)
    try sandbox.run("verify", "index").succeeded()
  }

  @Test func recipesAndOtherLabels() throws {
    let sandbox = try sandbox()
    try write(sandbox, "set.tsv", 0..<80)
    try indexed(sandbox, "set.tsv")
    let yaml = try sandbox.run(
      "finetune", "index", "--task", "relations", "--other-label", "Before(e1,e2)", "--epochs", "1",
      "--print-config"
    ).succeeded().text
    #expect(yaml.contains("other-label: Before(e1,e2)"))
    try sandbox.write("recipe.yaml", yaml)
    let metrics = try #require(
      try sandbox.run(
        "finetune", "index", "--recipe", "recipe.yaml", "--method", "lora", "--json"
      ).succeeded().object()["metrics"] as? [String: Any])
    let relations = try #require(metrics["relations"] as? [String: Any])
    #expect(relations["relations"] as? [String] == ["Before", "Other"])
    #expect(relations["other"] as? String == "Before(e1,e2)")
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try sandbox()
    try write(sandbox, "set.tsv", 0..<60)
    let good = try sandbox.text("set.tsv")
    try sandbox.write("set.tsv", good + "Other\tA <e1>sentence</e1> with one entity.\n")
    try indexed(sandbox, "set.tsv")
    let count = good.split(separator: "\n").count + 1
    try sandbox.run("finetune", "index", "--task", "relations").fails(
      saying: "set.tsv:\(count)", "<e2>", "mark both")
    try sandbox.run("finetune", "index", "--other-label", "x").fails(64, saying: "--task relations")
    try write(sandbox, "set.tsv", 0..<60)
    try indexed(sandbox, "set.tsv")
    try sandbox.run("finetune", "index", "--task", "relations", "--maximum-tokens", "4").fails(
      saying: "tokens")
    try FileManager.default.removeItem(at: sandbox.url("model/tokenizer.json"))
    try sandbox.run("finetune", "index", "--task", "relations").fails(
      saying: "tokenizer.json", "save_pretrained")
    try TinyModel.writeTokenizer(to: sandbox.url("model"))
    try sandbox.run(
      "finetune", "index", "--task", "relations", "--out", "tuned", "--steps", "2"
    ).succeeded()
    try sandbox.run("predict", "tuned", "no entities").fails(saying: "command line:1", "<e1>")
    try sandbox.write("bad.jsonl", #"{"text":"abc","e1":[0,2],"e2":[1,3]}"# + "\n")
    try sandbox.run("predict", "tuned", "--file", "bad.jsonl").fails(
      saying: "bad.jsonl:1", "cross")
  }
}
