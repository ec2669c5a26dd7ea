import Foundation
import Testing

/// What `export` writes can be read again.
@Suite struct ExportTests {
  /// Deduplicated and split, with folds.
  private func split() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index", "--folds", "3").succeeded()
    return sandbox
  }

  /// Id, text and label of all records of an index.
  private func records(_ sandbox: Sandbox, _ index: String) throws -> Set<[String]> {
    try sandbox.run("export", index, "--what", "all", "--out", "all.csv").succeeded()
    try sandbox.run("index", "all.csv", "--out", "again", "--force").succeeded()
    try sandbox.run("export", "again", "--what", "all", "--out", "all.jsonl").succeeded()
    return Set(
      try sandbox.rows("all.jsonl").map { row in
        // A CSV field is empty where there is no label.
        ["id", "text", "label"].map { row[$0] as? String ?? "" }
      })
  }

  private func ids(_ sandbox: Sandbox, _ set: String) throws -> Set<String> {
    try sandbox.run("export", "index", "--what", set, "--out", "ids.txt").succeeded()
    let lines = try sandbox.text("ids.txt").split(separator: "\n").map(String.init)
    #expect(Set(lines).count == lines.count)
    return Set(lines)
  }

  @Test func exportedRecordsIndexAgainAsTheyWere() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "corpus.jsonl",
      [
        #"{"uid":"a","review":"Pay \"now\",\nplease","stars":5,"extra":{"x":[1,2]}}"#,
        #"{"uid":"b","review":"Pay later, 数据库","stars":1,"source":"web"}"#,
        #"{"uid":"c","review":"Hello","stars":null}"#,
      ].joined(separator: "\n") + "\n")
    let fields = ["--text-field", "review", "--label-field", "stars", "--id-field", "uid"]
    try sandbox.run(["index", "corpus.jsonl", "--out", "index"] + fields).succeeded()
    let expected: Set = [
      ["a", "Pay \"now\",\nplease", "5"], ["b", "Pay later, 数据库", "1"], ["c", "Hello", ""],
    ]
    #expect(try records(sandbox, "index") == expected)
    let csv = try sandbox.text("all.csv")
    #expect(csv.hasPrefix("id,text,label,extra,source\r\n"))
    #expect(csv.contains(#","{""x"":[1,2]}","#) && csv.contains(",web\r\n"))
    // JSONL gives the rows as they were read, with the same fields.
    try sandbox.run("export", "index", "--what", "all", "--out", "same.jsonl").succeeded()
    #expect(try sandbox.rows("same.jsonl").map { $0["stars"] as? Int } == [5, 1, nil])
    try sandbox.run(["index", "same.jsonl", "--out", "third"] + fields).succeeded()
    #expect(try records(sandbox, "third") == expected)
    try sandbox.run("export", "index", "--what", "all", "--out", "x.tsv").fails(
      saying: "x.tsv:2", "tabs and line ends")
    #expect(!sandbox.exists("x.tsv"))
  }

  @Test func everyFormatGivesTheSameRecords() throws {
    let sandbox = try Sandbox().indexed()
    let expected = Set(
      try sandbox.rows("corpus.jsonl").map { row in
        ["id", "text", "label"].map { row[$0] as? String ?? "" }
      })
    for name in ["x.jsonl", "x.csv", "x.tsv"] {
      try sandbox.run("export", "index", "--what", "all", "--out", name).succeeded()
      try sandbox.run("index", name, "--out", "from", "--force").succeeded()
      #expect(try records(sandbox, "from") == expected, "\(name)")
    }
  }

  @Test func setsPartitionTheRecords() throws {
    let sandbox = try split()
    let all = try ids(sandbox, "all")
    let (kept, removed) = (try ids(sandbox, "kept"), try ids(sandbox, "removed"))
    #expect(kept.isDisjoint(with: removed) && kept.union(removed) == all && !removed.isEmpty)
    let parts = try ["train", "development", "test"].map { try ids(sandbox, $0) }
    #expect(parts.reduce(0) { $0 + $1.count } == parts.reduce(Set()) { $0.union($1) }.count)
    #expect(try ids(sandbox, "balanced").isStrictSubset(of: parts[0]))
    let files =
      try sandbox.run(
        "export", "index", "--what", "folds", "--out", "folds", "--format", "csv", "--json"
      ).succeeded().object()["files"] as? [[String: Any]]
    let rows = Dictionary(
      uniqueKeysWithValues: try #require(files).map { ($0["name"] as! String, $0["rows"] as! Int) })
    #expect(rows.count == 6)
    let tested = (0..<3).map { rows["fold\($0)-test.csv"]! }
    #expect((0..<3).allSatisfy { rows["fold\($0)-train.csv"]! + tested[$0] == tested.reduce(0, +) })
    try sandbox.run("export", "index", "--what", "splits", "--out", "splits").succeeded()
    #expect(Set(try sandbox.rows("splits/test.jsonl").map { $0["id"] as! String }) == parts[2])
    #expect(try sandbox.rows("splits/balanced.jsonl").count == ids(sandbox, "balanced").count)
  }

  @Test func pairsAreReadByCalibrate() throws {
    let sandbox = try Sandbox().deduplicated()
    let count =
      try #require(
        sandbox.run("export", "index", "--what", "pairs", "--out", "pairs.csv", "--json")
          .succeeded()
          .object()["files"] as? [[String: Any]])[0]["rows"] as! Int
    let unlabeled = try sandbox.run("calibrate", "index", "--pairs", "pairs.csv", "--json")
      .succeeded().object()
    #expect(unlabeled["unsure"] as? Int == count && unlabeled["labeled"] as? Int == 0)
    try sandbox.run(
      "export", "index", "--what", "pairs", "--threshold", "0.85", "--out", "pairs.jsonl"
    ).succeeded()
    let pairs = try sandbox.rows("pairs.jsonl")
    #expect(pairs.count < count && pairs.allSatisfy { $0["score"] as! Double >= 0.85 })
    // A person fills in the labels.
    let text = try sandbox.text("pairs.jsonl").replacing(
      #""duplicate":null"#, with: #""duplicate":true"#)
    try sandbox.write("labeled.jsonl", text)
    for arguments in [["index"], []] {
      let judged = try sandbox.run(
        ["calibrate"] + arguments + ["--pairs", "labeled.jsonl", "--json"]
      ).succeeded().object()
      #expect(judged["duplicates"] as? Int == pairs.count)
    }
    try sandbox.run(
      "export", "index", "--what", "pairs", "--threshold", "0.1", "--out", "pairs.jsonl"
    ).fails(saying: "from 0.1 up", "--floor")
    try sandbox.run(
      "export", "index", "--what", "pairs", "--stage", "lexical", "--out", "pairs.jsonl"
    ).fails(saying: "lexical", "none")
  }

  @Test func aDatasetFolderSaysWhatItsFilesAre() throws {
    let sandbox = try split()
    try sandbox.run("export", "index", "--what", "dataset", "--out", "data").succeeded()
    let card = try sandbox.text("data/README.md")
    #expect(
      card.hasPrefix(
        """
        ---
        configs:
        - config_name: default
          default: true
          data_files:
          - split: train
            path: train.jsonl
          - split: validation
            path: validation.jsonl
          - split: test
            path: test.jsonl
        - config_name: balanced
          data_files:
          - split: train
            path: balanced.jsonl

        """))
    // Every row has every field, so that all files have one schema.
    let rows = try ["train", "validation", "test", "balanced"].flatMap {
      try sandbox.rows("data/\($0).jsonl")
    }
    #expect(Set(rows.map { Set($0.keys) }).count == 1)
    // Without a split there is one part, the kept records.
    try sandbox.run("dedup", "index", "--threshold", "0.85").succeeded()
    try sandbox.run(
      "export", "index", "--what", "dataset", "--out", "kept", "--format", "tsv"
    ).succeeded()
    #expect(try sandbox.text("kept/README.md").contains("path: train.tsv\n---"))
    #expect(try sandbox.text("kept/README.md").contains(#"sep: "\t""#))
  }

  @Test func whatCannotBe() throws {
    let sandbox = try Sandbox().deduplicated()
    for arguments in [
      ["--what", "all"], ["--what", "no", "--out", "x"],
      ["--what", "kept", "--format", "csv", "--out", "x.csv"],
      ["--what", "splits", "--out", "-"], ["--threshold", "0.9", "--out", "x.csv"],
      ["--what", "pairs", "--stage", "exact", "--out", "x.csv"],
    ] { try sandbox.run(["export", "index"] + arguments).fails(64, saying: "Usage") }
    for what in ["train", "folds", "splits"] {
      try sandbox.run("export", "index", "--what", what, "--out", "x.jsonl").fails(
        saying: "'split'", "run simcurate split")
    }
    try sandbox.run("export", "index", "--what", "clusters", "--out", "x.csv").fails(
      saying: "'cluster'")
    try sandbox.run("export", "index", "--out", "x.pdf").fails(saying: "x.pdf")
    #expect(!sandbox.exists("x.jsonl") && !sandbox.exists("x.csv") && !sandbox.exists("x.pdf"))
    let piped = try sandbox.run("export", "index", "--out", "-").succeeded()
    #expect(piped.text.split(separator: "\n").count > 100)
    #expect(piped.errors.contains("rows in -"))
  }
}
