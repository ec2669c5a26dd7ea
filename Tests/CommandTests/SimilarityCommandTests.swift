import Foundation
import Testing

/// Sentence vectors that learn what is alike, from the file to an index made with them.
@Suite struct SimilarityCommandTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    return sandbox
  }

  private func prepare(_ sandbox: Sandbox, _ arguments: String...) throws {
    try sandbox.run(["index"] + arguments + ["--out", "index"]).succeeded()
    for step in ["dedup", "cluster", "split"] { try sandbox.run(step, "index").succeeded() }
  }

  /// Neighbors of the small corpus as pairs; `score` makes the rest of the row.
  private func writePairs(_ sandbox: Sandbox, _ rest: (_ number: Int, Bool) -> String) throws {
    let rows = try sandbox.rows("corpus.jsonl")
    let lines = rows.indices.dropLast().map { number in
      func quoted(_ row: Int) -> String {
        let data = try! JSONSerialization.data(
          withJSONObject: rows[row]["text"]!, options: [.fragmentsAllowed])
        return String(decoding: data, as: UTF8.self)
      }
      let isAlike = rows[number]["label"] as? String == rows[number + 1]["label"] as? String
      return #"{"a":\#(quoted(number)),"b":\#(quoted(number + 1))\#(rest(number, isAlike))}"#
    }
    try sandbox.write("pairs.jsonl", lines.joined(separator: "\n") + "\n")
  }

  private func similarity(
    _ sandbox: Sandbox, _ arguments: String...
  ) throws -> [String: Any] {
    let output = try sandbox.run(
      ["finetune", "index", "--task", "similarity", "--epochs", "2", "--json"] + arguments
    ).succeeded().object()
    let metrics = try #require(output["metrics"] as? [String: Any])
    #expect(metrics["report"] == nil && metrics["baselines"] == nil)
    return try #require(metrics["similarity"] as? [String: Any])
  }

  @Test func pairsWithScoresGiveAModelToIndexWith() throws {
    let sandbox = try sandbox()
    try writePairs(sandbox) { number, isAlike in #","label":\#(isAlike ? 3 + number % 3 : 1)"# }
    try prepare(sandbox, "pairs.jsonl", "--text-field", "a", "--text-field", "b")
    let scores = try similarity(sandbox, "--out", "tuned")
    #expect(scores["loss"] as? String == "cosent" && scores["source"] as? String == "scores")
    let after = try #require(scores["after"] as? [String: Any])
    #expect(after["spearman"] is Double && after["pearson"] is Double && after["retrieval"] == nil)
    #expect(scores["gain"] is [String: Any])

    let text = try sandbox.run(
      "finetune", "index", "--task", "similarity", "--epochs", "2", "--out", "tuned"
    ).succeeded().text
    for word in ["nothing to do", "Spearman", "before", "after", "gain of the", "tuned"] {
      #expect(text.contains(word), "\(word)")
    }
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("report", "index").succeeded()
    let modules = try JSONSerialization.jsonObject(with: sandbox.data("tuned/modules.json"))
    #expect((modules as? [[String: Any]])?.count == 3)
    try sandbox.run("index", "corpus.jsonl", "--model", "tuned", "--out", "again").succeeded()
    // What is there already is trained on, with another loss.
    try sandbox.run(
      "finetune", "index", "--task", "similarity", "--model", "tuned", "--loss", "cosine",
      "--steps", "3", "--out", "more"
    ).succeeded()
  }

  @Test func lossesFollowTheData() throws {
    let sandbox = try sandbox()
    try writePairs(sandbox) { _, isAlike in #","label":\#(isAlike ? 1 : 0)"# }
    try prepare(sandbox, "pairs.jsonl", "--text-field", "a", "--text-field", "b")
    let binary = try similarity(sandbox)
    #expect(binary["loss"] as? String == "contrastive")
    #expect((binary["after"] as? [String: Any])?["averagePrecision"] is Double)

    try writePairs(sandbox) { number, _ in #","c":"no \#(number)""# }
    try sandbox.run(
      "index", "pairs.jsonl", "--text-field", "a", "--text-field", "b", "--text-field", "c",
      "--out", "triples"
    ).succeeded()
    for step in ["dedup", "cluster", "split"] { try sandbox.run(step, "triples").succeeded() }
    let ranked = try sandbox.run(
      "finetune", "triples", "--task", "similarity", "--steps", "4", "--batch-size", "8",
      "--accumulation", "2", "--dimensions", "32,8", "--symmetric", "--json"
    ).succeeded().object()
    let scores = try #require(
      (ranked["metrics"] as? [String: Any])?["similarity"] as? [String: Any])
    #expect(scores["loss"] as? String == "ranking" && scores["source"] as? String == "fields")
    let after = try #require(scores["after"] as? [String: Any])
    #expect(after["retrieval"] is [String: Any] && after["accuracy"] is Double)
  }

  @Test func recordsOfOneTextArePairedByLabelOrCluster() throws {
    let sandbox = try sandbox()
    try prepare(sandbox, "corpus.jsonl")
    let labeled = try similarity(sandbox, "--hard-negatives", "1")
    #expect(labeled["source"] as? String == "labels" && labeled["loss"] as? String == "ranking")
    let triplets = try similarity(sandbox, "--loss", "triplet")
    #expect((triplets["after"] as? [String: Any])?["accuracy"] is Double)
  }

  @Test func sweepsAndPrintedConfigurationsKnowVectors() throws {
    let sandbox = try sandbox()
    try prepare(sandbox, "corpus.jsonl")
    let yaml = try sandbox.run(
      "finetune", "index", "--task", "similarity", "--print-config"
    ).succeeded().text
    #expect(yaml.contains("task: similarity") && yaml.contains("loss: ranking"))
    try sandbox.write(
      "search.yaml", "task: similarity\nsteps: 4\nsearch:\n  learning-rate: [1e-4, 1e-3]\n")
    let swept = try sandbox.run(
      "sweep", "index", "--recipe", "search.yaml", "--trials", "2", "--json"
    ).succeeded().object()
    let trials = try #require(swept["trials"] as? [[String: Any]])
    #expect(trials.count == 2 && trials.allSatisfy { $0["score"] is Double })
  }

  @Test func whatCannotBeLearnedIsSaid() throws {
    let sandbox = try sandbox()
    try prepare(sandbox, "corpus.jsonl")
    let finetune = ["finetune", "index", "--task"]
    try sandbox.run(finetune + ["similarity", "--loss", "cosent"]).fails(saying: "score", "cosent")
    try sandbox.run(finetune + ["classify", "--loss", "ranking"]).fails(64, saying: "--loss")
    try sandbox.run(finetune + ["similarity", "--dimensions", "8,x"])
      .fails(64, saying: "--dimensions")
    try sandbox.run(finetune + ["similarity", "--dimensions", "4096"]).fails(saying: "1...32")
    try sandbox.run(finetune + ["similarity", "--loss-scale", "0"]).fails(64, saying: "above 0")
  }
}
