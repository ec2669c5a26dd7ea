import Foundation
import GRDB
import Testing

/// Every number of the report that is a count, a share or a score, against a query of the catalog that
/// does without the code that wrote it (intervals: `Docs/Studies` has an independent recomputation).
@Suite struct ReportNumbersTests {
  private let sandbox: Sandbox
  private let report: [String: Any]
  private let catalog: DatabaseQueue

  /// A corpus with a given test set, a conflict, vetoes and drops: no section is missing or empty.
  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    let test = lines.enumerated().filter { $0.offset % 5 == 0 }.map { String($0.element) }
    let train = lines.enumerated().filter { $0.offset % 5 != 0 }.map { String($0.element) }
    let wrong = #"{"id":"wrong","text":"My credit card was declined.","label":"product"}"#
    try sandbox.write("train.jsonl", (train + [wrong]).joined(separator: "\n") + "\n")
    try sandbox.write("test.jsonl", test.joined(separator: "\n") + "\n")
    let run = try sandbox.run(
      "run", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index", "--threshold",
      "0.8", "--seeds", "2", "--study-steps", "3", "--quiet"
    )
    try run.succeeded()
    report = try sandbox.run("report", "index", "--json").succeeded().object()
    catalog = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
  }

  @Test func agreeWithTheCatalog() throws {
    try removals()
    try removedPairs()
    try similarities()
    try clusters()
    try split()
    try studyScores()
  }

  private func section(_ name: String) throws -> [String: Any] {
    try #require(report[name] as? [String: Any], "no \(name)")
  }

  private func rows(_ value: Any?) throws -> [[String: Any]] {
    try #require(value as? [[String: Any]])
  }

  private func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try #require(
      catalog.read { try Int.fetchOne($0, sql: sql, arguments: arguments) }, "\(sql)")
  }

  /// The first column of each row with the others.
  private func table(_ sql: String) throws -> [String: [Double]] {
    try catalog.read { database in
      try Dictionary(
        uniqueKeysWithValues: Row.fetchAll(database, sql: sql).map { row in
          (row[0], (1..<row.count).map { row[$0] })
        })
    }
  }

  private func removals() throws {
    let section = try section("removal")
    let expected = [
      "records": "SELECT count(*) FROM records",
      "removed": "SELECT (SELECT count(*) FROM removals) + (SELECT count(*) FROM drops)",
      "testRecords": "SELECT count(*) FROM records WHERE given_split = 'test'",
      "againstTest": "SELECT count(*) FROM removals WHERE scope = 'train-test'",
      "cutRecords":
        "SELECT count(*) FROM records WHERE seen_bytes < length(CAST(text AS BLOB))",
      "unknownRecords": "SELECT count(*) FROM records WHERE unknown_words IS NOT NULL",
    ]
    for (name, sql) in expected { #expect(try section[name] as? Int == number(sql), "\(name)") }
    #expect(section["threshold"] as? Double == 0.8)

    let stages = try table(
      "SELECT stage, count(*), sum(scope = 'train-test') FROM removals GROUP BY 1")
    for stage in try rows(section["stages"]) {
      let known = stages[stage["name"] as! String] ?? [0, 0]
      #expect(stage["count"] as? Double == known[0], "\(stage)")
      #expect(stage["againstTest"] as? Double == known[1], "\(stage)")
    }
    #expect(try number("SELECT count(*) FROM removals") > 5)
    let listed = try rows(section["listings"]).reduce(0) { $0 + ($1["count"] as! Int) }
    #expect(listed == section["removed"] as? Int)
    let conflicts = try #require(section["conflicts"] as? [String: Any])
    #expect(try conflicts["count"] as? Int == number("SELECT count(*) FROM conflicts"))
    let vetoes = try table("SELECT \"guard\", count(*) FROM vetoes GROUP BY 1")
    for listing in try rows(section["vetoes"]) {
      #expect(vetoes[listing["title"] as! String] == [listing["count"] as! Double], "\(listing)")
    }
    #expect(try rows(section["vetoes"]).count == vetoes.count && !vetoes.isEmpty)
  }

  /// Each pair that is shown is in the ledger with that score, and these two texts.
  private func removedPairs() throws {
    let section = try section("removal")
    let pairs = try rows(section["examples"])
    #expect(!pairs.isEmpty)
    for pair in pairs {
      let (record, witness) = (pair["record"] as! [String: Any], pair["witness"] as! [String: Any])
      let found = try number(
        """
        SELECT count(*) FROM removals JOIN records AS r USING (row) JOIN records AS w ON w.row = witness
        WHERE r.id = ? AND r.text = ? AND w.id = ? AND w.text = ? AND abs(score - ?) < 1e-9
          AND removals.stage = ?
        """,
        [
          record["id"] as! String, record["text"] as! String, witness["id"] as! String,
          witness["text"] as! String, pair["score"] as! Double, pair["stage"] as! String,
        ])
      #expect(found == 1, "\(pair)")
    }
  }

  /// The histogram against all cosines of the stored vectors.
  private func similarities() throws {
    let section = try section("similarity")
    let bytes = try sandbox.data("index/vectors.npy")
    let header = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let vectors: [[Float]] = bytes[header...].withUnsafeBytes { raw in
      let values = (0..<raw.count / 4).map {
        raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
      }
      return stride(from: 0, to: values.count, by: 32).map { Array(values[$0..<$0 + 32]) }
    }
    let records = try number("SELECT count(*) FROM records")
    #expect(vectors.count == records)
    let nearest = vectors.indices.map { row in
      vectors.indices.filter { $0 != row }.map { other in
        zip(vectors[row], vectors[other]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      }.max()!
    }
    let bins = try rows(section["bins"])
    #expect(bins.reduce(0) { $0 + ($1["count"] as! Int) } == records)
    // Sums in another order may put one that lies on a border into the neighboring bin.
    for bin in bins {
      let (low, high) = (bin["low"] as! Double, bin["high"] as! Double)
      let least = nearest.count { $0 >= low + 1e-6 && $0 < high - 1e-6 }
      let most = nearest.count {
        $0 >= low - 1e-6 && ($0 < high + 1e-6 || high >= 1) || low <= 0 && $0 < 0
      }
      #expect((least...most).contains(bin["count"] as! Int), "\(bin)")
    }
    let kept = try number("SELECT count(*) FROM kept")
    let point = try rows(section["retention"]).first {
      abs(($0["threshold"] as! Double) - 0.8) < 1e-9
    }
    let others = try number("SELECT count(*) FROM drops")
    let retained = try #require(point?["kept"] as? Int)
    #expect((kept...kept + others).contains(retained), "\(retained), of \(kept) kept")
  }

  private func clusters() throws {
    let section = try section("clusters")
    let sizes = try table(
      """
      SELECT 'group ' || cluster, size, (SELECT count(*) FROM cluster_members AS m
        WHERE m.kind = clusters.kind AND m.cluster = clusters.cluster) FROM clusters
      WHERE kind = 'paraphrase'
      """)
    #expect(sizes.values.allSatisfy { $0[0] == $0[1] } && !sizes.isEmpty)
    #expect(section["groupCount"] as? Int == sizes.count)
    #expect(section["groupedRecords"] as? Double == sizes.values.reduce(0) { $0 + $1[0] })
    for group in try rows(section["groups"]) {
      #expect(group["size"] as? Double == sizes[group["name"] as! String]?[0], "\(group)")
    }
    let topics = try table(
      """
      SELECT 'topic ' || m.cluster, count(*), max(n) FROM cluster_members AS m LEFT JOIN
        (SELECT cluster, count(*) AS n FROM cluster_members JOIN records USING (row)
         WHERE kind = 'topic' GROUP BY cluster, label) AS labels USING (cluster)
      WHERE m.kind = 'topic' GROUP BY m.cluster
      """)
    let counts = try table(
      "SELECT 'topic ' || cluster, count(*) FROM cluster_members WHERE kind = 'topic' GROUP BY 1")
    for topic in try rows(section["topics"]) {
      let name = topic["name"] as! String
      let size = try #require(counts[name]?[0])
      #expect(topic["size"] as? Double == size)
      let share = try #require(topic["labelShare"] as? Double)
      #expect(abs(share - (topics[name]![1] / size)) < 1e-12, "\(topic)")
    }
  }

  private func split() throws {
    let section = try section("split")
    let parts = try #require(section["parts"] as? [String])
    for row in try rows(section["labels"]) {
      let counts = try parts.map { part in
        try number(
          "SELECT count(*) FROM splits JOIN records USING (row) WHERE part = ? AND label = ?",
          [part, row["label"] as! String])
      }
      #expect(row["counts"] as? [Int] == counts, "\(row)")
    }
    for mixture in try rows((try self.section("composition"))["mixtures"])
    where mixture["key"] as? String == "label" {
      for group in try rows(mixture["groups"]) {
        let name: StatementArguments = [group["name"] as! String]
        let before = "SELECT count(*) FROM records WHERE label = ?"
        #expect(try group["before"] as? Int == number(before, name), "\(group)")
        let kept = "SELECT count(*) FROM kept JOIN records USING (row) WHERE label = ?"
        #expect(try group["kept"] as? Int == number(kept, name), "\(group)")
        let selected =
          "SELECT count(*) FROM splits JOIN records USING (row) WHERE selected AND label = ?"
        #expect(try group["selected"] as? Int == number(selected, name), "\(group)")
      }
    }
  }

  private func studyScores() throws {
    let analysis = try #require(try section("study")["analysis"] as? [String: Any])
    let items = try #require(analysis["items"] as? [String: Int])
    let slices = try table("SELECT slice, count(*) FROM test_slices GROUP BY slice")
    for (slice, count) in items where slice != "all" {
      #expect(Double(count) == slices[slice]?[0] ?? 0, "\(slice)")
    }
    #expect(Double(items["all"]!) == slices.values.reduce(0) { $0 + $1[0] })
    var checked = 0
    for row in try rows(analysis["scores"]) where row["metric"] as? String == "accuracy" {
      let (arm, slice) = (row["arm"] as! String, row["slice"] as! String)
      let perSeed = try catalog.read { database in
        try Double.fetchAll(
          database,
          sql: """
            SELECT avg(correct) FROM predictions JOIN test_slices USING (row) JOIN runs ON run = id
            WHERE arm = ? AND (slice = ? OR ? = 'all') GROUP BY run ORDER BY seed
            """, arguments: [arm, slice, slice])
      }
      let shown = try #require(row["perSeed"] as? [Double])
      #expect(zip(shown, perSeed).allSatisfy { abs($0 - $1) < 1e-12 }, "\(arm), \(slice)")
      #expect(shown.count == perSeed.count && shown.count == 2)
      checked += 1
    }
    #expect(checked >= 12)
    for run in try #require(analysis["runs"] as? [String]) {
      #expect(try number("SELECT count(*) FROM runs WHERE id = ?", [run]) == 1)
    }
  }
}
