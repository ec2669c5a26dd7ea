import Foundation
import Testing

/// What `compare` plans, writes down and puts to the test before it claims anything.
@Suite struct StudyPlanTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  private func question(_ plan: [String: Any], on slice: String) throws -> [String: Any] {
    let questions = try #require(plan["questions"] as? [[String: Any]])
    return try #require(questions.first { $0["slice"] as? String == slice })
  }

  @Test func aPlanTrainsAndWritesNothing() throws {
    let sandbox = try sandbox()
    let before = try sandbox.snapshot("index")
    let options = ["compare", "index", "--plan", "--study-steps", "40", "--seeds", "4"]
    let plan = try sandbox.run(options + ["--json"]).succeeded().object()
    #expect(try sandbox.snapshot("index") == before)
    let arms = try #require(plan["arms"] as? [[String: Any]])
    #expect(plan["models"] as? Int == 4 * arms.count && plan["finishedModels"] as? Int == 0)
    #expect(plan["updates"] as? Int == 40 && plan["secondsPerModel"] as! Double > 0)
    #expect(plan["isFromFinishedModels"] as? Bool == false)
    let clean = try question(plan, on: "clean")
    #expect(clean["isMeasured"] as? Bool == false && clean["detectable"] as! Double > 0.02)
    #expect(clean["testItemsNeeded"] as! Int > plan["testRecords"] as! Int)
    let text = try sandbox.run(options).succeeded().text
    for words in [
      "Nothing was trained or written", "cannot be decided", "would be found with", "detectable",
      "\(arms.count * 4) models of 40 updates",
    ] { #expect(text.contains(words), "\(words) in \(text)") }
    try sandbox.run("compare", "--plan", "--predictions", "a", "b").fails(64, saying: "--plan")
  }

  /// After a comparison the plan knows this index's variances and models; another comparison than the one
  /// written down says so.
  @Test func whatWasPlannedIsWrittenDown() throws {
    let sandbox = try sandbox()
    func compare(_ options: String...) throws -> Outcome {
      try sandbox.run(["compare", "index", "--study-steps", "3"] + options).succeeded()
    }
    let first = try compare("--seeds", "2", "--json").object()
    #expect((first["analysis"] as? [String: Any])?["deviation"] == nil)
    let plan = try compare("--seeds", "2", "--plan", "--json").object()
    #expect(plan["finishedModels"] as? Int == plan["models"] as? Int)
    #expect(plan["isFromFinishedModels"] as? Bool == true && plan["secondsLeft"] as? Double == 0)
    #expect(try question(plan, on: "clean")["isMeasured"] as? Bool == true)

    #expect(try !compare("--seeds", "2").text.contains("not the comparison that was planned"))
    let other = try compare("--seeds", "3", "--margin", "0.02").text
    #expect(other.contains("! This is not the comparison that was planned on 20"))
    #expect(other.contains("0.02, 0.03, 0.02 in place of 0.01, 0.03, 0.02"))
    #expect(other.contains("seeds 0, 1, 2 in place of 0, 1"))
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.text("index/report.md").contains("not the comparison that was planned"))
    try sandbox.run("verify", "index", "--replay").succeeded()
  }

  /// What was done is read and not done again; a file of it that is lost is written again, from finished runs.
  @Test func unchangedInputIsNothingToDo() throws {
    let sandbox = try sandbox()
    let options = ["compare", "index", "--study-steps", "3", "--seeds", "2", "--json"]
    var first = try sandbox.run(options).succeeded().object()
    #expect(first["nothingToDo"] as? Bool == false)
    let before = try sandbox.snapshot("index")
    let again = try sandbox.run(options).succeeded().object()
    #expect(try sandbox.snapshot("index") == before)
    first["nothingToDo"] = true
    #expect(again as NSObject == first as NSObject)

    let file = try sandbox.data("index/comparison.json")
    try FileManager.default.removeItem(at: sandbox.url("index/comparison.json"))
    let outcome = try sandbox.run(options).succeeded()
    #expect(!outcome.errors.contains("model 1 of"))
    #expect(try sandbox.data("index/comparison.json") == file)
    try sandbox.run("verify", "index", "--replay").succeeded()
  }

  /// Every item in every dose; the models are runs like others.
  @Test func copiesArePutInOnPurpose() throws {
    let sandbox = try sandbox()
    let options = [
      "compare", "index", "--inject", "--seeds", "1", "--study-steps", "4", "--test-share", "0.1",
    ]
    let summary = try sandbox.run(options + ["--json"]).succeeded().object()
    let analysis = try #require(summary["analysis"] as? [String: Any])
    let effects = try #require(analysis["effects"] as? [[String: Any]])
    #expect(effects.count == 7 && effects[0]["accuracyGain"] == nil)
    #expect(analysis["models"] as? Int == 7 && analysis["groups"] as? Int == 7)
    for effect in effects.dropFirst() {
      let area = try #require((effect["membership"] as? [String: Any])?["value"] as? Double)
      #expect(area >= 0 && area <= 1 && effect["logProbabilityGain"] != nil)
    }
    #expect("\(analysis["sentences"]!)".contains("a claim needs 30"))
    let text = try sandbox.run(options).succeeded().text
    #expect(text.hasPrefix("compare: nothing to do\n"))
    #expect(text.contains("a tenth of the words changed") && !text.contains("paraphrases  "))
    let file = try sandbox.data("index/injection.json")
    try FileManager.default.removeItem(at: sandbox.url("index/injection.json"))
    #expect(try !sandbox.run(options).succeeded().errors.contains("model 1 of"))
    #expect(try sandbox.data("index/injection.json") == file)
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.text("index/report.md").contains("Does the study see what it looks for?"))
    try sandbox.run("compare", "index", "--inject", "--plan").fails(64, saying: "--inject")
    try sandbox.run("compare", "index", "--inject", "--task", "regress").fails(saying: "label")
  }

  /// Where enough test items have paraphrases in training, these are doses too; none of a group is trained on
  /// where it is not its turn.
  @Test func paraphrasesArePutInWhereThereAreEnough() throws {
    let sandbox = try Sandbox().written(groups: 100)
    let options = [
      "compare", "index", "--inject", "--seeds", "1", "--study-steps", "1", "--json",
    ]
    let summary = try sandbox.run(options).succeeded().object()
    let analysis = try #require(summary["analysis"] as? [String: Any])
    let effects = try #require(analysis["effects"] as? [[String: Any]])
    let doses = effects.compactMap { $0["dose"] as? [String: Any] }
    #expect(doses.compactMap { $0["kind"] as? String }.filter { $0 == "paraphrased" }.count == 3)
    let rows = try #require(analysis["withParaphrases"] as? [Int])
    #expect(analysis["models"] as? Int == 10)
    let gain = try #require(effects.last?["accuracyGain"] as? [String: Any])
    let groups = try #require(gain["groups"] as? Int)
    #expect(groups >= 30 && groups % 10 == 0 && gain["items"] as? Int == rows.count)

    // Of the 700 training records, which come first, those in the groups of these items are left out.
    try sandbox.run("export", "index", "--what", "clusters", "--out", "groups.jsonl").succeeded()
    let members = try sandbox.rows("groups.jsonl").filter { $0["kind"] as? String == "paraphrase" }
    func of(_ id: (String) -> Bool) -> [[String: Any]] {
      members.filter { id($0["id"] as! String) }
    }
    let items = Set(rows.map { "test:\($0 - 699)" })
    let own = Set(of(items.contains).map { $0["cluster"] as! Int })
    #expect(own.count == groups)
    let left = of { $0.hasPrefix("train:") }.filter { own.contains($0["cluster"] as! Int) }
    #expect(analysis["trainingRecords"] as? Int == 700 - left.count)
    try sandbox.run("report", "index").succeeded()
    #expect(
      try sandbox.text("index/report.md").contains("Of \(rows.count) items there are paraphrases"))
  }
}

extension Sandbox {
  /// A test item and seven training records of each group, which share six words of eight; in a tenth of the groups
  /// they are labeled otherwise than the item.
  fileprivate func written(groups: Int) throws -> Sandbox {
    let text = try String(contentsOf: Self.corpus, encoding: .utf8).lowercased()
    let words = Set(text.split { !($0.isASCII && $0.isLetter) }.map(String.init))
      .filter { $0.count > 3 }.sorted()
    func line(_ group: Int, _ member: Int) -> String {
      let shared = (0..<6).map {
        words[(group * (group * 13 + $0 * 29 + 5) + $0 * 97) % words.count]
      }
      let own = (0..<2).map { words[(group * 31 + member * 17 + $0 * 7) % words.count] }
      let label = group % 10 == 0 && member > 0 ? "other" : "label\(group % 3)"
      return #"{"text": "\#((shared + own).joined(separator: " "))", "label": "\#(label)"}"#
    }
    try write("test.jsonl", (0..<groups).map { line($0, 0) }.joined(separator: "\n"))
    try write(
      "train.jsonl",
      (0..<groups).flatMap { group in (1...7).map { line(group, $0) } }.joined(separator: "\n"))
    try TinyModel.write(to: url("model"))
    try run("index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index").succeeded()
    try run("dedup", "index", "--threshold", "0.999", "--floor", "0.5").succeeded()
    try run("cluster", "index", "--paraphrase", "0.6").succeeded()
    try run("split", "index").succeeded()
    return self
  }
}
