import Foundation
import Testing

@Suite struct ProbeCommandTests {
  private func sandbox(models: Int = 2) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    for seed in 1...models {
      try TinyModel.write(to: sandbox.url("m\(seed)"), seed: UInt64(seed))
    }
    return sandbox
  }

  private func layers(_ value: Any?) throws -> [[String: Any]] {
    try #require((value as? [String: Any])?["layers"] as? [[String: Any]])
  }

  private func number(_ value: Any?, _ path: String...) throws -> Double {
    var value = value
    for name in path { value = (value as? [String: Any])?[name] }
    return try #require(value as? Double)
  }

  @Test func armsAreMeasuredAndCompared() throws {
    let sandbox = try sandbox()
    let outcome = try sandbox.run(
      "probe", "m1", "m2", "--texts", "corpus.jsonl", "--limit", "40", "--json", "--out", "p.html")
    let result = try outcome.succeeded().object()
    let arms = try #require(result["arms"] as? [[String: Any]])
    #expect(arms.map { $0["name"] as? String } == ["m1", "m2"])
    #expect(result["texts"] as? Int == 40 && result["blocks"] as? Int == 20)
    let layers = try layers(arms[0])
    #expect(layers.count == 3)
    for layer in layers {
      let rank = try number(layer["states"], "effectiveRank", "value")
      #expect(rank > 1 && rank < 32)
      #expect(try number(layer["states"], "effectiveRank", "low") < rank)
    }
    #expect((layers[0]["attention"] as? [String: Any])?.isEmpty == true)
    let share = try number(layers[1]["attention"], "entropyShare", "value")
    #expect(share > 0 && share <= 1)
    #expect((layers[2]["heads"] as? [Any])?.count == 2)
    // A model is like itself at every layer.
    let alignment = try #require(arms[0]["alignment"] as? [[Double]])
    for layer in 0..<3 { #expect(abs(alignment[layer][layer] - 1) < 1e-6) }
    let differences = try #require(result["differences"] as? [[String: Any]])
    #expect(differences.count == 1 && differences[0]["baseline"] as? String == "m1")
    let page = try sandbox.text("p.html")
    #expect(page.contains("simcurate probe") && page.contains("m2 and m1"))
    #expect(!page.contains("catalog.sqlite"))
  }

  @Test func resultsDoNotDependOnThreadsOrOrder() throws {
    let sandbox = try sandbox(models: 1)
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("reversed.jsonl", lines.reversed().joined(separator: "\n"))
    func result(_ file: String, _ threads: String) throws -> [String: Any] {
      var result = try sandbox.run(
        "probe", "m1", "--texts", file, "--limit", "30", "--json", "--threads", threads
      ).succeeded().object()
      result["source"] = nil
      return result
    }
    let first = try result("corpus.jsonl", "1") as NSDictionary
    #expect(first == (try result("reversed.jsonl", "3") as NSDictionary))
  }

  @Test func aModelDoesNotDifferFromItself() throws {
    let sandbox = try sandbox(models: 1)
    let result = try sandbox.run(
      "probe", "--arm", "a=m1", "--arm", "b=m1", "--texts", "corpus.jsonl", "--limit", "20",
      "--json"
    ).succeeded().object()
    let difference = try #require((result["differences"] as? [[String: Any]])?.first)
    for layer in try layers(difference) {
      for measures in [layer["states"], layer["attention"]] {
        for (_, estimate) in try #require(measures as? [String: Any]) {
          #expect(try number(estimate, "value") == 0 && number(estimate, "standardError") == 0)
        }
      }
    }
    for estimate in try #require(difference["alignment"] as? [Any]) {
      #expect(abs(try number(estimate, "value") - 1) < 1e-6)
    }
  }

  @Test func seedsOfAnArmArePooled() throws {
    let sandbox = try sandbox(models: 3)
    let outcome = try sandbox.run(
      "probe", "m1", "--arm", "trained=m2,m3", "--texts", "corpus.jsonl", "--limit", "20")
    let text = try outcome.succeeded().text
    #expect(text.contains("m1: 1 model, 20 texts") && text.contains("trained: 2 models, 20 texts"))
    #expect(text.contains("CKA seeds") && text.contains("CKA arms"))
    #expect(text.contains("trained less m1"))
  }

  @Test func modelsOfOtherDepthOrWidthAreNotComparedHeadByHead() throws {
    let sandbox = try sandbox(models: 1)
    // As wide or wider: alignment does not mind; layers and heads are the same here.
    try TinyModel.write(to: sandbox.url("wide"), seed: 2, hidden: 48)
    let result = try sandbox.run(
      "probe", "m1", "wide", "--texts", "corpus.jsonl", "--limit", "20", "--json"
    ).succeeded().object()
    #expect((result["differences"] as? [Any])?.count == 1)
  }

  @Test func textsOfOneTokenAndLongOnesRun() throws {
    let sandbox = try sandbox(models: 1)
    let texts =
      (0..<10).map { String(repeating: "a ", count: $0 + 1) } + [
        String(repeating: "order ", count: 500), "?", "\u{301}",
      ]
    try sandbox.write("texts.txt", texts.joined(separator: "\n"))
    let result = try sandbox.run("probe", "m1", "--texts", "texts.txt", "--json").succeeded()
      .object()
    let arm = try #require((result["arms"] as? [[String: Any]])?.first)
    #expect(arm["cutTexts"] as? Int == 1)
  }

  @Test func indexGivesItsTestPart() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("probe", "model", "--texts", "index").fails(saying: "simcurate split")
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    let result = try sandbox.run("probe", "model", "--texts", "index", "--json").succeeded()
      .object()
    let count = try #require(result["texts"] as? Int)
    #expect(count >= 8 && count < 100)
    // Texts of one paraphrase group are left out together.
    let groups = try #require(result["groups"] as? Int)
    #expect(groups >= 8 && groups <= count && result["blocks"] as? Int == min(20, groups))
    let arm = try #require((result["arms"] as? [[String: Any]])?.first)
    for layer in try layers(arm) {
      #expect(try number(layer["states"], "uniformity", "value") < 0)
      let states = try #require(layer["states"] as? [String: Any])
      #expect(groups == count ? states["paraphraseAlignment"] == nil : true)
    }
  }

  @Test func wrongUsageIsSaid() throws {
    let sandbox = try sandbox(models: 3)
    func probe(_ arguments: String...) throws -> Outcome {
      try sandbox.run(["probe"] + arguments + ["--texts", "corpus.jsonl"])
    }
    try probe().fails(64, saying: "--arm NAME=MODEL")
    try probe("--arm", "a").fails(64, saying: "NAME=MODEL")
    try probe("--arm", "a=m1,m1").fails(64, saying: "twice")
    try probe("m1", "--limit", "3").fails(64, saying: "--limit")
    try probe("m1", "--near", "0").fails(64, saying: "--near")
    try probe("m1", "--out", "page.txt").fails(64, saying: ".html")
    try probe("m1", "--out", "none/page.html").fails(saying: "none/page.html")
    try probe("none").fails(saying: "a model folder")
    try probe("--arm", "a=m1,m2,m3", "--arm", "b=m1,m2").fails(saying: "pair by pair")
    try probe("m1", "--maximum-tokens", "1000").fails(saying: "2...64")
    try sandbox.write("few.txt", "one\ntwo\n")
    try sandbox.run("probe", "m1", "--texts", "few.txt").fails(saying: "at least 8")
  }
}
