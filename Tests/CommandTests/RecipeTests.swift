import Foundation
import Testing

/// Options of `finetune` and `compare` in a file.
@Suite struct RecipeTests {
  /// Indexed, deduplicated, clustered and split.
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    return sandbox
  }

  private func printed(_ sandbox: Sandbox, _ options: String...) throws -> String {
    try sandbox.run(["finetune", "index", "--print-config"] + options).succeeded().text
  }

  @Test func whatIsPrintedIsARecipe() throws {
    let sandbox = try sandbox()
    for (name, options) in [
      ("plain", []),
      (
        "full",
        [
          "--method", "lora", "--lora-rank", "4", "--lora-targets", "query,all-linear", "--steps",
          "30", "--batch-tokens", "100", "--schedule", "cosine", "--freeze-embeddings",
          "--balanced-classes", "--seed", "2000000000", "--out", "a: b #c",
          "--arm", "balanced", "--dropout", "0.05", "--learning-rate", "3e-5",
        ]
      ),
    ] {
      let yaml = try sandbox.run(["finetune", "index", "--print-config"] + options).succeeded()
      try sandbox.write("\(name).yaml", yaml.output)
      #expect(try printed(sandbox, "--recipe", "\(name).yaml") == yaml.text)
      let json = try sandbox.run(
        ["finetune", "index", "--print-config", "--json"] + options
      ).succeeded()
      try sandbox.write("\(name).json", json.output)
      #expect(try printed(sandbox, "--recipe", "\(name).json") == yaml.text)
      let piped = try sandbox.shell(
        "cat \(name).yaml | $S finetune index --recipe - --print-config")
      #expect(piped.text == yaml.text, "\(piped.errors)")
    }
    let plain = try sandbox.run("finetune", "index", "--print-config", "--json").succeeded()
      .object()
    // What follows from model and data is there.
    #expect(plain["learning-rate"] as? Double != nil && plain["epochs"] as? Int ?? 0 >= 2)
    #expect(plain["patience"] as? Int == 2 && plain["model"] as? String == "model")
    #expect(plain["training-precision"] is String && plain["steps"] is NSNull)
    let full = try sandbox.run(
      "finetune", "index", "--print-config", "--json", "--recipe", "full.yaml"
    ).succeeded().object()
    #expect(full["lora-alpha"] as? Double == 8 && full["lora-dropout"] as? Double == 0)
    #expect(full["seed"] as? UInt64 == 2_000_000_000 && full["out"] as? String == "a: b #c")
    #expect(full["learning-rate"] as? Double == 3e-5 && full["freeze-embeddings"] as? Bool == true)
  }

  /// The names are read off the declarations: here they are compared with what the parser calls them.
  @Test func everyOptionIsAKey() throws {
    let sandbox = try sandbox()
    let help = try sandbox.run("help", "finetune").succeeded().text
    let options = help.split(separator: "\n").compactMap { line -> String? in
      guard let start = line.range(of: "  --") ?? line.range(of: ", --"),
        line.distance(from: line.startIndex, to: start.lowerBound) <= 4
      else { return nil }
      return String(line[start.upperBound...].prefix { $0.isLetter || $0 == "-" })
    }
    let calls: Set = [
      "no-wait", "force", "recipe", "print-config", "json", "quiet", "threads", "version", "help",
    ]
    let keys = try sandbox.run("finetune", "index", "--print-config", "--json").succeeded()
      .object().keys
    #expect(Set(keys) == Set(options).subtracting(calls))
    #expect(keys.count > 25 && calls.isSubset(of: options))
  }

  @Test func theSameTrainingByAnyRoute() throws {
    let sandbox = try sandbox()
    let options = ["--steps", "3", "--out", "tuned", "--learning-rate", "1e-4"]
    let recipe = try sandbox.run(["finetune", "index", "--print-config"] + options).succeeded()
    #expect(!sandbox.exists("tuned"))
    try sandbox.write("recipe.yaml", recipe.output)
    try sandbox.run(["finetune", "index"] + options).succeeded()
    let again = try sandbox.run("finetune", "index", "--recipe", "recipe.yaml").succeeded()
    #expect(again.text.contains("nothing to do") && again.text.contains("model: tuned"))
  }

  @Test func theCommandLineGoesBeforeTheRecipe() throws {
    let sandbox = try sandbox()
    try sandbox.write(
      "r.yaml",
      """
      epochs: 3
      learning-rate: 1e-3
      balanced-classes: true
      lora-rank: 4
      lora-targets: [query, value]
      dropout: ~
      """)
    let yaml = try printed(
      sandbox, "--recipe", "r.yaml", "--epochs", "5", "--no-balanced-classes", "--method", "lora")
    for line in [
      "epochs: 5", "learning-rate: 0.001", "balanced-classes: false", "lora-rank: 4",
      "lora-targets: query,value", "method: lora", "dropout: null",
    ] {
      #expect(yaml.contains("\n\(line)\n"), "\(line)")
    }
  }

  @Test(arguments: [
    (
      "epochs: 3\nlearning-rat: 1\n",
      ["r.yaml:2", "'learning-rat'", "did you mean 'learning-rate'?"]
    ),
    ("json: true\n", ["r.yaml:1", "'json'", "--json"]),
    ("search: {epochs: [1]}\n", ["r.yaml:1", "'search'", "sweep"]),
    ("epochs: 1\nepochs: 2\n", ["r.yaml:1", "each key once", "'epochs' twice"]),
    ("epochs: few\n", ["r.yaml:1", "a whole number in 1...100000 for 'epochs'", "'few'"]),
    ("epochs: 2.5\n", ["r.yaml:1", "a whole number", "'2.5'"]),
    ("epochs: 0\n", ["r.yaml:1", "in 1...100000", "'0'"]),
    ("epochs: \"3\"\n", ["r.yaml:1", "a whole number", "the text '3'"]),
    ("epochs: [1, 2]\n", ["r.yaml:1", "a whole number", "a list"]),
    ("\n\nlearning-rate: -1\n", ["r.yaml:3", "a number above 0", "'-1'"]),
    ("learning-rate: .nan\n", ["r.yaml:1", "a number above 0"]),
    ("learning-rate: inf\n", ["r.yaml:1", "a number above 0"]),
    ("warm-up: 1.5\n", ["r.yaml:1", "in 0.0...1.0", "'1.5'"]),
    ("dropout: 1\n", ["r.yaml:1", "in 0.0..<1.0", "'1'"]),
    ("method: lorra\n", ["r.yaml:1", "one of full, bitfit, lora", "'lorra'"]),
    ("balanced-classes: yes\n", ["r.yaml:1", "true or false", "'yes'"]),
    ("seed: -1\n", ["r.yaml:1", "a whole number", "'-1'"]),
    ("maximum-tokens: 2\n", ["r.yaml:1", "at least 3", "'2'"]),
    ("method: full\nlora-rank: 4\n", ["r.yaml:2", "options that go together", "--method lora"]),
    ("tag-names: [O, B-X]\n", ["r.yaml:1", "--task tokens"]),
    ("a: b: c\n", ["r.yaml:1", "YAML"]),
  ])
  func faultsHaveALine(_ recipe: String, words: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write("r.yaml", recipe)
    let outcome = try sandbox.run("finetune", "index", "--recipe", "r.yaml")
    outcome.fails(1)
    for word in words { #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)") }
  }

  @Test func theCommandLineHasTheSameLimits() throws {
    let sandbox = try Sandbox()
    try sandbox.run("finetune", "index", "--epochs", "0").fails(
      64, saying: "--epochs", "in 1...100000")
    try sandbox.run("finetune", "index", "--learning-rate", "-1").fails(64)
    try sandbox.run("finetune", "index", "--recipe", "none.yaml").fails(saying: "none.yaml")
    try sandbox.run("finetune", "index", "--recipe", ".").fails(saying: "a folder")
    let long = Data(String(repeating: "# nothing\n", count: 110_000).utf8)
    try sandbox.run(["finetune", "index", "--recipe", "-"], input: long)
      .fails(saying: "at most 1 MiB")
  }

  @Test func aComparisonTakesItsTrainingFromARecipe() throws {
    let sandbox = try sandbox()
    try sandbox.write("r.yaml", try printed(sandbox, "--steps", "2", "--learning-rate", "1e-4"))
    let options = ["compare", "index", "--seeds", "2"]
    let outcome = try sandbox.run(options + ["--recipe", "r.yaml"]).succeeded()
    #expect(outcome.errors.contains("no use for these of the recipe: arm, maximum-tokens"))
    let recipe = try printed(sandbox, "--steps", "2", "--learning-rate", "1e-4")
    let precision = recipe.contains("training-precision: bf16") ? "bf16" : "f32"
    let again = try sandbox.run(
      options + [
        "--steps", "2", "--learning-rate", "1e-4", "--training-precision", precision, "--model",
        "model",
      ]
    ).succeeded()
    #expect(again.text.contains("nothing to do"))
    try sandbox.write("s.yaml", "seeds: 2\nstudy-steps: 0\n")
    try sandbox.run("compare", "index", "--recipe", "s.yaml").fails(saying: "s.yaml:2")
  }

  /// The whole job by a file: what it has of a model's folder and a loss is not meant for the index or the
  /// comparison.
  @Test func aRunTakesItsOptionsFromARecipe() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("first.txt", "cs-001\n")
    try sandbox.write("second.txt", "cs-002\n")
    try sandbox.write(
      "r.yaml",
      """
      threshold: 0.8
      protect: [first.txt, second.txt]
      text-field: [text]
      skip-invalid: false
      steps: 2
      study-steps: 2
      seeds: 2
      arm: raw
      out: tuned
      maximum-tokens: 12
      loss-margin: 0.5
      """)
    let run = ["run", "corpus.jsonl", "--out", "index"]
    let outcome = try sandbox.run(run + ["--recipe", "r.yaml", "--text-field", "text"]).succeeded()
    #expect(
      outcome.errors.contains(
        "a run has no use for these of the recipe: arm, out, maximum-tokens, loss-margin"))
    #expect(!sandbox.exists("tuned"))
    let again = try sandbox.run(
      run + [
        "--threshold", "0.8", "--protect", "first.txt", "--protect", "second.txt", "--steps", "2",
        "--study-steps", "2", "--seeds", "2",
      ]
    ).succeeded()
    for step in ["index", "dedup", "cluster", "split", "compare"] {
      #expect(again.errors.contains("\(step): nothing to do"), "\(step): \(again.errors)")
    }
    try sandbox.write("bad.yaml", "seeds: 0\n")
    try sandbox.run(run + ["--recipe", "bad.yaml"]).fails(saying: "bad.yaml:1")
  }

  @Test func withoutASplitTheRestIsPrinted() throws {
    let sandbox = try Sandbox().deduplicated()
    let outcome = try sandbox.run("finetune", "index", "--print-config").succeeded()
    #expect(outcome.errors.contains("is left open") && outcome.text.contains("epochs: null\n"))
  }
}
