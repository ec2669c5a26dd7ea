import Foundation
import GRDB
import Testing

/// Forgeries of an index, and which kind of verification finds each.
@Suite struct VerifyForgeryTests {
  private enum Finder { case plain, replay, embed }

  private func expect(
    _ finder: Finder, _ kind: String, location: SourceLocation = #_sourceLocation,
    _ forge: (Sandbox) throws -> Void
  ) throws {
    let whole = try Self.whole.get()
    let sandbox = try Sandbox()
    for name in ["index", "model"] {
      try FileManager.default.copyItem(at: whole.url(name), to: sandbox.url(name))
    }
    try forge(sandbox)
    let options: [(Finder, [String])] = [
      (.plain, []), (.replay, ["--replay"]), (.embed, ["--embed", "all"]),
    ]
    for (tried, arguments) in options {
      let outcome = try sandbox.run(["verify", "index", "--json"] + arguments)
      if tried == .plain, finder != .plain {
        try outcome.succeeded(location)
      } else if tried == finder {
        #expect(outcome.status == 3, "\(outcome.text) \(outcome.errors)", sourceLocation: location)
        let kinds = try outcome.object()["violationsByKind"] as? [String: Int] ?? [:]
        #expect(kinds[kind] != nil, "\(kinds)", sourceLocation: location)
        #expect(
          (try outcome.object()["advice"] as? [String])?.isEmpty == false, sourceLocation: location)
      }
    }
  }

  nonisolated(unsafe) private static let whole = Result {
    let sandbox = try Sandbox().indexed()
    try sandbox.curate()
    return sandbox
  }

  @Test func nothingForgedPassesAllThree() throws {
    let sandbox = try Self.whole.get()
    let before = try sandbox.snapshot("index")
    let outcome = try sandbox.run("verify", "index", "--replay", "--embed", "all").succeeded()
    #expect(outcome.text.contains("dedup, cluster, split"))
    #expect(outcome.text.contains("227 texts embedded again"))
    let some = try sandbox.run("verify", "index", "--embed", "7", "--json").succeeded()
    #expect(try some.object()["embedded"] as? Int == 7)
    #expect(try sandbox.snapshot("index") == before)
    try sandbox.run("verify", "index", "--embed", "0").fails(64, saying: "--embed")
  }

  @Test func texts() throws {
    let other = "text = 'A text of another record.'"
    try expect(.plain, "changedText") {
      try $0.forge("UPDATE records SET \(other) WHERE row = 5")
    }
    // With its hashes made anew, the hash over the corpus tells.
    try expect(.plain, "changedCorpus") { sandbox in
      try sandbox.indexChangedCorpus(as: "other")
      let columns = ["text", "text_hash", "normalized_hash", "fields"].map {
        "\($0) = (SELECT \($0) FROM other.records WHERE row = 5)"
      }
      try sandbox.forge(
        "ATTACH '\(sandbox.url("other/catalog.sqlite").path)' AS other; "
          + "UPDATE records SET \(columns.joined(separator: ", ")) WHERE row = 5")
    }
    try expect(.plain, "changedCorpus") {
      try $0.forge(
        "UPDATE records SET id = 'x' WHERE row = 5; UPDATE records SET id = 'cs-006' WHERE row = 6; "
          + "UPDATE records SET id = 'cs-007' WHERE row = 5")
    }
    try expect(.plain, "changedCorpus") {
      try $0.forge("UPDATE records SET label = 'forged' WHERE row = 5")
    }
    // And with the manifest made anew and every step done from it, only the model.
    try expect(.embed, "otherVector") { sandbox in
      let vectors = try sandbox.data("index/vectors.npy")
      try sandbox.indexChangedCorpus(as: "index")
      try sandbox.write("index/vectors.npy", vectors)
      try sandbox.rehashVectors()
      try sandbox.curate()
    }
  }

  @Test func vectors() throws {
    try expect(.plain, "changedFile") { try $0.changeVector(of: 5) { $0.map { -$0 } } }
    try expect(.plain, "vectorLength") { sandbox in
      try sandbox.changeVector(of: 5) { $0.map { $0 / 2 } }
      try sandbox.rehashVectors()
    }
    // Another text's vector, the hash made anew and every step done from it.
    try expect(.embed, "otherVector") { sandbox in
      try FileManager.default.removeItem(at: sandbox.url("index"))
      try sandbox.writeCorpus()
      try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
      let other = try sandbox.vector(of: 9)
      try sandbox.changeVector(of: 5) { _ in other }
      try sandbox.rehashVectors()
      try sandbox.curate()
    }
  }

  @Test func removals() throws {
    let one = "row = (SELECT min(row) FROM removals WHERE stage = 'semantic')"
    try expect(.plain, "otherStage") {
      try $0.forge(
        "UPDATE removals SET stage = 'semantic', guards = (SELECT guards FROM removals WHERE \(one)) "
          + "WHERE row = (SELECT min(row) FROM removals WHERE stage IN ('exact', 'normalized'))")
    }
    try expect(.plain, "belowThreshold") {
      try $0.forge("UPDATE removals SET stage = 'exact', guards = NULL WHERE \(one)")
    }
    try expect(.plain, "otherRule") { try $0.forge("UPDATE removals SET rule = 'first'") }
    try expect(.plain, "otherRule") {
      try $0.forge("UPDATE removals SET guards = NULL WHERE \(one)")
    }
    try expect(.plain, "keepOrder") {
      try $0.forge(
        """
        CREATE TEMPORARY TABLE swapped AS SELECT row, witness FROM removals WHERE \(one);
        UPDATE removals SET witness = (SELECT row FROM swapped)
          WHERE witness = (SELECT witness FROM swapped) AND row <> (SELECT row FROM swapped);
        UPDATE removals SET row = (SELECT witness FROM swapped), witness = (SELECT row FROM swapped)
          WHERE row = (SELECT row FROM swapped)
        """)
    }
    try expect(.plain, "guardIgnored") {
      try $0.forge(
        """
        INSERT OR IGNORE INTO removals
          SELECT max(a, b), min(a, b), score, stage, 'longest', 'within',
            (SELECT guards FROM removals WHERE \(one)) FROM vetoes
          WHERE a NOT IN (SELECT row FROM removals) AND b NOT IN (SELECT row FROM removals);
        DELETE FROM vetoes
        """)
    }
  }

  @Test func options() throws {
    try expect(.plain, "otherOptions") {
      try $0.forge(
        """
        UPDATE steps SET options = replace(options, '"threshold":0.8', '"threshold":0.5')
        """)
    }
    try expect(.plain, "staleStep") {
      try $0.forge(
        """
        UPDATE steps SET options = replace(options, '"keep":"longest"', '"keep":"shortest"');
        UPDATE removals SET rule = 'shortest'
        """)
    }
  }

  @Test func split() throws {
    try expect(.plain, "dividedGroup") {
      try $0.forge(
        """
        UPDATE splits SET part = CASE part WHEN 'test' THEN 'development' ELSE 'test' END,
          selected = 0, rank = NULL WHERE row = (SELECT min(row) FROM splits WHERE group_id IN
          (SELECT group_id FROM splits GROUP BY group_id HAVING count(*) > 1))
        """)
    }
    // A record without a near one, moved.
    try expect(.replay, "otherOutcome") { sandbox in
      let row = try sandbox.loneRow()
      try sandbox.forge(
        "UPDATE splits SET part = CASE part WHEN 'test' THEN 'development' ELSE 'test' END, "
          + "selected = 0, rank = NULL WHERE row = \(row)")
    }
    try expect(.replay, "otherOutcome") {
      try $0.forge("UPDATE clusters SET words = '[]' WHERE kind = 'topic'")
    }
  }

  @Test func predictions() throws {
    let run = """
      INSERT INTO runs VALUES ('raw-1', 'compare', 'raw', 'label', 1, NULL, '{}', 'running', '2026-01-01T00:00:00.000Z', NULL, NULL);
      INSERT INTO predictions SELECT 'raw-1', row, label, label, 1, 0.9, NULL FROM records LIMIT 20;
      """
    let sandbox = try Sandbox()
    try FileManager.default.copyItem(at: Self.whole.get().url("index"), to: sandbox.url("index"))
    try sandbox.forge(run)
    try sandbox.run("verify", "index").succeeded()
    for change in [
      "predicted = 'no such label'", "correct = 0", "label = 'other', predicted = 'other'",
    ] {
      try expect(.plain, "falsePrediction") {
        try $0.forge(run + "UPDATE predictions SET \(change) WHERE row = 3")
      }
    }
    try expect(.plain, "scoreMismatch") {
      try $0.forge("INSERT INTO test_slices VALUES (5, 'clean', 9, 0.123)")
    }
  }
}

extension VerifyForgeryTests {
  @Test func studies() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.curate()
    try sandbox.run("compare", "index", "--seeds", "1", "--study-steps", "2").succeeded()
    try sandbox.run("verify", "index", "--replay").succeeded()
    try FileManager.default.copyItem(at: sandbox.url("index"), to: sandbox.url("whole"))
    func kinds(_ options: String..., forge: () throws -> Void) throws -> [String: Int] {
      try FileManager.default.removeItem(at: sandbox.url("index"))
      try FileManager.default.copyItem(at: sandbox.url("whole"), to: sandbox.url("index"))
      try forge()
      return try #require(
        sandbox.run(["verify", "index", "--json"] + options).object()["violationsByKind"]
          as? [String: Int])
    }
    let predicted = "UPDATE predictions SET predicted = label, correct = 1"
    #expect(try kinds { try sandbox.forge(predicted) }["falseFigures"] != nil)
    // With the scores of the runs gone, the comparison still tells.
    let all = predicted + "; UPDATE runs SET metrics = NULL"
    #expect(try kinds { try sandbox.forge(all) }.isEmpty)
    #expect(try kinds("--replay") { try sandbox.forge(all) }["otherOutcome"] != nil)
    let difference = "UPDATE comparisons SET difference = 0.3, low = 0.2, high = 0.4"
    #expect(try kinds("--replay") { try sandbox.forge(difference) } == ["otherOutcome": 1])
  }
}

extension Sandbox {
  /// A kept record in a group of its own that is in no stored pair.
  fileprivate func loneRow() throws -> Int {
    let queue = try DatabaseQueue(path: url("index/catalog.sqlite").path)
    let row = try queue.read {
      try Int.fetchOne(
        $0,
        sql: """
          SELECT min(row) FROM splits WHERE row NOT IN (SELECT a FROM pairs UNION SELECT b FROM pairs)
            AND row NOT IN (SELECT row FROM removals UNION SELECT witness FROM removals)
            AND group_id IN (SELECT group_id FROM splits GROUP BY group_id HAVING count(*) = 1)
          """)
    }
    return try #require(row)
  }

  /// Deduplicated, clustered and split as by the suite, whatever was done before.
  fileprivate func curate() throws {
    for command in [
      ["dedup", "index", "--threshold", "0.8"], ["cluster", "index"], ["split", "index"],
    ] { try run(command).succeeded() }
  }

  /// Indexes the corpus with another text in row 5.
  fileprivate func indexChangedCorpus(as name: String) throws {
    try writeCorpus()
    var lines = try text("corpus.jsonl").split(separator: "\n").map(String.init)
    lines[5] = #"{"id": "cs-006", "text": "Nothing of the kind was ever said."}"#
    try write("corpus.jsonl", lines.joined(separator: "\n") + "\n")
    try? FileManager.default.removeItem(at: url(name))
    try run("index", "corpus.jsonl", "--out", name).succeeded()
  }

  /// Makes the manifest describe the vector file as it is.
  fileprivate func rehashVectors() throws {
    let hash = try shell("sha256sum index/vectors.npy").text.prefix(64)
    var manifest = try #require(
      JSONSerialization.jsonObject(with: data("index/manifest.json")) as? [String: Any])
    var file = try #require(manifest["vectors"] as? [String: Any])
    file["hash"] = String(hash)
    manifest["vectors"] = file
    try write("index/manifest.json", JSONSerialization.data(withJSONObject: manifest))
  }

  /// Where the vector of `row` lies in the bytes of the vector file.
  private func place(of row: Int, in data: Data) -> Range<Int> {
    let (records, bytes) = (227, TinyModel.hidden * 4)
    let start = data.count - (records - row) * bytes
    return start..<start + bytes
  }

  fileprivate func vector(of row: Int) throws -> [Float] {
    let data = try data("index/vectors.npy")
    return Data(data[place(of: row, in: data)]).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
  }

  fileprivate func changeVector(of row: Int, _ change: ([Float]) -> [Float]) throws {
    var data = try data("index/vectors.npy")
    let changed = change(try vector(of: row)).withUnsafeBytes { Data($0) }
    data.replaceSubrange(place(of: row, in: data), with: changed)
    try write("index/vectors.npy", data)
  }
}
