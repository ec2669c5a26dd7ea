import Foundation
import GRDB
import Testing

/// The whole job as a user does it, from files to a report.
@Suite struct WorkflowTests {
  @Test func everyStepFromCorpusToReport() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let run = try sandbox.run(
      "run", "corpus.jsonl", "--out", "index", "--threshold", "0.8", "--seeds", "2",
      "--study-steps", "3", "--quiet", "--json"
    ).succeeded()
    #expect(run.errors.isEmpty)
    let report = try run.object()
    #expect(report["study"] != nil && report["removal"] != nil && report["split"] != nil)
    #expect(try sandbox.text("index/report.html").contains("</html>"))
    try sandbox.run("verify", "index").succeeded()

    for step in ["dedup", "cluster", "split", "compare"] {
      var arguments = [step, "index", "--json"]
      if step == "dedup" { arguments += ["--threshold", "0.8"] }
      if step == "compare" { arguments += ["--seeds", "2", "--study-steps", "3"] }
      let again = try sandbox.run(arguments).succeeded().object()
      #expect(again["nothingToDo"] as? Bool == true, "\(step) was done again")
    }
    let explained = try sandbox.run("explain", "index", "cs-001", "--json").succeeded().object()
    #expect((explained["record"] as? [String: Any])?["id"] as? String == "cs-001")
    let hits = try sandbox.run("search", "index", "Where is my parcel?", "-k", "3", "--json")
      .succeeded().json()
    #expect((hits as? [[String: Any]])?.count == 3)
    let top = try #require((hits as? [[String: Any]])?.first?["score"] as? Double)
    #expect(top > 0.99)

    let tuned = try sandbox.run(
      "finetune", "index", "--steps", "3", "--out", "tuned", "--json"
    ).succeeded().object()
    #expect(tuned["model"] as? String != nil)
  }

  /// A model of texts cut elsewhere is another one, and every run says which step made it.
  @Test func anotherLimitOfTokensIsAnotherRun() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    var runs: Set<String> = []
    for limit in ["8", "16", "8"] {
      let tuned = try sandbox.run(
        "finetune", "index", "--steps", "1", "--maximum-tokens", limit, "--json"
      ).succeeded().object()
      let isNew = runs.insert(try #require(tuned["run"] as? String)).inserted
      #expect(tuned["nothingToDo"] as? Bool == !isNew)
    }
    #expect(runs.count == 2)
    let steps = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path).read {
      try String.fetchAll($0, sql: "SELECT step FROM runs")
    }
    #expect(steps == ["finetune", "finetune"])
  }

  @Test func exportsPartitionTheInput() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.run(
      "dedup", "index", "--threshold", "0.8", "--export", "kept.jsonl", "--export-removed",
      "removed.jsonl"
    ).succeeded()
    let kept = Set(try sandbox.rows("kept.jsonl").map { $0["id"] as! String })
    let removed = try sandbox.rows("removed.jsonl")
    let gone = Set(removed.map { $0["id"] as! String })
    #expect(!gone.isEmpty && kept.isDisjoint(with: gone))
    #expect(kept.union(gone).count == 227)
    for row in removed {
      #expect(
        Set(row.keys) == [
          "id", "witness", "score", "stage", "scope", "rule", "guards", "text", "witness_text",
        ])
      #expect(kept.contains(row["witness"] as! String))
    }
  }

  /// The same records in another order, on other numbers of threads: the same removals.
  @Test func orderAndThreadsChangeNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n").map(String.init)
    var outcomes: Set<[String]> = []
    for (number, order) in [lines, lines.reversed(), lines.sorted { $0.hash < $1.hash }]
      .enumerated()
    {
      try sandbox.write("shuffled.jsonl", order.joined(separator: "\n") + "\n")
      try sandbox.run(
        "index", "shuffled.jsonl", "--out", "index", "--force", "--threads", "\(number + 1)"
      ).succeeded()
      try sandbox.run(
        "dedup", "index", "--threshold", "0.8", "--threads", "\(number + 1)", "--export-removed",
        "removed.jsonl"
      ).succeeded()
      outcomes.insert(
        try sandbox.text("removed.jsonl").split(separator: "\n").map(String.init).sorted())
    }
    #expect(outcomes.count == 1)
    #expect(try #require(outcomes.first).count > 5)
  }

  @Test func onlyNewTextsAreEmbedded() throws {
    let sandbox = try Sandbox().indexed()
    let text = try sandbox.text("corpus.jsonl")
    try sandbox.write(
      "corpus.jsonl", text + #"{"id":"new","text":"A text of its own.","label":"product"}"# + "\n")
    let grown = try sandbox.run("index", "corpus.jsonl", "--out", "index", "--force", "--json")
      .succeeded().object()
    #expect(grown["embedded"] as? Int == 1)
    #expect(grown["records"] as? Int == 228)
    #expect(!sandbox.exists("index.partial"))
  }

  @Test func leakGate() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.write("a.txt", "Where is my parcel?\nHow do I pay?\n")
    try sandbox.write("b.txt", "Where is my parcel?\nNobody answers the phone at all.\n")
    let limit = ["--threshold", "0.99", "--max-rate", "0.1"]
    let over = try sandbox.run(["leak", "--train", "a.txt", "--test", "b.txt", "--json"] + limit)
    #expect(over.status == 3)
    #expect(try over.object()["leaked"] as? Int == 1)
    try sandbox.run([
      "leak", "--train", "a.txt", "--test", "b.txt", "--threshold", "0.99", "--max-rate", "0.5",
    ])
    .succeeded()
  }

  @Test func aGivenTestSetIsNeverRemoved() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.write(
      "train.csv", "id,text,label\n1,Where is my parcel?,a\n2,Pay now,b\n3,Pay later,b\n4,Hello,a\n"
    )
    try sandbox.write(
      "test.csv", "id,text,label\n5,Where is my parcel?,a\n6,where is my parcel?,a\n")
    try sandbox.run("index", "--train", "train.csv", "--test", "test.csv", "--out", "given")
      .succeeded()
    let summary = try sandbox.run(
      "dedup", "given", "--stages", "exact,normalized", "--export-removed", "removed.jsonl",
      "--json"
    ).succeeded().object()
    #expect(summary["removedForTest"] as? Int == 1)
    #expect(try sandbox.rows("removed.jsonl").map { $0["id"] as! String } == ["1"])
    try sandbox.run("verify", "given").succeeded()
  }

  @Test func withoutLabelsTheRunEndsAfterTheSplit() throws {
    let sandbox = try Sandbox().indexed()
    let texts = try sandbox.rows("corpus.jsonl").map { $0["text"] as! String }
    try sandbox.write("plain.txt", texts.joined(separator: "\n"))
    let outcome = try sandbox.run("run", "plain.txt", "--out", "plain").succeeded()
    #expect(outcome.errors.contains("no labels"))
    #expect(try sandbox.text("plain/report.html").contains("</html>"))
  }
}
