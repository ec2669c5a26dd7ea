import Foundation
import GRDB
import Testing

/// Which pairs `dedup` finds: of repeated texts, after an append, approximately.
@Suite struct JoinTests {
  @Test func halfTheRowsAreOneSentence() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    let rows = (0..<3000).map { row in
      row % 2 == 0 ? "Where is my parcel?" : "Question \(row) about order \(row * 7)"
    }
    try sandbox.write("corpus.txt", rows.joined(separator: "\n"))
    try sandbox.run("index", "corpus.txt", "--out", "index").succeeded()
    let summary = try sandbox.run("dedup", "index", "--threshold", "0.99999", "--json")
      .succeeded().object()
    let stages = try #require(summary["removedByStage"] as? [String: Int])
    #expect(stages["exact"] == 1499)
    // A text is one vertex however often it occurs: its repetitions make no pair.
    let repeated = try sandbox.database { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM pairs JOIN records ON records.row IN (pairs.a, pairs.b)
          WHERE records.row % 2 = 0 AND records.row > 0
          """)
    }
    #expect(repeated == 0)
    try sandbox.run("verify", "index").succeeded()
  }

  @Test func afterAnAppendOnlyNewTextsAreJoined() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.run("dedup", "index", "--threshold", "0.8", "--export", "scratch.jsonl")
      .succeeded()
    let all = try sandbox.storedPairs()
    #expect(all.count > 20)
    // As an append leaves it: the pairs of the first rows, no step, and how far the pairs reach.
    for isIntact in [true, false] {
      let first = 100
      try sandbox.change { database in
        try database.execute(sql: "DELETE FROM pairs WHERE b >= ?", arguments: [first])
        if !isIntact { try database.execute(sql: "DELETE FROM pairs") }
        try database.execute(sql: "DELETE FROM steps WHERE name = 'dedup'")
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO figures VALUES
              ('pairs', '{"floors": {"semantic": 0.7}, "method": "exact", "records": \(first)}')
            """)
      }
      try sandbox.run("dedup", "index", "--threshold", "0.8", "--export", "again.jsonl")
        .succeeded()
      let again = try sandbox.storedPairs()
      if isIntact {
        #expect(again == all)
        #expect(try sandbox.data("again.jsonl") == sandbox.data("scratch.jsonl"))
      } else {
        // What was stored is read, not found anew: without it only the pairs of new rows are there.
        #expect(again == all.filter { $0.b >= first } && again.count < all.count)
      }
    }
  }

  @Test func approximateJoinSaysWhatItFound() throws {
    let sandbox = try Sandbox().indexed()
    let exact = try sandbox.run("dedup", "index", "--threshold", "0.8", "--json").succeeded()
      .object()
    #expect(exact["recall"] == nil)
    try FileManager.default.removeItem(at: sandbox.url("index"))
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    let run = try sandbox.run(
      "dedup", "index", "--threshold", "0.8", "--join", "ivf", "--json"
    ).succeeded().object()
    let recall = try #require(run["recall"] as? [String: Int])
    #expect(recall["pairs"] == exact["pairs"] as? Int)
    #expect(recall["found"] == run["pairs"] as? Int)
    let text = try sandbox.run("dedup", "index", "--threshold", "0.8", "--join", "ivf")
      .succeeded().text
    #expect(text.contains("approximate join: "))
    let again = try sandbox.run("dedup", "index", "--threshold", "0.8", "--json").succeeded()
      .object()
    #expect(again["pairs"] as? Int == exact["pairs"] as? Int && again["recall"] == nil)
    #expect(try sandbox.run("dedup", "index", "--join", "guess").status == 64)
  }
}

private struct PairRow: Equatable {
  var a: Int
  var b: Int
  var score: Double
}

extension Sandbox {
  fileprivate func database<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try DatabaseQueue(path: url("index/catalog.sqlite").path).read(body)
  }

  fileprivate func change(_ body: (Database) throws -> Void) throws {
    try DatabaseQueue(path: url("index/catalog.sqlite").path).write(body)
  }

  fileprivate func storedPairs() throws -> [PairRow] {
    try database { database in
      try Row.fetchAll(database, sql: "SELECT a, b, score FROM pairs ORDER BY a, b").map {
        PairRow(a: $0[0], b: $0[1], score: $0[2])
      }
    }
  }
}
