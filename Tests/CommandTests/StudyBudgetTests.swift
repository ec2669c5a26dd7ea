import Curation
import Foundation
import GRDB
import Store
import Study
import Testing

/// `compare` with the other budget that is fair, and with a learning rate for every arm.
@Suite struct StudyBudgetTests {
  private func prepared() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  private func analysis(_ summary: [String: Any]) throws -> [String: Any] {
    try #require(summary["analysis"] as? [String: Any])
  }

  /// Arm, updates and learning rate of every finished run of an arm whose name ends so.
  private func runs(_ sandbox: Sandbox, _ ending: String) throws -> [(
    arm: String, updates: Int, rate: Double
  )] {
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    return try database.read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT arm, json_extract(metrics, '$.updates') AS updates,
            json_extract(options, '$.learningRate') AS rate
          FROM runs WHERE arm LIKE ? ORDER BY id
          """, arguments: ["%" + ending])
    }.map { ($0["arm"], $0["updates"], $0["rate"]) }
  }

  @Test func smallerArmsAreTrainedForAsManyPasses() throws {
    let sandbox = try prepared()
    let options = ["compare", "index", "--seeds", "2", "--study-steps", "20"]
    let plain = try analysis(sandbox.run(options + ["--json"]).succeeded().object())
    #expect(plain["sameEpochs"] == nil)
    let plan = try sandbox.run(options + ["--same-epochs", "--plan", "--json"]).succeeded().object()
    let arms = try #require(plan["arms"] as? [[String: Any]])
    let models = try #require(plan["sameEpochsModels"] as? Int)
    #expect(models > 0 && plan["models"] as? Int == 2 * arms.count + models)
    #expect(plan["finishedModels"] as? Int == 2 * arms.count)

    let summary = try sandbox.run(options + ["--same-epochs", "--json"]).succeeded().object()
    let found = try analysis(summary)
    // What was asked before is not changed by asking more.
    for part in ["scores", "comparisons", "verdict", "runs"] {
      #expect(found[part] as? NSObject == plain[part] as? NSObject, "\(part)")
    }
    let budget = try #require(found["sameEpochs"] as? [String: Any])
    let updates = try #require(budget["updates"] as? [String: Int])
    let records = try #require(summary["trainingRecords"] as? [String: Int])
    #expect(Set(updates.keys) == Set(records.keys).subtracting(["raw"]))
    for (arm, number) in updates {
      #expect(number == Int((20 * Double(records[arm]!) / Double(records["raw"]!)).rounded()))
    }
    let trained = try runs(sandbox, "-same-epochs")
    #expect(trained.count == models)
    for run in trained {
      #expect(run.updates == updates[run.arm.replacingOccurrences(of: "-same-epochs", with: "")])
    }
    func keys(_ comparisons: Any?) throws -> Set<[String]> {
      let metric = found["primaryMetric"] as! String
      return Set(
        try #require(comparisons as? [[String: Any]]).filter { $0["metric"] as? String == metric }
          .map { row in ["arm", "baseline", "slice"].map { row[$0] as! String } })
    }
    #expect(try keys(budget["comparisons"]) == keys(found["comparisons"]))
    #expect((budget["runs"] as? [String])?.count == 2 * updates.count)

    let again = try sandbox.run(options + ["--same-epochs"]).succeeded().text
    #expect(again.hasPrefix("compare: nothing to do\n"))
    #expect(again.contains("same passes") && again.contains("in place of as many updates"))
    try sandbox.run("verify", "index", "--replay").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(
      try sandbox.text("index/report.md").contains("As many passes in place of as many updates"))
  }

  /// Interrupted among its trials it does not repeat those that have ended.
  @Test func everyArmGetsTheRateThatScoresMost() throws {
    let sandbox = try prepared()
    let options = [
      "compare", "index", "--seeds", "1", "--study-steps", "12", "--learning-rate", "0.001",
      "--tune",
    ]
    let plan = try sandbox.run(options + ["--plan", "--json"]).succeeded().object()
    let arms = try #require(plan["arms"] as? [[String: Any]]).count
    #expect(plan["trials"] as? Int == 3 * arms && plan["endedTrials"] as? Int == 0)
    let running = try sandbox.start(options)
    try running.until { sandbox.exists("index/trials.jsonl") }
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.wait()
    let outcome = try sandbox.run(options + ["--json"]).succeeded()
    #expect(!outcome.errors.contains("(1 of \(3 * arms))"))
    let choices = try #require(
      analysis(outcome.object())["learningRates"] as? [[String: Any]])
    #expect(choices.count == arms)
    var chosen: [String: Double] = [:]
    for choice in choices {
      let trials = try #require(choice["trials"] as? [[String: Any]])
      let rates = trials.map { $0["learningRate"] as! Double }
      for (rate, wanted) in zip(rates, [0.001, 0.0005, 0.002]) {
        #expect(abs(rate - wanted) < 1e-8)
      }
      let scores = trials.map { $0["score"] as! Double }
      let best = try #require(scores.firstIndex(of: scores.max()!))
      #expect(choice["learningRate"] as? Double == rates[best])
      chosen[choice["arm"] as! String] = rates[best]
    }
    for run in try runs(sandbox, "") {
      #expect(abs(run.rate - chosen[run.arm]!) < 1e-8, "\(run.arm)")
    }
    let lines = try sandbox.text("index/trials.jsonl").split(separator: "\n").count
    #expect(lines == 3 * arms)
    let again = try sandbox.run(options).succeeded().text
    #expect(
      again.hasPrefix("compare: nothing to do\n") && again.contains("learning rates, chosen by"))
    #expect(try sandbox.text("index/trials.jsonl").split(separator: "\n").count == lines)
    try sandbox.run("verify", "index", "--replay").succeeded()
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.text("index/report.md").contains("Learning rates by arm"))
    // Chosen by arm or not is part of what was planned.
    let other = try sandbox.run(Array(options.dropLast())).succeeded().text
    #expect(other.contains("learning rates the same in place of chosen by arm"))
  }

  /// No paraphrase of a development record is left to train on.
  @Test func developmentRecordsAreWholeGroups() throws {
    let sandbox = try prepared()
    let index = try OpenIndex(at: sandbox.url("index"), readOnly: true)
    let design = try StudyDesign.all(
      index, options: StudyOptions(), dedup: index.options(of: "dedup", as: DedupOptions.self),
      split: index.options(of: "split", as: SplitOptions.self), monitor: StepMonitor())[0]
    let raw = design.rows(.raw, seed: 0)
    let chosen = Set(try design.development(index, share: 0.1))
    #expect(chosen.isSubset(of: raw))
    #expect(abs(Double(chosen.count) / Double(raw.count) - 0.1) < 0.03)
    let members = Dictionary(
      grouping: try index.catalog.members(kind: .paraphrase).filter {
        raw.contains(UInt32($0.row))
      },
      by: \.cluster)
    #expect(members.values.contains { $0.count > 1 && chosen.contains(UInt32($0[0].row)) })
    for group in members.values {
      #expect(Set(group.map { chosen.contains(UInt32($0.row)) }).count == 1)
    }
  }

  @Test func wrongUseIsTold() throws {
    let sandbox = try Sandbox()
    for option in ["--tune", "--same-epochs"] {
      try sandbox.run("compare", "--predictions", "a", "b", option).fails(64, saying: option)
      try sandbox.run("compare", "index", "--inject", option).fails(64, saying: option)
    }
  }
}
