import Foundation
import Testing

/// `calibrate` as a person runs it: with labels from elsewhere, at the prompt, and without any.
@Suite struct CalibrateTests {
  private static let pairs = """
    text_a,text_b,duplicate
    Where is my parcel?,Where is my parcel?,1
    How do I pay?,how do I pay,true
    Where is my parcel?,Nobody answers the phone at all.,0
    "Cancel my order, please",Which colors are there?,false
    Cancel it,Cancel it!,unsure
    """

  private func curve(_ outcome: Outcome) throws -> [String: Any] {
    try #require(outcome.object()["curve"] as? [String: Any])
  }

  @Test func pairsOfTexts() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("pairs.csv", Self.pairs)
    let outcome = try sandbox.run(
      "calibrate", "--pairs", "pairs.csv", "--json", "--target-precision", "0.3"
    ).succeeded()
    #expect(try outcome.object()["labeled"] as? Int == 4)
    #expect(try outcome.object()["duplicates"] as? Int == 2)
    #expect(try outcome.object()["unsure"] as? Int == 1)
    let points = try #require(curve(outcome)["points"] as? [[String: Any]])
    #expect(points.last?["precision"] as? Double == 1)
    #expect(try curve(outcome)["recommended"] is Double)
    let text = try sandbox.run("calibrate", "--pairs", "pairs.csv").succeeded().text
    #expect(text.contains("no threshold") && text.contains("labels more"))
  }

  @Test func gradedScoresWithoutHeader() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("sts.tsv", "4.5\tHow do I pay?\tHow do I pay?\n1.0\tHello\tPay now\n")
    let outcome = try sandbox.run(
      "calibrate", "--pairs", "sts.tsv", "--no-header", "--field-a", "2", "--field-b", "3",
      "--duplicate-field", "1", "--positive-from", "4", "--json"
    ).succeeded()
    #expect(try outcome.object()["duplicates"] as? Int == 1)
    try sandbox.run(
      "calibrate", "--pairs", "sts.tsv", "--no-header", "--field-a", "2", "--field-b", "3",
      "--duplicate-field", "1"
    ).fails(saying: "sts.tsv:1", "4.5", "--positive-from")
    try sandbox.run("calibrate", "--pairs", "sts.tsv", "--no-header", "--field-a", "2").fails(
      saying: "'text_b'", "--field-b")
  }

  /// Without labels: how many polite variants a lower threshold would find, and among how many pairs.
  @Test func saysWhatALowerThresholdFinds() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "corpus.txt",
      "turn on the phone\nplease turn the phone on\nCan you turn on the phone?\n"
        + "turn off the phone\nHow do I return a jacket?\nWhere is my parcel?\n")
    try sandbox.run("index", "corpus.txt", "--out", "index").succeeded()
    let before = try sandbox.run("calibrate", "index", "--json").succeeded().object()
    #expect(before["fillerVariants"] == nil)
    try sandbox.run("dedup", "index", "--threshold", "0.99", "--floor", "0.1").succeeded()
    let after = try sandbox.run("calibrate", "index", "--json").succeeded().object()
    let rows = try #require(
      (after["fillerVariants"] as? [String: Any])?["rows"] as? [[String: Any]])
    #expect(rows.first?["threshold"] as? Double == 0.95)
    #expect(rows.last?["threshold"] as? Double == 0.1)
    let variants = rows.compactMap { $0["variants"] as? Int }
    let pairs = rows.compactMap { $0["pairs"] as? Int }
    #expect(variants == variants.sorted() && pairs == pairs.sorted())
    #expect(variants.last == 3, "the three that switch it on")
    #expect(variants[0] < 3 && zip(variants, pairs).allSatisfy(<=))
    let text = try sandbox.run("calibrate", "index").succeeded().text
    #expect(text.contains("alike but for fillers"), "\(text)")
  }

  @Test func guardsTakePairsOut() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "pairs.jsonl",
      #"{"text_a": "Pay 10 dollars", "text_b": "Pay 20 dollars", "duplicate": false}"# + "\n"
        + #"{"text_a": "Pay now", "text_b": "Pay now!", "duplicate": true}"# + "\n")
    let outcome = try sandbox.run(
      "calibrate", "--pairs", "pairs.jsonl", "--guards", "numbers", "--json"
    ).succeeded()
    #expect(try outcome.object()["vetoed"] as? Int == 1)
    let points = try #require(curve(outcome)["points"] as? [[String: Any]])
    #expect(points.first?["called"] as? Int == 1)
  }

  @Test func pairsOfIds() throws {
    let sandbox = try Sandbox().deduplicated()
    let ids = try sandbox.rows("corpus.jsonl").prefix(3).map { $0["id"] as! String }
    try sandbox.write(
      "pairs.csv", "id_a,id_b,duplicate\n\(ids[0]),\(ids[1]),0\n\(ids[0]),\(ids[2]),0\n")
    let outcome = try sandbox.run("calibrate", "index", "--pairs", "pairs.csv", "--json")
      .succeeded()
    #expect(try outcome.object()["labeled"] as? Int == 2)
    try sandbox.write("pairs.csv", "id_a,id_b,duplicate\n\(ids[0]),nobody,0\n")
    try sandbox.run("calibrate", "index", "--pairs", "pairs.csv").fails(saying: "'nobody'")
  }

  @Test func labelingIsResumed() throws {
    let sandbox = try Sandbox().deduplicated()
    let ask = ["calibrate", "index", "--label", "--pairs-out", "d.csv", "--sample", "12", "--json"]
    let first = try sandbox.run(ask, input: Data("y\nwhat\nn\nu\nq\n".utf8)).succeeded()
    #expect(first.errors.contains("[1/12]") && first.errors.contains("please"))
    #expect(first.errors.contains("[4/12]") && !first.errors.contains("[5/12]"))
    #expect(try first.object()["labeled"] as? Int == 2)
    #expect(try first.object()["unsure"] as? Int == 1)
    #expect(try sandbox.text("d.csv").split(separator: "\r\n").count == 4)
    // The end of the input is an answer to quit; what was decided is asked no more.
    let second = try sandbox.run(ask, input: Data("y\ny\n".utf8)).succeeded()
    #expect(!second.errors.contains("[3/12]") && second.errors.contains("[4/12]"))
    #expect(try second.object()["labeled"] as? Int == 4)
    let rest = try sandbox.run(ask, input: Data(String(repeating: "y\n", count: 20).utf8))
      .succeeded()
    #expect(try rest.object()["labeled"] as? Int == 11)
    #expect(try rest.object()["basis"] as? String == "sample")
    let strata = try #require(rest.object()["strata"] as? [[String: Any]])
    #expect(strata.reduce(0) { $0 + ($1["labeled"] as! Int) } == 11)
    // The decisions are labeled pairs too.
    let again = try sandbox.run("calibrate", "index", "--pairs", "d.csv", "--json").succeeded()
    #expect(try again.object()["labeled"] as? Int == 11)
  }

  @Test func theSampleDoesNotDependOnTheOrderOfTheRecords() throws {
    let sandbox = try Sandbox().deduplicated()
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("reversed.jsonl", lines.reversed().joined(separator: "\n") + "\n")
    try sandbox.run("index", "reversed.jsonl", "--out", "turned").succeeded()
    try sandbox.run("dedup", "turned", "--threshold", "0.8").succeeded()
    let answers = Data(String(repeating: "y\n", count: 10).utf8)
    var sets: [Set<Set<String>>] = []
    for name in ["index", "turned"] {
      try sandbox.run(
        ["calibrate", name, "--label", "--pairs-out", name + ".jsonl", "--sample", "10"],
        input: answers
      ).succeeded()
      sets.append(
        Set(
          try sandbox.rows(name + ".jsonl").map {
            [$0["text_a"] as! String, $0["text_b"] as! String]
          }))
    }
    #expect(sets[0].count == 10 && sets[0] == sets[1])
  }

  /// Pairs are kept: another threshold needs no search, and gives what a fresh run would.
  @Test func anotherThresholdNeedsNoJoin() throws {
    let sandbox = try Sandbox().indexed()
    let floor = ["--floor", "0.6", "--json", "--export-removed"]
    let first = try sandbox.run(
      ["dedup", "index", "--threshold", "0.9"] + floor + ["first.jsonl"]
    ).succeeded().object()
    #expect(first["joined"] as? Bool == true)
    try sandbox.run("index", "corpus.jsonl", "--out", "fresh").succeeded()
    for threshold in ["0.7", "0.95", "0.6"] {
      let moved = try sandbox.run(
        ["dedup", "index", "--threshold", threshold] + floor + ["moved.jsonl"]
      ).succeeded().object()
      #expect(moved["joined"] as? Bool == false && moved["nothingToDo"] as? Bool == false)
      try sandbox.run(["dedup", "fresh", "--threshold", threshold] + floor + ["fresh.jsonl"])
        .succeeded()
      #expect(try sandbox.data("moved.jsonl") == sandbox.data("fresh.jsonl"))
      try sandbox.run("verify", "index").succeeded()
    }
    let below = try sandbox.run("dedup", "index", "--threshold", "0.5", "--json").succeeded()
    #expect(try below.object()["joined"] as? Bool == true)
  }

  /// The table fits a terminal, whatever is recommended.
  @Test func theTableIsEightyColumnsWide() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("pairs.csv", Self.pairs)
    let text = try sandbox.run(
      "calibrate", "--pairs", "pairs.csv", "--target-precision", "0.3"
    ).succeeded().text
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text.contains("* recommended, + best F1"))
    let index = try sandbox.deduplicated()
    for arguments in [["--label", "--sample", "3"], []] {
      let text = try index.run(["calibrate", "index"] + arguments, input: Data("y\nn\n".utf8))
        .succeeded().text
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    }
  }

  @Test func withoutLabels() throws {
    let sandbox = try Sandbox().indexed()
    let text = try sandbox.run("calibrate", "index").succeeded().text
    #expect(text.contains("UNLABELED") && text.contains("#"))
    let object = try sandbox.run("calibrate", "index", "--json").succeeded().object()
    #expect(object["basis"] as? String == "unlabeled")
    #expect(object["examined"] as? Int == object["texts"] as? Int)
  }

  @Test func whatCannotBe() throws {
    let sandbox = try Sandbox().indexed()
    for arguments in [
      ["calibrate"], ["calibrate", "--label"], ["calibrate", "index", "--pairs-out", "x.csv"],
      ["calibrate", "index", "--target-precision", "1"], ["calibrate", "index", "--guards", "x"],
    ] { try sandbox.run(arguments).fails(64, saying: "Usage") }
    try sandbox.run("calibrate", "index", "--label").fails(saying: "'dedup'", "run simcurate dedup")
  }
}
