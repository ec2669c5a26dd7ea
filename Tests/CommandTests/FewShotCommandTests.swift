import Foundation
import Testing

/// `finetune --few-shot`, `--shots` and `--method head`, from the command line.
@Suite struct FewShotCommandTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  private func metrics(_ sandbox: Sandbox, _ arguments: String...) throws -> [String: Any] {
    let output = try sandbox.run(["finetune", "index", "--json"] + arguments).succeeded().object()
    return try #require(output["metrics"] as? [String: Any])
  }

  private func accuracy(_ metrics: [String: Any]) throws -> Double {
    try #require((metrics["report"] as? [String: Any])?["accuracy"] as? Double)
  }

  /// The head alone is the linear model that stands beside every fine-tuned one.
  @Test func headAloneIsTheLinearBaseline() throws {
    let sandbox = try sandbox()
    let full = try metrics(sandbox, "--steps", "2")
    let baselines = try #require(full["baselines"] as? [[String: Any]])
    let linear = baselines.first { $0["baseline"] as? String == "linear" }
    let head = try metrics(sandbox, "--method", "head", "--out", "tuned")
    #expect(try accuracy(head) == linear?["accuracy"] as? Double)
    #expect(head["updates"] as? Int == 0 && head["baselines"] == nil)
    let text = try sandbox.run("finetune", "index", "--method", "head", "--out", "tuned")
      .succeeded().text
    #expect(text.contains("nothing to do"))
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(sandbox.exists("tuned/head.safetensors") && sandbox.exists("tuned/modules.json"))
    let predicted = try sandbox.run(
      "predict", "tuned", "--file", "corpus.jsonl", "--out", "out.jsonl", "--json"
    ).succeeded().object()
    let labeled = try sandbox.rows("corpus.jsonl").count { $0["label"] is String }
    #expect(predicted["scored"] as? Int == labeled && predicted["accuracy"] is Double)
    // Its vectors are the model's: an index of both is one.
    try sandbox.run("index", "corpus.jsonl", "--model", "tuned", "--out", "again").succeeded()
    #expect(try sandbox.data("again/vectors.npy") == sandbox.data("index/vectors.npy"))
    // Vectors of another model are made.
    try TinyModel.write(to: sandbox.url("other"), seed: 7)
    let other = try metrics(
      sandbox, "--method", "head", "--model", "other", "--out", "from-other")
    #expect(other["report"] is [String: Any])
  }

  @Test func fewExamplesOfEachLabel() throws {
    let sandbox = try sandbox()
    let labels = Set(try sandbox.rows("corpus.jsonl").compactMap { $0["label"] as? String }).count
    let tuned = try metrics(
      sandbox, "--few-shot", "--shots", "4", "--pairs-per-text", "3", "--out", "tuned")
    let count = try #require(tuned["trainingRecords"] as? Int)
    #expect(count <= 4 * labels && count > 2 * labels)
    #expect(tuned["updates"] as? Int == (count * 6 + 15) / 16)
    #expect(tuned["baselines"] is [[String: Any]])
    let line = try sandbox.run("predict", "tuned", "where is my parcel?", "--top-k", "3")
      .succeeded().text
    #expect(line.split(separator: "\t").count == 7)
    try sandbox.run("verify", "index").succeeded()
    // Another seed draws others, and without pairs the same are drawn.
    let again = try metrics(
      sandbox, "--few-shot", "--shots", "4", "--pairs-per-text", "3", "--loss", "contrastive",
      "--seed", "1", "--method", "lora")
    #expect(again["updates"] as? Int == tuned["updates"] as? Int)
    let plain = try metrics(sandbox, "--shots", "4", "--steps", "2")
    #expect(plain["trainingRecords"] as? Int == count)
    let yaml = try sandbox.run(
      "finetune", "index", "--few-shot", "--shots", "4", "--print-config"
    ).succeeded().text
    try sandbox.write("recipe.yaml", yaml)
    let repeated = try metrics(sandbox, "--recipe", "recipe.yaml", "--pairs-per-text", "3")
    #expect(try accuracy(repeated) == accuracy(tuned))
    for line in ["few-shot: true", "shots: 4", "epochs: 1"] {
      #expect(yaml.contains(line), "\(line)")
    }
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try sandbox()
    for (arguments, words) in [
      (["--few-shot", "--task", "similarity"], "--task classify"),
      (["--few-shot", "--loss", "ranking"], "cosine or contrastive"),
      (["--few-shot", "--method", "head"], "--method head"),
      (["--pairs-per-text", "3"], "--few-shot"), (["--loss", "cosine"], "--task similarity"),
      (["--shots", "0"], "at least 1"), (["--shots", "3", "--task", "tokens"], "--shots"),
      (["--few-shot", "--loss-scale", "3"], "--loss-scale"),
    ] {
      try sandbox.run(["finetune", "index"] + arguments).fails(64, saying: words)
    }
    try sandbox.run("finetune", "index", "--few-shot", "--shots", "1").fails(
      saying: "two texts of one label")
  }
}
