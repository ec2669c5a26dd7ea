import Foundation
import GRDB
import Testing

/// Every keep rule, conflict policy, scope and choice of stages, through the command.
@Suite struct DedupOptionTests {
  /// One text written in four ways in three files, each way the best by some rule.
  private func family() throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "a.jsonl",
      """
      {"id":"middle","text":"Where is my parcel.","stars":5}
      {"id":"short","text":"Where is my parcel"}

      """)
    try sandbox.write(
      "b.jsonl", #"{"id":"long","text":"Where is my parcel...","stars":"1"}"# + "\n")
    try sandbox.write(
      "c.jsonl", #"{"id":"starred","text":"where is my  parcel,","stars":9}"# + "\n")
    try sandbox.run("index", "a.jsonl", "b.jsonl", "c.jsonl", "--out", "index").succeeded()
    return sandbox
  }

  @Test func keepRulesKeepWhatTheySay() throws {
    let sandbox = try family()
    let expected = [
      "first": "middle", "longest": "long", "shortest": "short", "highest:stars": "starred",
      "lowest:stars": "long", "sources:c.jsonl,b.jsonl": "starred",
      "sources:b.jsonl,c.jsonl": "long",
    ]
    for (rule, id) in expected {
      let outcome = try sandbox.dedup("--keep", rule, "--stages", "exact,normalized")
      #expect(outcome.kept == [id], "\(rule)")
      #expect(outcome.removed.allSatisfy { $0["rule"] as? String == rule })
    }
    // A protected record stays under every rule, and the others go for it.
    try sandbox.write("safe.txt", "short\n")
    for rule in expected.keys {
      let outcome = try sandbox.dedup(
        "--keep", rule, "--stages", "exact,normalized", "--protect", "safe.txt")
      #expect(outcome.kept == ["short"], "\(rule)")
      let byField = try sandbox.dedup(
        "--keep", rule, "--stages", "exact,normalized", "--protect-field", "stars")
      #expect(byField.kept == ["middle", "long", "starred"], "\(rule)")
    }
  }

  /// What an option names must be there: else it would do nothing, without a word.
  @Test func namesThatDoNotExistAreRefused() throws {
    let sandbox = try family()
    let dedup = ["dedup", "index", "--stages", "exact,normalized"]
    try sandbox.run(dedup + ["--keep", "sources:b"]).fails(
      saying: "--keep", "'b'", "hint:", "b.jsonl")
    try sandbox.run(dedup + ["--keep", "highest:sars"]).fails(saying: "--keep", "'sars'")
    try sandbox.run(dedup + ["--keep", "lowest:text"]).fails(saying: "--keep", "'text'")
    try sandbox.run(dedup + ["--protect-field", "gold"]).fails(
      saying: "--protect-field", "'gold'")
    try sandbox.write("safe.txt", "nobody\n")
    try sandbox.run(dedup + ["--protect", "safe.txt"]).fails(saying: "--protect", "'nobody'")
    try sandbox.run(dedup + ["--keep", "central"]).fails(64, saying: "semantic")
    try sandbox.run(dedup + ["--keep", "sources:"]).fails(64, saying: "--keep")
  }

  /// A witness is never less central than what goes for it, by the cosines the catalog holds.
  @Test func centralKeepsTheMostCentral() throws {
    let sandbox = try Sandbox().indexed()
    let outcome = try sandbox.dedup("--keep", "central", "--threshold", "0.8", "--guards", "none")
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    let centrality = try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT id, (SELECT total(score) FROM pairs WHERE stage = 'semantic' AND score >= 0.8
            AND row IN (a, b)) AS centrality FROM records
          """
      ).reduce(into: [String: Double]()) { $0[$1["id"]] = $1["centrality"] }
    }
    let semantic = outcome.removed.filter { $0["stage"] as? String == "semantic" }
    #expect(semantic.count > 5)
    for row in semantic {
      let (id, witness) = (row["id"] as! String, row["witness"] as! String)
      #expect(centrality[witness]! >= centrality[id]! - 1e-6, "\(id) went for \(witness)")
    }
    #expect(outcome.kept != (try sandbox.dedup("--threshold", "0.8", "--guards", "none")).kept)
  }

  @Test func conflictPoliciesDecideOverLabels() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    // Two against one; one against one; one without a label that goes with any.
    try sandbox.write(
      "c.csv",
      """
      id,text,label
      a1,Where is my parcel,a
      b1,where is my parcel,b
      a2,Where is my parcel.,a
      c1,Cancel my order,c
      d1,cancel my order,d
      n1,cancel my order.,

      """)
    try sandbox.run("index", "c.csv", "--out", "index").succeeded()
    let stages = ["--stages", "exact,normalized", "--keep", "first"]
    let expected: [(policy: String, kept: Set<String>, dropped: Int)] = [
      ("keepBoth", ["a1", "b1", "c1", "d1"], 0), ("ignore", ["a1", "c1"], 0),
      ("dropBoth", ["n1"], 5), ("majority", ["a1", "c1", "d1"], 1),
    ]
    for (policy, kept, dropped) in expected {
      let outcome = try sandbox.dedup(stages + ["--conflicts", policy])
      #expect(outcome.kept == kept, "\(policy)")
      #expect(outcome.dropped == dropped, "\(policy)")
      #expect(outcome.summary["conflicts"] as? Int ?? 0 > 0, "\(policy)")
      // A protected record stays whatever its label.
      try sandbox.write("safe.txt", "b1\nd1\n")
      let safe = try sandbox.dedup(stages + ["--conflicts", policy, "--protect", "safe.txt"])
      #expect(safe.kept.isSuperset(of: ["b1", "d1"]), "\(policy)")
    }
    let explained = try sandbox.run("explain", "index", "b1").succeeded().text
    #expect(explained.contains("label conflict"))
  }

  @Test func scopesCompareWhatTheySay() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "train.csv",
      "id,text\n1,Where is my parcel\n2,Pay now\n3,pay now\n4,Hello there\n5,hello there\n")
    try sandbox.write("test.csv", "id,text\n6,where is my parcel\n7,where is my parcel.\n")
    try sandbox.run("index", "--train", "train.csv", "--test", "test.csv", "--out", "index")
      .succeeded()
    try sandbox.write("safe.txt", "5\n")
    let options = ["--stages", "exact,normalized", "--keep", "first", "--protect", "safe.txt"]
    #expect(try sandbox.dedup(options).kept == ["2", "5", "6", "7"])
    let leakage = try sandbox.dedup(options + ["--scope", "leakage"])
    // What is protected but in no test set removes nothing there: 4 stays beside 5.
    #expect(leakage.kept == ["2", "3", "4", "5", "6", "7"])
    #expect(leakage.summary["removedForTest"] as? Int == 1)
    #expect(leakage.removed.map { $0["witness"] as? String } == ["6"])
  }

  /// A floor that texts drawn at random reach says nothing, and that is told.
  @Test func aFloorBelowUnrelatedTextsIsTold() throws {
    let sandbox = try Sandbox().indexed()
    func errors(_ floor: String, _ more: String...) throws -> String {
      try sandbox.run(["dedup", "index", "--threshold", "0.9", "--floor", floor] + more).succeeded()
        .errors
    }
    #expect(try !errors("0.85").contains("WARNING"))
    let told = try errors("0.03")
    #expect(told.contains("WARNING: pairs are looked for from a cosine of 0.03 on"), "\(told)")
    #expect(try errors("0.02", "--quiet").isEmpty)
  }
}
