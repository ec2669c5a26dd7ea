import Foundation
import GRDB
import Testing

/// Catalogs whose numbers cannot be: every command that reads them says so, and none traps.
@Suite struct ForgedCatalogTests {
  private static let commands = [
    "verify index", "dedup index --threshold 0.7", "dedup index --threshold 0.8 --keep central",
    "cluster index --outliers 3", "split index --budget 0.3", "explain index cs-001",
    "export index --what removals --out removals.jsonl", "export index --what kept --out k.csv",
    "export index --what clusters --out clusters.jsonl",
    "export index --what outliers --out outliers.jsonl", "report index",
  ]

  private static let forgeries = [
    "UPDATE removals SET row = -1 WHERE row = (SELECT min(row) FROM removals)",
    "UPDATE removals SET row = 4294967296 WHERE row = (SELECT min(row) FROM removals)",
    "UPDATE removals SET witness = -1", "UPDATE removals SET witness = 9000000000000000000",
    "UPDATE removals SET score = 9e999", "UPDATE removals SET witness = 5000",
    "INSERT INTO vetoes (a, b, score, \"guard\", stage) VALUES (-5, 2, 0.9, 'numbers', 'semantic')",
    "INSERT INTO vetoes (a, b, score, \"guard\", stage) VALUES (2, 9000000000, 0.9, 'numbers', 'semantic')",
    "INSERT INTO conflicts (a, b, score, stage) VALUES (-1, -2, 0.9, 'semantic')",
    "INSERT INTO conflicts (a, b, score, stage) VALUES (1, 8000000000, 0.9, 'semantic')",
    "INSERT INTO drops (row, reason) VALUES (-7, 'manual')",
    "INSERT INTO drops (row, reason, other) VALUES (1, 'conflict', 70000000000)",
    "UPDATE records SET row = 9000 WHERE row = 3",
    "UPDATE records SET row = -3 WHERE row = 3",
    "UPDATE records SET row = 9223372036854775807 WHERE row = 3",
    "UPDATE records SET tokens = -9000000000000000000, line = -9000000000000000000",
    "UPDATE OR IGNORE pairs SET a = -1 WHERE b = (SELECT max(b) FROM pairs)",
    "UPDATE OR IGNORE pairs SET b = 9000000000 WHERE a = (SELECT min(a) FROM pairs)",
    "UPDATE pairs SET b = a WHERE a = (SELECT min(a) FROM pairs) AND b = (SELECT max(b) FROM "
      + "pairs AS p WHERE p.a = pairs.a)", "UPDATE pairs SET score = 9e999",
    "UPDATE clusters SET representative = -1", "UPDATE clusters SET cluster = 1000000 + cluster",
    "UPDATE clusters SET size = -4", "UPDATE cluster_members SET cluster = 9000000000",
    "UPDATE cluster_members SET cluster = -1 WHERE row = (SELECT max(row) FROM cluster_members)",
    "UPDATE cluster_members SET row = -1 WHERE row = 2",
    "UPDATE splits SET row = 80000000000 WHERE row = (SELECT min(row) FROM splits)",
    "UPDATE splits SET group_id = -9000000000000000000",
    "UPDATE splits SET rank = -1, fold = -9000000000",
    "UPDATE outliers SET row = -2 WHERE rank = 0",
    "UPDATE figures SET value = '{'", "UPDATE figures SET value = '{}'",
    "UPDATE figures SET value = json_set(value, '$.records', -7, '$.selection.cells', -7)",
    "UPDATE figures SET value = json_set(value, '$.records', 9e18, '$.cut', 9e300)",
    doubled("decisions"), doubled("steps"), doubled("figures"), doubled("splits"),
    doubled("removals"), doubled("clusters"),
    "UPDATE steps SET options = replace(options, '[\"exact\"', '[\"exact\",\"exact\"')",
    "UPDATE steps SET options = replace(options, '\"shingleWords\":2', '\"shingleWords\":-2')",
    "UPDATE steps SET options = 'no JSON'", "UPDATE steps SET options = '{}'",
  ]

  /// A table without its key, every row in it twice.
  private static func doubled(_ table: String) -> String {
    """
    CREATE TABLE forged AS SELECT * FROM \(table); INSERT INTO forged SELECT * FROM \(table);
    DROP TABLE \(table); ALTER TABLE forged RENAME TO \(table)
    """
  }

  @Test(arguments: forgeries) func forgedNumbersNeverTrap(sql: String) throws {
    let sandbox = try Self.whole.get()
    let folder = try Sandbox()
    for name in ["index", "model"] {
      try FileManager.default.copyItem(at: sandbox.url(name), to: folder.url(name))
    }
    try folder.forge(sql)
    try FileManager.default.copyItem(at: folder.url("index"), to: folder.url("forged"))
    var refused = 0
    for command in Self.commands {
      try FileManager.default.removeItem(at: folder.url("index"))
      try FileManager.default.copyItem(at: folder.url("forged"), to: folder.url("index"))
      let outcome = try folder.run(command.split(separator: " ").map(String.init))
      #expect([0, 1, 3].contains(outcome.status), "\(sql): \(command): \(outcome.errors)")
      if outcome.status == 1 {
        #expect(outcome.errors.contains("error: "), "\(sql): \(command)")
        #expect(!outcome.errors.contains("DecodingError"), "\(outcome.errors)")
      }
      if outcome.status != 0 { refused += 1 }
    }
    #expect(refused > 0, "\(sql)")
  }

  @Test func damagedStatisticsAndUnusableFoldersAreNamed() throws {
    let folder = try Sandbox()
    try FileManager.default.copyItem(at: Self.whole.get().url("index"), to: folder.url("index"))
    try folder.write("file", "not a folder")
    let outcome = try folder.run("split", "index", "--export", "file/parts")
    outcome.fails(saying: "file/parts", "Not a directory", "hint: ")
    #expect(!outcome.errors.contains("Cocoa"))
    try folder.forge(
      "INSERT INTO steps SELECT 'compare', options, input_hash, finished_at, seconds, peak_memory, "
        + "command, version FROM steps WHERE name = 'split'")
    for text in ["", "{}", #"{"baseline": 7}"#] {
      try folder.write("index/comparison.json", text)
      try folder.run("report", "index").fails(saying: "comparison.json", "expected", "hint: ")
    }
  }

  /// Deduplicated, clustered and split, with a decision by hand.
  nonisolated(unsafe) private static let whole = Result {
    let sandbox = try Sandbox().indexed()
    try sandbox.run("keep", "index", "cs-001").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    try sandbox.run("cluster", "index", "--outliers", "2").succeeded()
    try sandbox.run("split", "index").succeeded()
    return sandbox
  }
}

extension Sandbox {
  /// Changes the catalog of `index` as a program would that keeps no constraint.
  func forge(_ sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(
      path: url("index/catalog.sqlite").path, configuration: configuration)
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA legacy_alter_table = ON")
      try $0.execute(sql: sql)
    }
    try queue.close()
  }
}
