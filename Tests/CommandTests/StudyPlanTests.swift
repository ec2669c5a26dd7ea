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
    #expect(text.hasPrefix("compare: nothing to do\n") && text.contains("a tenth changed"))
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.text("index/report.md").contains("Does the study see what it looks for?"))
    try sandbox.run("compare", "index", "--inject", "--plan").fails(64, saying: "--inject")
    try sandbox.run("compare", "index", "--inject", "--task", "regress").fails(saying: "label")
  }
}
