import Foundation
import Testing

/// What `report` reads out of an index.
@Suite struct ReportCommandTests {
  private func removal(_ sandbox: Sandbox) throws -> [String: Any] {
    let report = try sandbox.run("report", "index", "--json").succeeded().object()
    return try #require(report["removal"] as? [String: Any])
  }

  private func listings(_ removal: [String: Any], _ name: String = "listings") throws
    -> [String: (count: Int, pairs: [[String: Any]])]
  {
    let listings = try #require(removal[name] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: listings.map {
        ($0["title"] as! String, ($0["count"] as! Int, $0["pairs"] as! [[String: Any]]))
      })
  }

  @Test func everyRemovalIsListedWithWhatItRepeats() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("export", "index", "--what", "removals", "--out", "removals.jsonl").succeeded()
    let removals = try sandbox.rows("removals.jsonl")
    let listed = try listings(removal(sandbox)).values.flatMap(\.pairs)
    #expect(removals.count > 12 && listed.count == removals.count)
    let ids = { (pair: [String: Any], side: String) in
      (pair[side] as! [String: Any])["id"] as! String
    }
    let witnesses = Dictionary(
      uniqueKeysWithValues: listed.map { (ids($0, "record"), ids($0, "witness")) })
    let page = try sandbox.text("index/report.html")
    let text = try sandbox.run("report", "index", "--markdown").succeeded().text
    #expect(try text == sandbox.text("index/report.md"))
    for removal in removals {
      let id = removal["id"] as! String
      #expect(witnesses[id] == removal["witness"] as? String)
      #expect(page.contains("<bdi>\(id)</bdi>") && text.contains(id))
    }
    #expect(page.contains("All \(removals.count) records left out"))
    #expect(page.contains("simcurate export index --what removals --out removals.csv"))
    try sandbox.run("report", "index", "--markdown", "--json").fails(64, saying: "exclude")
  }

  /// A report of very many removals lists 2,000: all of a small kind, and the large ones evenly.
  @Test func manyRemovalsAreListedFairly() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    let exact = (0..<2_300).map { "e\($0),Where is my parcel\n" }
    let normalized = (0..<30).map {
      "n\($0),pay \($0 % 2 == 0 ? "now" : "NOW")\($0 % 3 == 0 ? "!" : ".")\n"
    }
    try sandbox.write("corpus.csv", "id,text\n" + (exact + normalized).joined())
    try sandbox.run("index", "corpus.csv", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact,normalized", "--guards", "none")
      .succeeded()
    let removal = try removal(sandbox)
    let kinds = try listings(removal)
    let small = try #require(kinds["normalized"])
    #expect(small.count > 0 && small.pairs.count == small.count)
    let large = try #require(kinds["exact"])
    #expect(large.count > 2_000 && large.pairs.count == 2_000 - small.count)
    let first = try sandbox.data("index/report.html")
    #expect(first.count < 2_000_000)
    #expect(String(decoding: first, as: UTF8.self).contains("of them listed"))
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.data("index/report.html") == first)
  }

  @Test func causesAreToldApart() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "train.csv",
      "id,text\n1,Where is my parcel\n2,Pay now\n3,Pay now\n4,Hello there\n5,I want my money back\n"
    )
    try sandbox.write("test.csv", "id,text\n6,Where is my parcel\n")
    try sandbox.run("index", "--train", "train.csv", "--test", "test.csv", "--out", "index")
      .succeeded()
    try sandbox.run("drop", "index", "4", "--note", "a greeting").succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact").succeeded()
    let removal = try removal(sandbox)
    let kinds = try listings(removal)
    #expect(
      Set(kinds.keys)
        == ["exact, against the test set", "exact, within training", "dropped by hand"])
    #expect(kinds.values.allSatisfy { $0.count == 1 && $0.pairs.count == 1 })
    let dropped = try #require(kinds["dropped by hand"]?.pairs.first)
    #expect(dropped["witness"] == nil && dropped["guards"] as? [String] == ["a greeting"])
    // The rows of the table by stage sum to what was left out.
    let stages = try #require(removal["stages"] as? [[String: Any]])
    #expect(stages.reduce(0) { $0 + ($1["count"] as! Int) } == removal["removed"] as? Int)
    #expect(try sandbox.text("index/report.md").contains("dropped by hand: 1"))
  }

  /// Topics are called by their words wherever people read of them.
  @Test func topicsAreCalledByTheirWords() throws {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    let text = try sandbox.run("composition", "index", "--by", "topic").succeeded().text
    let rows = text.split(separator: "\n").filter { $0.contains("topic ") && $0.contains("%") }
    #expect(!rows.isEmpty && !rows.contains { $0.hasPrefix("topic ") && $0.contains(/^topic \d/) })
    try sandbox.run("report", "index").succeeded()
    let page = try sandbox.text("index/report.html")
    #expect(page.contains(/\(topic \d+\)<\/bdi>/))
    #expect(!page.contains(/<th scope="row" class="[a-z]+"><bdi>topic \d+<\/bdi>/))
    try sandbox.run("split", "index", "--balance", "topic", "--quota", "nowhere=1")
      .fails(saying: "'nowhere'", "these are there", "(topic 0)")
  }

  /// Studies of several indexes on one page, and what is none refused.
  @Test func studiesAreSetSideBySide() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.run(
      "run", "corpus.jsonl", "--out", "index", "--threshold", "0.8", "--seeds", "3",
      "--study-steps", "2", "--epochs", "1"
    ).succeeded()
    let methods = try sandbox.text("index/report.md")
    #expect(methods.contains("drawn at random") && methods.contains("updates in all, which took"))
    #expect(methods.contains("| model: batchSize |") && methods.contains("Energy is not estimated"))
    try sandbox.run("report", "index", "--watts", "60").succeeded()
    #expect(try sandbox.text("index/report.md").contains(" at 60 W, which is what the machine"))
    try FileManager.default.copyItem(at: sandbox.url("index"), to: sandbox.url("other"))
    let set = try sandbox.run("report", "index", "other", "--json").succeeded().object()
    let members = try #require(set["members"] as? [[String: Any]])
    #expect(members.map { $0["name"] as? String } == ["index", "other"])
    #expect(members.allSatisfy { $0["metric"] as? String == "accuracy" })
    #expect(members.allSatisfy { $0["trainingRecords"] as! Int > $0["testItems"] as! Int })
    let text = try sandbox.run(
      "report", "index", "other", "--markdown", "--out", "both.html", "--title", "Both"
    ).succeeded().text
    #expect(try text == sandbox.text("both.md") && text.hasPrefix("# Both\n"))
    #expect(try sandbox.text("both.html").contains("What the studies say together"))
    #expect(try !sandbox.text("studies.html").isEmpty)
    try expectNothingIsOverwritten(sandbox)

    try sandbox.run("index", "corpus.jsonl", "--out", "bare").succeeded()
    try sandbox.run("report", "index", "bare").fails(
      saying: "bare: expected an index with a finished comparison, found none",
      "simcurate compare bare")
    try sandbox.run("report", "index", "nowhere").fails(saying: "nowhere")
    try sandbox.run("report", "index", "./index").fails(64, saying: "named twice")
    try sandbox.run("report", "index", "--out", "a.html").fails(64, saying: "--out")
    try sandbox.run("report", "index", "other", "--out", "a.txt").fails(64, saying: ".html")
    try sandbox.run("report", "index", "--watts", "-1").fails(64, saying: "--watts")
    try sandbox.run("report", "index", "--force").fails(64, saying: "--force is for several")
  }

  /// The page of the same studies is replaced, whatever its title; any other file is not, nor what stands
  /// beside the page.
  private func expectNothingIsOverwritten(_ sandbox: Sandbox) throws {
    let report = ["report", "index", "other"]
    try sandbox.run(report + ["--title", "Again"]).succeeded()
    #expect(try sandbox.text("studies.md").hasPrefix("# Again\n"))
    let before = try sandbox.data("studies.json")
    try sandbox.run("report", "other", "index").fails(
      saying:
        "studies.html: expected no file, or the page of these studies, found that of index, other",
      "--force", "--out")
    #expect(try sandbox.data("studies.json") == before)
    for name in ["mine.html", "mine.md", "mine.json"] {
      try sandbox.write(name, "mine")
      try sandbox.run(report + ["--out", "mine.html"]).fails(
        saying: "\(name): expected no file", "found another file")
      #expect(
        try sandbox.text(name) == "mine" && sandbox.exists("mine.html") == (name == "mine.html"))
      if name != "mine.json" { try sandbox.shell("rm \(name)").succeeded() }
    }
    try sandbox.run(report + ["--out", "mine.html", "--force"]).succeeded()
    #expect(try sandbox.text("mine.json").contains("members"))
    // A page whose writing was cut short has its JSON at least.
    try sandbox.shell("rm mine.html mine.md").succeeded()
    try sandbox.run(report + ["--out", "mine.html"]).succeeded()
  }
}
