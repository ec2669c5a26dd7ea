import Foundation
import GRDB
import Testing

/// What the command makes of index folders that are damaged, tampered with or not there.
@Suite struct IndexFolderTests {
  private func change(_ sandbox: Sandbox, _ sql: String) throws {
    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    try database.write { database in
      try database.execute(sql: sql)
      #expect(database.changesCount == 1, "changed nothing: \(sql)")
    }
    try database.close()
  }

  @Test func notAnIndex() throws {
    let sandbox = try Sandbox()
    for command in [["verify"], ["dedup"], ["explain", "x"], ["report"]] {
      try sandbox.run([command[0], "nowhere"] + command.dropFirst())
        .fails(saying: "nowhere/manifest.json", "no such folder", "simcurate index")
    }
  }

  @Test func damagedManifest() throws {
    let sandbox = try Sandbox().indexed()
    for text in ["", "garbage", "[1]", "{}", #"{"format": 99}"#] {
      try sandbox.write("index/manifest.json", text)
      try sandbox.run("verify", "index").fails(saying: "manifest.json")
    }
  }

  @Test func stepsAskForTheStepBefore() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.run("verify", "index").fails(saying: "'dedup'", "simcurate dedup index")
    try sandbox.run("cluster", "index").fails(saying: "'dedup'")
    try sandbox.run("split", "index").fails(saying: "simcurate")
  }

  @Test func unknownRecordSuggestsNearOnes() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.run("explain", "index", "cs-01").fails(saying: "'cs-01'", "hint: ", "cs-01")
  }

  @Test func verifyFindsTamperedLedgers() throws {
    let removal = "row = (SELECT min(row) FROM removals WHERE stage = 'semantic')"
    for sql in [
      "UPDATE removals SET score = 0.99991 WHERE \(removal)",
      "DELETE FROM removals WHERE \(removal)",
      """
      UPDATE removals SET witness = (SELECT max(row) FROM records WHERE row <> removals.row
        AND row <> removals.witness) WHERE \(removal)
      """,
    ] {
      let sandbox = try Sandbox().deduplicated()
      try sandbox.run("verify", "index").succeeded()
      try change(sandbox, sql)
      let outcome = try sandbox.run("verify", "index")
      outcome.fails(3)
      #expect(
        outcome.text.contains("violation") && outcome.text.contains("'cs-"), "\(outcome.text)")
    }
  }

  @Test func tamperedVectors() throws {
    let sandbox = try Sandbox().deduplicated()
    var data = try sandbox.data("index/vectors.npy")
    data[data.count - 1] ^= 1
    try sandbox.write("index/vectors.npy", data)
    let outcome = try sandbox.run("verify", "index")
    #expect(outcome.status == 3 && outcome.text.contains("vectors.npy: other content"))
    try sandbox.write("index/vectors.npy", data.dropLast(4))
    try sandbox.run("search", "index", "hello").fails(saying: "vectors.npy", "bytes")
  }
}
