/// Version 2: records dropped without a witness, decisions by hand, outliers, average-linkage groups,
/// folds, and the stage of a veto.
enum SchemaVersion2 {
  /// From version 1. Foreign keys are not enforced while it runs, so that `clusters` can be built
  /// anew under the members that name it.
  static let migration =
    newTables("") + """
      \(kept("VIEW", removals: "removals", drops: "drops"));

      ALTER TABLE vetoes ADD COLUMN stage TEXT NOT NULL DEFAULT 'semantic';
      ALTER TABLE splits ADD COLUMN fold INTEGER;

      CREATE TABLE clusters_2 (
        kind TEXT NOT NULL CHECK (kind IN ('paraphrase', 'average', 'topic')),
        cluster INTEGER NOT NULL,
        size INTEGER NOT NULL,
        representative INTEGER NOT NULL REFERENCES records,
        words TEXT NOT NULL,
        loosest REAL,
        PRIMARY KEY (kind, cluster)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO clusters_2 SELECT kind, cluster, size, representative, words, loosest FROM clusters;
      DROP TABLE clusters;
      ALTER TABLE clusters_2 RENAME TO clusters;
      """

  /// Lets a connection that may not write read a catalog of version 1: what version 2 added stands
  /// in its temporary schema, which SQLite searches first.
  static let overVersion1 =
    newTables("TEMPORARY") + """
      \(kept("TEMPORARY VIEW", removals: "main.removals", drops: "temp.drops"));
      CREATE TEMPORARY VIEW vetoes AS
        SELECT a, b, score, "guard", detail, 'semantic' AS stage FROM main.vetoes;
      CREATE TEMPORARY VIEW splits AS SELECT *, NULL AS fold FROM main.splits;
      """

  private static func newTables(_ kind: String) -> String {
    // A temporary table cannot refer to one of the file.
    let records = kind.isEmpty ? "REFERENCES records" : ""
    return """
      CREATE \(kind) TABLE drops (
        row INTEGER PRIMARY KEY \(records),
        reason TEXT NOT NULL CHECK (reason IN ('conflict', 'manual')),
        detail TEXT,
        other INTEGER \(records),
        CHECK (row <> other)
      ) STRICT;

      CREATE \(kind) TABLE decisions (
        id TEXT PRIMARY KEY NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('keep', 'drop')),
        note TEXT,
        decided_at TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE \(kind) TABLE outliers (
        row INTEGER PRIMARY KEY \(records),
        similarity REAL NOT NULL,
        rank INTEGER NOT NULL
      ) STRICT;

      """
  }

  private static func kept(_ kind: String, removals: String, drops: String) -> String {
    """
    CREATE \(kind) kept AS SELECT row FROM records
    WHERE NOT EXISTS (SELECT 1 FROM \(removals) AS gone WHERE gone.row = records.row)
      AND NOT EXISTS (SELECT 1 FROM \(drops) AS gone WHERE gone.row = records.row)
    """
  }
}
