import Foundation
import GRDB
import Testing

/// `index --append` gives the index that a run over the old and the new files gives.
@Suite struct AppendTests {
  /// The small corpus in two files, and an index of the first.
  private func parted() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("old.jsonl", lines.prefix(150).joined(separator: "\n") + "\n")
    try sandbox.write("new.jsonl", lines.dropFirst(150).joined(separator: "\n") + "\n")
    try sandbox.run("index", "old.jsonl", "--out", "grown").succeeded()
    return sandbox
  }

  private func rows(_ sandbox: Sandbox, _ index: String, _ query: String) throws -> [String] {
    let queue = try DatabaseQueue(path: sandbox.url(index + "/catalog.sqlite").path)
    return try queue.read { try Row.fetchAll($0, sql: query).map(\.description) }
  }

  private let tables = [
    "SELECT * FROM records ORDER BY row", "SELECT * FROM pairs ORDER BY stage, a, b",
    "SELECT * FROM removals ORDER BY row", "SELECT * FROM vetoes ORDER BY a, b, \"guard\"",
    "SELECT * FROM conflicts ORDER BY a, b, stage", "SELECT * FROM clusters ORDER BY kind, cluster",
    "SELECT * FROM cluster_members ORDER BY kind, row", "SELECT * FROM splits ORDER BY row",
    "SELECT * FROM figures WHERE step <> 'index' ORDER BY step",
  ]

  @Test(arguments: [false, true])
  func equalsARunFromScratch(wasDeduplicated: Bool) throws {
    let sandbox = try parted()
    if wasDeduplicated {
      for step in [["dedup", "grown", "--threshold", "0.8"], ["cluster", "grown"]] {
        try sandbox.run(step).succeeded()
      }
    }
    try FileManager.default.removeItem(at: sandbox.url("old.jsonl"))
    let summary = try sandbox.run("index", "--append", "new.jsonl", "--out", "grown", "--json")
      .succeeded().object()
    #expect(summary["records"] as? Int == 227)
    #expect(summary["index"] as? String == "grown")
    #expect(try #require(summary["embedded"] as? Int) <= 77)
    #expect(!sandbox.exists("grown.partial"))
    let coverage = try rows(
      sandbox, "grown",
      "SELECT json_extract(value, '$.floors.semantic') AS floor, "
        + "json_extract(value, '$.records') AS records FROM figures WHERE step = 'pairs'")
    #expect(
      coverage
        == ["[floor:\(wasDeduplicated ? "0.7" : "NULL") records:150]"]
    )
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("old.jsonl", lines.prefix(150).joined(separator: "\n") + "\n")
    try sandbox.run("index", "old.jsonl", "new.jsonl", "--out", "scratch").succeeded()
    #expect(try sandbox.data("grown/vectors.npy") == sandbox.data("scratch/vectors.npy"))
    #expect(try sandbox.data("grown/index.faiss") == sandbox.data("scratch/index.faiss"))
    for index in ["grown", "scratch"] {
      for step in [["dedup", index, "--threshold", "0.8"], ["cluster", index], ["split", index]] {
        try sandbox.run(step).succeeded()
      }
    }
    for table in tables {
      let expected = try rows(sandbox, "scratch", table)
      #expect(!expected.isEmpty || table.contains("vetoes") || table.contains("conflicts"))
      #expect(try rows(sandbox, "grown", table) == expected, "\(table)")
    }
    try sandbox.run("verify", "grown").succeeded()
  }

  /// What the command says of changed decisions is what the catalogs before and after say; with
  /// protected records, decisions by hand and all stages the result is that of a run from scratch.
  @Test(arguments: [3, 5, 8] as [UInt64])
  func dedupSaysWhichEarlierDecisionsChanged(seed: UInt64) throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    var random = Random(state: seed)
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n").shuffled(using: &random)
    let cut = Int.random(in: 60...170, using: &random)
    try sandbox.write("old.jsonl", lines.prefix(cut).joined(separator: "\n") + "\n")
    try sandbox.write("new.jsonl", lines.dropFirst(cut).joined(separator: "\n") + "\n")
    let ids = try sandbox.rows("old.jsonl").map { $0["id"] as! String }
    try sandbox.write("protected.txt", ids.prefix(5).joined(separator: "\n") + "\n")
    func dedup(_ index: String) throws -> [String: Any] {
      try sandbox.run(
        "dedup", index, "--threshold", "0.75", "--stages", "exact,normalized,lexical,semantic",
        "--lexical-threshold", "0.6", "--protect", "protected.txt", "--conflicts", "majority",
        "--json"
      ).succeeded().object()
    }
    func out(_ index: String) throws -> Set<String> {
      Set(
        try rows(
          sandbox, index,
          "SELECT id FROM records WHERE row NOT IN (SELECT row FROM kept) ORDER BY id"))
    }
    try sandbox.run("index", "old.jsonl", "--out", "grown").succeeded()
    for (command, id) in [("keep", ids[10]), ("drop", ids[20])] {
      try sandbox.run(command, "grown", id).succeeded()
    }
    #expect(try dedup("grown")["changes"] == nil)
    let before = try out("grown")
    let old = Set(try rows(sandbox, "grown", "SELECT id FROM records"))
    try sandbox.run("index", "--append", "new.jsonl", "--out", "grown").succeeded()
    #expect(try out("grown") == before)
    let changes = try #require(try dedup("grown")["changes"] as? [String: Any])
    let after = try out("grown")
    #expect(changes["earlierRecords"] as? Int == cut)
    #expect(changes["nowKept"] as? Int == before.subtracting(after).count)
    #expect(changes["nowRemoved"] as? Int == after.subtracting(before).intersection(old).count)

    try sandbox.run("index", "old.jsonl", "new.jsonl", "--out", "scratch").succeeded()
    for (command, id) in [("keep", ids[10]), ("drop", ids[20])] {
      try sandbox.run(command, "scratch", id).succeeded()
    }
    _ = try dedup("scratch")
    for index in ["grown", "scratch"] { try sandbox.run("verify", index).succeeded() }
    for table in tables.prefix(5) + ["SELECT * FROM drops ORDER BY row"] {
      let expected = try rows(sandbox, "scratch", table)
      #expect(!expected.isEmpty || table.contains("vetoes"), "\(table)")
      #expect(try rows(sandbox, "grown", table) == expected, "\(table)")
    }
    let text = try sandbox.run("dedup", "grown", "--threshold", "0.95").succeeded().text
    #expect(text.contains("against the dedup before (0 records are new)"))
  }

  /// Under the rule `first` no new record outranks an old one, so nothing decided before changes.
  @Test func newRecordsThatOutrankNoneChangeNothing() throws {
    let sandbox = try parted()
    func dedup() throws -> [String: Any] {
      try sandbox.run("dedup", "grown", "--threshold", "0.75", "--keep", "first", "--json")
        .succeeded().object()
    }
    let before = try #require(try dedup()["removed"] as? Int)
    try sandbox.run("index", "--append", "new.jsonl", "--out", "grown").succeeded()
    let summary = try dedup()
    let changes = try #require(summary["changes"] as? [String: Any])
    #expect(try #require(summary["removed"] as? Int) > before)
    for name in ["nowKept", "nowRemoved", "otherWitness"] { #expect(changes[name] as? Int == 0) }
  }

  @Test func tokensAreCounted() throws {
    let sandbox = try parted()
    let counts = try rows(
      sandbox, "grown", "SELECT count(*) AS n FROM records WHERE tokens IS NULL OR tokens < 3")
    #expect(counts == ["[n:0]"])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let sandbox = try parted()
    let before = try sandbox.snapshot("grown")
    let again = String(try sandbox.text("corpus.jsonl").split(separator: "\n")[3])
    try sandbox.write("again.jsonl", try sandbox.text("new.jsonl") + again + "\n")
    try sandbox.run("index", "--append", "again.jsonl", "--out", "grown")
      .fails(saying: "again.jsonl:78", "old.jsonl:4")
    try sandbox.run(
      "index", "--append", "new.jsonl", "--out", "grown", "--label-field", "topic"
    ).fails(saying: "--label-field label", "hint:")
    try sandbox.run(
      "index", "--append", "new.jsonl", "--out", "grown", "--maximum-tokens", "9"
    ).fails(saying: "9 tokens", "64 tokens")
    try TinyModel.write(to: sandbox.url("other"), seed: 2)
    try sandbox.run("index", "--append", "new.jsonl", "--out", "grown", "--model", "other")
      .fails(saying: "other")
    try sandbox.run("index", "--append", "new.jsonl", "--out", "nowhere").fails(saying: "nowhere")
    try sandbox.run("index", "--append", "new.jsonl").fails(64, saying: "--out")
    #expect(try sandbox.snapshot("grown") == before)
    #expect(!sandbox.exists("grown.partial") && !sandbox.exists("nowhere.partial"))
  }

  @Test func killedWhileAppending() throws {
    let sandbox = try parted()
    let before = try sandbox.data("grown/vectors.npy")
    for delay in [5_000, 20_000, 40_000, 80_000] as [UInt32] {
      let append = try sandbox.start(["index", "--append", "new.jsonl", "--out", "grown"])
      usleep(delay)
      kill(append.process.processIdentifier, SIGKILL)
      _ = try append.wait()
      if try sandbox.data("grown/vectors.npy") != before { break }
    }
    if try sandbox.data("grown/vectors.npy") == before {
      try sandbox.run("index", "--append", "new.jsonl", "--out", "grown").succeeded()
    }
    try sandbox.run("index", "old.jsonl", "new.jsonl", "--out", "scratch").succeeded()
    #expect(try sandbox.data("grown/vectors.npy") == sandbox.data("scratch/vectors.npy"))
  }
}
