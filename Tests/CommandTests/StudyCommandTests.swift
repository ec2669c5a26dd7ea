import Foundation
import GRDB
import Testing

/// What `finetune`, `compare` and `run` say about training, through the command.
@Suite struct StudyCommandTests {
  private func sandbox(_ change: ([[String: Any]]) -> [[String: Any]] = { $0 }) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try change(sandbox.rows("corpus.jsonl")).map {
      String(
        decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]),
        as: UTF8.self)
    }
    try sandbox.write("corpus.jsonl", lines.joined(separator: "\n") + "\n")
    return sandbox
  }

  private func run(_ sandbox: Sandbox, _ options: String...) throws -> Outcome {
    try sandbox.run(
      ["run", "corpus.jsonl", "--out", "index", "--threshold", "0.8", "--seeds", "3"] + options
    ).succeeded()
  }

  /// A random encoder of two layers is far below a linear model on its own vectors: that is all there
  /// is to say.
  @Test func underfitModelsGiveNoVerdictButBaselines() throws {
    let sandbox = try sandbox()
    let outcome = try run(
      sandbox, "--study-steps", "2", "--epochs", "1", "--learning-rate", "1e-6", "--json")
    #expect(outcome.errors.contains("compare: model 1 of 18, raw seed 0, accuracy "))
    #expect(outcome.errors.contains(" left\n"))
    #expect(outcome.errors.contains("on the frozen vectors: nearest neighbor"))
    let study = try #require(try outcome.object()["study"] as? [String: Any])
    let analysis = try #require(study["analysis"] as? [String: Any])
    let baselines = try #require(analysis["baselines"] as? [[String: Any]])
    #expect(
      Set(baselines.map { $0["baseline"] as! String })
        == ["nearestNeighbor", "nearestCentroid", "linear"])
    #expect(Set(baselines.map { $0["arm"] as! String }).count == 6)
    let verdict = try #require(analysis["verdict"] as? [String: Any])
    let findings = try #require(verdict["statements"] as? [[String: Any]]).map {
      $0["finding"] as! String
    }
    #expect(!findings.isEmpty && findings.allSatisfy { $0 == "underfit" })
    #expect((verdict["headline"] as? String)?.hasPrefix("No verdict:") == true)

    let again = try sandbox.run(
      "compare", "index", "--seeds", "3", "--steps", "2", "--epochs", "1", "--learning-rate",
      "1e-6",
      "--json"
    ).succeeded().object()
    #expect(again["nothingToDo"] as? Bool == true)
    try sandbox.run("compare", "index", "--patience", "2").fails(64, saying: "--patience")
    let tuned = try sandbox.run(
      "finetune", "index", "--steps", "1", "--learning-rate", "1e-6", "--out", "tuned"
    ).succeeded()
    #expect(tuned.text.contains("WARNING: the model ("))
  }

  /// Leaked items and what `decontaminated` lacks are two sides of the same pairs: a copy that a guard
  /// holds apart makes no item leaked and stays in training, and records repeating each other stay too.
  @Test func armsAndSlicesTreatGuardsAlike() throws {
    let sandbox = try sandbox()
    let lines = { (part: String, texts: [(String, String)]) in
      texts.enumerated().map { #"{"id":"\#(part)\#($0)","text":"\#($1.0)","label":"\#($1.1)"}"# }
        .joined(separator: "\n") + "\n"
    }
    let train = [
      ("please cancel my order 12 today", "cancel"), ("please cancel my order 12 now", "cancel"),
      ("where is my refund", "refund"), ("where is my refund please", "refund"),
      ("the price is 5 dollars", "refund"), ("how do i delete my account", "cancel"),
      ("track the delivery of my parcel", "refund"), ("change the shipping address", "cancel"),
    ]
    let test = [
      ("please cancel my order 12 today", "cancel"), ("the price is 6 dollars", "refund"),
      ("speak to a human agent", "cancel"),
    ]
    try sandbox.write("train.jsonl", lines("train", train))
    try sandbox.write("test.jsonl", lines("test", test))
    try sandbox.run("index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index")
      .succeeded()
    for step in [
      ["dedup", "index", "--threshold", "0.9"], ["cluster", "index"], ["split", "index"],
    ] { try sandbox.run(step).succeeded() }
    let summary = try sandbox.run(
      "compare", "index", "--seeds", "1", "--study-steps", "1", "--json"
    ).succeeded().object()
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    let (slices, logProbabilities) = try database.read {
      (
        try String.fetchAll(
          $0, sql: "SELECT slice FROM test_slices JOIN records USING (row) ORDER BY id"),
        try Double.fetchAll(
          $0,
          sql: """
            SELECT abs(exp(log_probability) - probability) FROM predictions WHERE correct
            """)
      )
    }
    #expect(slices[0] == "leaked" && slices[1] != "leaked" && slices[2] != "leaked")
    #expect(logProbabilities.allSatisfy { $0 < 1e-5 })
    let records = try #require(summary["trainingRecords"] as? [String: Int])
    let removed = 8 - records["decontaminated"]!
    // Its copy, and at most what is as near; "5 dollars" stays although it is as near as any.
    #expect(removed >= 1 && removed <= 2)
    #expect(records["raw"] == 8 && records["deduplicated"]! < 8)
    #expect(records["random"] == records["deduplicated"])
    #expect(records["balanced"] == records["deduplicated"])
  }

  @Test func aLabelOfOneRecordIsLeftOut() throws {
    let sandbox = try sandbox {
      $0 + [["id": "odd", "text": "Alone here.", "label": "rare"]]
    }
    let outcome = try run(sandbox, "--study-steps", "2", "--epochs", "1", "--json")
    #expect(
      outcome.errors.contains("leaves out labels that only one record has: 'rare' on 'odd'."))
    let report = try outcome.object()
    #expect(report["study"] != nil)
    #expect(try sandbox.text("index/report.md").contains("'rare' on 'odd'"))
  }

  @Test func oneLabelAloneStillGivesAReport() throws {
    let sandbox = try sandbox { $0.map { $0.merging(["label": "same"]) { $1 } } }
    let outcome = try run(sandbox, "--json")
    #expect(outcome.errors.contains("no model: "))
    #expect(outcome.errors.contains("no comparison: "))
    #expect(outcome.errors.contains("the label 'same' alone"))
    let report = try outcome.object()
    #expect(report["study"] == nil && report["split"] != nil)
    try sandbox.run("compare", "index").fails(saying: "the label 'same' alone")
  }

  /// Removals within training and against a given test set, told apart; a test set takes out of
  /// training what is near it, and with `--leave-out group` whole groups.
  @Test func aGivenTestSetTakesWhatIsNearIt() throws {
    let sandbox = try sandbox()
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n").map(String.init)
    let isTest = { (number: Int) in number % 4 == 0 }
    for (name, part) in [("test.jsonl", true), ("train.jsonl", false)] {
      let own = lines.enumerated().filter { isTest($0.offset) == part }.map(\.element)
      try sandbox.write(name, own.joined(separator: "\n") + "\n")
    }
    try sandbox.run(
      "index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index"
    ).succeeded()
    let dedup = try sandbox.run("dedup", "index", "--threshold", "0.8", "--json").succeeded()
      .object()
    let removed = try #require(dedup["removed"] as? Int)
    let forTest = try #require(dedup["removedForTest"] as? Int)
    #expect(forTest > 0 && removed > forTest && dedup["testRecords"] as? Int == 57)
    let text = try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded().text
    #expect(text.contains("of the 170 that are no test records"))
    #expect(
      text.contains("\(forTest) of them repeat a test record, \(removed - forTest) repeat another"))
    try sandbox.run("cluster", "index", "--paraphrase", "0.6").succeeded()
    func split(_ options: String...) throws -> [String: Any] {
      try sandbox.run(["split", "index", "--json"] + options).succeeded().object()
    }
    let group = try split("--leave-out", "group")
    let near = try split()
    let (inGroups, inPairs) = (group["leftOut"] as! Int, near["leftOut"] as! Int)
    #expect(inGroups > inPairs)
    #expect(
      (try SplitFigures(group).values["leftOut"] as? [String: Int])?["group of a test record"]
        == inGroups)
    for summary in [group, near] {
      let figures = try SplitFigures(summary)
      #expect(try figures.measure("near pairs across parts") == 0)
      #expect(try figures.measure("test share leaked at 0.8") == 0)
      // What the test set leaves is divided 8 to 1, whatever share the test set has.
      for part in ["train", "development", "test"] {
        #expect(try figures.target("\(part) share, difference") < 0.02, "\(part)")
      }
    }
    let hint = try sandbox.run("split", "index", "--leave-out", "group").succeeded().text
    #expect(hint.contains("--leave-out near"))
    try sandbox.run("report", "index").succeeded()
    let page = try sandbox.text("index/report.md")
    #expect(page.contains("| within training | against the test set |"))
    #expect(page.contains("\(forTest) of them because they repeat a test record"))
    let report = try JSONSerialization.jsonObject(with: sandbox.data("index/report.json"))
    let section = (report as? [String: Any])?["split"] as? [String: Any]
    let measures = try #require(section?["measures"] as? [[String: Any]])
    let crossing = measures.first { $0["name"] as? String == "near pairs across parts" }
    #expect(crossing?["better"] as? String == "lower")
  }
}
