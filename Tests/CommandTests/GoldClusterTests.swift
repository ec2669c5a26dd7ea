import Foundation
import GRDB
import Testing

/// What all-MiniLM-L6-v2 makes of the hand-labeled corpus, held against its groups and traps.
@Suite struct GoldClusterTests {
  static let model: URL = {
    let named = ProcessInfo.processInfo.environment["SIMCURATE_MODEL"].map(
      URL.init(fileURLWithPath:))
    return named ?? Sandbox.repository.appendingPathComponent("models/all-MiniLM-L6-v2")
  }()
  static let isThere = FileManager.default.fileExists(
    atPath: model.appendingPathComponent("model.safetensors").path)

  private struct Pair: FetchableRecord, Decodable {
    var groupA: String
    var groupB: String
    var trapA: String?
    var trapB: String?
  }

  private func pairs(_ sandbox: Sandbox, _ sql: String) throws -> [Pair] {
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    return try database.read { database in
      try Pair.fetchAll(
        database,
        sql: """
          WITH gold AS (SELECT row, json_extract(fields, '$.group') AS g,
            json_extract(fields, '$.trap') AS t FROM records)
          SELECT x.g AS groupA, y.g AS groupB, x.t AS trapA, y.t AS trapB
          FROM (\(sql)) p JOIN gold x ON x.row = p.a JOIN gold y ON y.row = p.b
          """)
    }
  }

  @Test(.enabled(if: isThere, "no model: run corpora/fetch.sh model (see Docs/Testing.md)"))
  func groupsAndTraps() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    let model = ["--model", Self.model.path]
    try sandbox.run(["index", "corpus.jsonl", "--out", "index", "--precision", "f32"] + model)
      .succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.9", "--floor", "0.7").succeeded()
    try sandbox.run("cluster", "index", "--paraphrase", "0.75").succeeded()

    let removed = try pairs(sandbox, "SELECT row AS a, witness AS b FROM removals")
    #expect(removed.count { $0.groupA == $0.groupB } >= 14)
    // The guards' traps: negations, numbers and names never cost a record. Opposite words do.
    for pair in removed where pair.trapA != nil && pair.trapA == pair.trapB {
      #expect(pair.trapA!.hasPrefix("word"), "\(pair.trapA!) fell into its trap")
    }
    let joined = try pairs(
      sandbox,
      """
      SELECT x.row AS a, y.row AS b FROM cluster_members x JOIN cluster_members y
      ON x.kind = y.kind AND x.cluster = y.cluster AND x.row < y.row WHERE x.kind = 'paraphrase'
      """)
    let right = joined.count { $0.groupA == $0.groupB }
    #expect(Double(right) / Double(joined.count) >= 0.7, "\(right) of \(joined.count) pairs right")
    #expect(Double(right) / 104 >= 0.6, "\(right) of 104 gold pairs found")
  }
}
