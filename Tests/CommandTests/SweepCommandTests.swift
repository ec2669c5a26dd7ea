import Foundation
import Testing

/// `sweep`, which judges by the development part and goes on where it was.
@Suite(.serialized) struct SweepCommandTests {
  private static let recipe = """
    steps: 6
    training-precision: f32
    search:
      learning-rate: {low: 1e-4, high: 1e-2, scale: log}
      batch-size: [4, 8]
    """

  private func sandbox(_ recipe: String = recipe) throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    try sandbox.write("search.yaml", recipe)
    return sandbox
  }

  private static let command = [
    "sweep", "index", "--recipe", "search.yaml", "--trials", "4", "--out", "best.yaml",
  ]

  private func sweep(_ sandbox: Sandbox, _ options: String...) throws -> [String: Any] {
    try sandbox.run(Self.command + options + ["--json"]).succeeded().object()
  }

  /// What a sweep found: all but the times.
  private func found(_ summary: [String: Any]) throws -> [String] {
    try #require(summary["trials"] as? [[String: Any]]).map { trial in
      let values = (trial["values"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
      return "\(trial["number"]!) \(values) \(trial["share"]!) \(trial["score"] ?? "failed") "
        + "\(trial["loss"] ?? "") \(trial["updates"]!)"
    }
  }

  @Test func theBestIsWrittenAsARecipe() throws {
    let sandbox = try sandbox()
    let summary = try sweep(sandbox)
    #expect(summary["trained"] as? Int == 4 && summary["nothingToDo"] as? Bool == false)
    #expect(summary["metric"] as? String == "macroF1")
    let trials = try #require(summary["trials"] as? [[String: Any]])
    let scores = trials.compactMap { $0["score"] as? Double }
    #expect(scores.count == 4 && scores == scores.sorted(by: >))
    let values = try #require(trials[0]["values"] as? [String: String])
    let yaml = try sandbox.text("best.yaml")
    #expect(yaml.hasPrefix("# simcurate sweep ") && yaml.contains("macroF1"))
    #expect(yaml.contains("\nbatch-size: \(values["batch-size"]!)\n"))
    #expect(yaml.contains("\nsteps: 6\n") && yaml.contains("\ntraining-precision: f32\n"))

    // The best recipe trains the model that the sweep judged.
    let tuned = try sandbox.run("finetune", "index", "--recipe", "best.yaml", "--json").succeeded()
      .object()
    let metrics = try #require(tuned["metrics"] as? [String: Any])
    let development = try #require(metrics["development"] as? [[String: Any]])
    let best = development.first { $0["step"] as? Int == metrics["bestStep"] as? Int }
    #expect((best?["scores"] as? [String: Double])?["macroF1"] == scores[0])

    let again = try sandbox.run(Self.command).succeeded()
    #expect(again.text.contains("nothing to do") && again.text.contains("best recipe: best.yaml"))
    #expect(again.text.contains("learning-rate") && again.text.contains("macroF1"))
    #expect(try sandbox.text("best.yaml") == yaml)
    // More trials begin with those there.
    let more = try sandbox.run(
      [
        "sweep", "index", "--recipe", "search.yaml", "--trials", "5", "--out", "best.yaml",
        "--json",
      ]
    ).succeeded().object()
    #expect(more["trained"] as? Int == 1)
  }

  @Test(arguments: [SIGKILL, SIGINT])
  func aStoppedSweepGoesOnToTheSameEnd(_ signal: Int32) throws {
    let sandbox = try sandbox()
    let process = try sandbox.start(Self.command)
    while process.process.isRunning, !sandbox.exists("index/trials.jsonl") { usleep(1000) }
    kill(process.process.processIdentifier, signal)
    let stopped = try process.wait()
    if signal == SIGINT { #expect([0, 130].contains(stopped.status)) }
    let done = try sandbox.text("index/trials.jsonl").split(separator: "\n").count
    #expect(done >= 1)
    let summary = try sweep(sandbox)
    #expect(summary["trained"] as? Int == 4 - done)
    try FileManager.default.removeItem(at: sandbox.url("index/trials.jsonl"))
    let anew = try sweep(sandbox)
    #expect(anew["trained"] as? Int == 4)
    #expect(try found(anew) == found(summary))
    #expect(anew["nothingToDo"] as? Bool == false)
    // Half of a line is no trial.
    let log = try sandbox.text("index/trials.jsonl")
    try sandbox.write("index/trials.jsonl", String(log.dropLast(40)))
    try sandbox.run(Self.command).fails(saying: "trials.jsonl:4", "delete the line")
  }

  /// A trial is the training that `finetune` makes, whatever it learns from.
  @Test func everyArmIsJudgedAsFinetuneJudgesIt() throws {
    let sandbox = try sandbox(
      "steps: 6\ntraining-precision: f32\nsearch: {arm: [raw, deduped, balanced, random]}\n")
    let trials = try #require(sweep(sandbox)["trials"] as? [[String: Any]])
    #expect(trials.count == 4)
    for trial in trials {
      let arm = try #require((trial["values"] as? [String: String])?["arm"])
      let tuned = try sandbox.run(
        "finetune", "index", "--arm", arm, "--steps", "6", "--training-precision", "f32", "--json"
      ).succeeded().object()
      let metrics = try #require(tuned["metrics"] as? [String: Any])
      let best = (metrics["development"] as? [[String: Any]])?.first {
        $0["step"] as? Int == metrics["bestStep"] as? Int
      }
      #expect((best?["scores"] as? [String: Double])?["macroF1"] == trial["score"] as? Double)
      #expect(best?["loss"] as? Double == trial["loss"] as? Double, "\(arm)")
    }
    // Trials are named where an index would be replaced.
    try sandbox.write("other.txt", "one\ntwo\n")
    try sandbox.run("index", "other.txt", "--out", "index").fails(saying: "4 trials of sweeps")
  }

  /// Records of the test part are made unreadable: a sweep finds the same.
  @Test func theTestPartIsNeverRead() throws {
    let sandbox = try sandbox()
    let summary = try sweep(sandbox)
    try FileManager.default.removeItem(at: sandbox.url("index/trials.jsonl"))
    try sandbox.forge(
      """
      UPDATE records SET text = 'garbled ' || row, label = 'none ' || row, fields = 'no JSON',
      text_hash = zeroblob(16), normalized_hash = zeroblob(16)
      WHERE row IN (SELECT row FROM splits WHERE part = 'test')
      """)
    let garbled = try sweep(sandbox)
    #expect(garbled["trained"] as? Int == 4)
    #expect(try found(garbled) == found(summary))
  }

  @Test func halvingTrainsTheBestOnMore() throws {
    let sandbox = try sandbox(Self.recipe.replacingOccurrences(of: "steps: 6", with: "steps: 16"))
    let summary = try sweep(sandbox, "--halving", "--eta", "2")
    #expect(summary["trainings"] as? Int == 7 && summary["trained"] as? Int == 7)
    let trials = try #require(summary["trials"] as? [[String: Any]])
    #expect(trials.compactMap { $0["share"] as? Double } == [1, 0.5, 0.25, 0.25])
    #expect(trials.compactMap { $0["updates"] as? Int } == [16, 8, 4, 4])
    #expect(try sweep(sandbox, "--halving", "--eta", "2")["nothingToDo"] as? Bool == true)
    // Whole trainings that were made count for a random search too.
    #expect(try sweep(sandbox)["trained"] as? Int == 3)
  }

  @Test func aDivergedTrialIsTheLast() throws {
    let sandbox = try sandbox(
      """
      steps: 6
      training-precision: f32
      gradient-clipping: 0
      search:
        method: [full, lora]
        lora-rank: [2, 4]
        learning-rate: [1e-3, 1e30]
      """)
    let outcome = try sandbox.run(
      "sweep", "index", "--recipe", "search.yaml", "--trials", "20", "--json"
    ).succeeded()
    #expect(outcome.errors.contains("only 8 different settings were drawn, not 20"))
    let trials = try #require(try outcome.object()["trials"] as? [[String: Any]])
    let failed = trials.filter { $0["score"] == nil }
    #expect(!failed.isEmpty && failed.count < trials.count)
    #expect(trials.last?["failure"] as? String != nil && trials.first?["score"] is Double)
    #expect(failed.allSatisfy { ($0["values"] as? [String: String])?["learning-rate"] == "1e30" })
    #expect(sandbox.exists("index/best.yaml"))
    try sandbox.run("verify", "index").succeeded()
    let page = try sandbox.run(
      "sweep", "index", "--recipe", "search.yaml", "--trials", "20"
    ).succeeded()
    #expect(page.text.contains("failed"))
  }

  @Test func taggersToo() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    let sentences = ["q", "r", "w", "z"].flatMap { place in
      ["a", "b", "c", "d", "e", "f"].map { "m O\n\($0) O\nn B-LOC\n\(place) I-LOC\n. O\n\n" }
    }
    try sandbox.write("train.conll", sentences.joined())
    try sandbox.run("index", "train.conll", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.9999").succeeded()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index", "--shares", "0.6,0.2,0.2").succeeded()
    try sandbox.write(
      "search.yaml",
      "task: tokens\nsteps: 40\ntraining-precision: f32\nsearch:\n  learning-rate: [1e-6, 0.005]\n")
    let summary = try sweep(sandbox)
    #expect(summary["metric"] as? String == "entityF1")
    let trials = try #require(summary["trials"] as? [[String: Any]])
    #expect((trials[0]["values"] as? [String: String])?["learning-rate"] == "0.005")
    #expect(trials[0]["score"] as? Double ?? 0 > trials[1]["score"] as? Double ?? 1)
    try FileManager.default.removeItem(at: sandbox.url("index/trials.jsonl"))
    try sandbox.forge(
      """
      UPDATE records SET text = 'garbled', fields = 'no JSON'
      WHERE row IN (SELECT row FROM splits WHERE part = 'test')
      """)
    #expect(try found(sweep(sandbox)) == found(summary))
  }

  @Test(arguments: [
    ("epochs: 2\n", ["search.yaml", "a section 'search'"]),
    ("search:\n", ["search.yaml:1", "options and values to try"]),
    ("search:\n  epoch: [1]\n", ["search.yaml:2", "'epoch'", "did you mean 'epochs'?"]),
    ("search:\n  task: [classify]\n", ["search.yaml:2", "'task'"]),
    ("search:\n  epochs: 3\n", ["search.yaml:2", "a list of values, or low, high and scale"]),
    ("search:\n  method: {low: 1, high: 2}\n", ["search.yaml:2", "a list of values for 'method'"]),
    ("search:\n  epochs: []\n", ["search.yaml:2", "a list of values"]),
    ("search:\n  epochs: [2, zero]\n", ["search.yaml:2", "in 1...100000", "'zero'"]),
    ("search:\n  epochs: {low: 0, high: 3}\n", ["search.yaml:2", "in 1...100000", "'0'"]),
    ("search:\n  epochs: {low: 3, high: 3}\n", ["search.yaml:2", "'low' below 'high'"]),
    ("search:\n  epochs: {low: 3}\n", ["search.yaml:2", "'high'"]),
    (
      "search:\n  epochs:\n    low: 1\n    hi: 3\n",
      ["search.yaml:4", "low, high or scale", "'hi'"]
    ),
    ("search:\n  warm-up: {low: 0, high: 1, scale: log}\n", ["search.yaml:2", "above 0"]),
    ("search:\n  warm-up: {low: 0, high: 1, scale: root}\n", ["search.yaml:2", "log or linear"]),
  ])
  func faultsHaveALine(_ recipe: String, words: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write("search.yaml", recipe)
    let outcome = try sandbox.run(Self.command)
    outcome.fails(1)
    for word in words { #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)") }
  }

  @Test func anotherFileIsNotReplaced() throws {
    let sandbox = try sandbox()
    try sandbox.write("best.yaml", "epochs: 3\n")
    try sandbox.run(Self.command).fails(saying: "best.yaml", "another file", "--force")
    #expect(try sandbox.text("best.yaml") == "epochs: 3\n")
    try sandbox.run(Self.command + ["--force"]).succeeded()
    try sandbox.run(Self.command + ["--seed", "7"]).fails(saying: "another sweep", "--force")
    try sandbox.run("sweep", "index").fails(64, saying: "--recipe")
    try sandbox.run(Self.command + ["--trials", "100000"]).fails(64, saying: "in 1...10000")
  }
}
