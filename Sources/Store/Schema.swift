import GRDB

/// The catalog's tables. Docs/Formats.md explains each column.
enum Schema {
  /// `PRAGMA user_version` of a catalog this tool writes.
  static let version = 7
  /// `PRAGMA application_id`: "SIMC".
  static let applicationID = 0x5349_4d43

  /// Makes the tables of a new catalog.
  static func create(_ database: Database) throws {
    try database.execute(sql: tables)
    try database.execute(
      sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
  }

  private static let tables = """
    CREATE TABLE records (
      row INTEGER PRIMARY KEY CHECK (row >= 0),
      id TEXT NOT NULL UNIQUE,
      text TEXT NOT NULL,
      label TEXT,
      given_split TEXT CHECK (given_split IN ('train', 'development', 'test')),
      source TEXT NOT NULL,
      line INTEGER NOT NULL,
      fields TEXT,
      text_hash BLOB NOT NULL CHECK (length(text_hash) = 16),
      normalized_hash BLOB NOT NULL CHECK (length(normalized_hash) = 16),
      tokens INTEGER,
      seen_bytes INTEGER CHECK (seen_bytes >= 0),
      unknown_words TEXT
    ) STRICT;

    CREATE TABLE pairs (
      stage TEXT NOT NULL,
      a INTEGER NOT NULL REFERENCES records,
      b INTEGER NOT NULL REFERENCES records,
      score REAL NOT NULL,
      PRIMARY KEY (stage, a, b),
      CHECK (a < b)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pairs_by_b ON pairs (stage, b);

    CREATE TABLE removals (
      row INTEGER PRIMARY KEY REFERENCES records,
      witness INTEGER NOT NULL REFERENCES records,
      score REAL NOT NULL,
      stage TEXT NOT NULL,
      rule TEXT NOT NULL,
      scope TEXT NOT NULL CHECK (scope IN ('within', 'train-test')),
      guards TEXT,
      CHECK (row <> witness)
    ) STRICT;
    CREATE INDEX removals_by_witness ON removals (witness);

    CREATE TABLE drops (
      row INTEGER PRIMARY KEY REFERENCES records,
      reason TEXT NOT NULL CHECK (reason IN ('conflict', 'manual')),
      detail TEXT,
      other INTEGER REFERENCES records,
      CHECK (row <> other)
    ) STRICT;

    CREATE VIEW kept AS SELECT row FROM records
    WHERE NOT EXISTS (SELECT 1 FROM removals AS gone WHERE gone.row = records.row)
      AND NOT EXISTS (SELECT 1 FROM drops AS gone WHERE gone.row = records.row);

    CREATE TABLE decisions (
      id TEXT PRIMARY KEY NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('keep', 'drop')),
      note TEXT,
      decided_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE vetoes (
      a INTEGER NOT NULL REFERENCES records,
      b INTEGER NOT NULL REFERENCES records,
      score REAL NOT NULL,
      "guard" TEXT NOT NULL,
      detail TEXT,
      stage TEXT NOT NULL,
      PRIMARY KEY (a, b, "guard")
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX vetoes_by_b ON vetoes (b);

    CREATE TABLE conflicts (
      a INTEGER NOT NULL REFERENCES records,
      b INTEGER NOT NULL REFERENCES records,
      score REAL NOT NULL,
      label_a TEXT,
      label_b TEXT,
      stage TEXT NOT NULL,
      PRIMARY KEY (a, b, stage)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX conflicts_by_b ON conflicts (b);

    CREATE TABLE clusters (
      kind TEXT NOT NULL CHECK (kind IN ('paraphrase', 'average', 'topic')),
      cluster INTEGER NOT NULL,
      size INTEGER NOT NULL,
      representative INTEGER NOT NULL REFERENCES records,
      words TEXT NOT NULL,
      loosest REAL,
      PRIMARY KEY (kind, cluster)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cluster_members (
      kind TEXT NOT NULL,
      cluster INTEGER NOT NULL,
      row INTEGER NOT NULL REFERENCES records,
      similarity REAL NOT NULL,
      PRIMARY KEY (kind, row),
      FOREIGN KEY (kind, cluster) REFERENCES clusters DEFERRABLE INITIALLY DEFERRED
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cluster_members_by_cluster ON cluster_members (kind, cluster);

    CREATE TABLE outliers (
      row INTEGER PRIMARY KEY REFERENCES records,
      similarity REAL NOT NULL,
      rank INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE splits (
      row INTEGER PRIMARY KEY REFERENCES records,
      part TEXT NOT NULL CHECK (part IN ('train', 'development', 'test')),
      selected INTEGER NOT NULL CHECK (selected IN (0, 1)),
      group_id INTEGER NOT NULL,
      reason TEXT NOT NULL,
      rank INTEGER,
      fold INTEGER
    ) STRICT;

    CREATE TABLE figures (
      step TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE runs (
      id TEXT PRIMARY KEY NOT NULL,
      step TEXT NOT NULL CHECK (step IN ('finetune', 'compare', 'inject')),
      arm TEXT NOT NULL,
      answer TEXT NOT NULL CHECK (answer IN ('label', 'number', 'tags', 'score', 'text')),
      seed INTEGER NOT NULL,
      fold INTEGER CHECK (fold >= 0),
      options TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed')),
      started_at TEXT NOT NULL,
      finished_at TEXT,
      metrics TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_log (
      run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      loss REAL NOT NULL,
      learning_rate REAL NOT NULL,
      development TEXT,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE predictions (
      run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
      row INTEGER NOT NULL REFERENCES records,
      label TEXT NOT NULL,
      predicted TEXT NOT NULL,
      correct INTEGER NOT NULL CHECK (correct IN (0, 1)),
      probability REAL NOT NULL,
      log_probability REAL CHECK (log_probability <= 0),
      PRIMARY KEY (run, row)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE test_slices (
      row INTEGER PRIMARY KEY REFERENCES records,
      slice TEXT NOT NULL CHECK (slice IN ('leaked', 'near', 'clean')),
      nearest INTEGER NOT NULL REFERENCES records,
      similarity REAL NOT NULL
    ) STRICT;

    CREATE TABLE comparisons (
      baseline TEXT NOT NULL,
      arm TEXT NOT NULL,
      metric TEXT NOT NULL,
      slice TEXT NOT NULL,
      difference REAL NOT NULL,
      low REAL NOT NULL,
      high REAL NOT NULL,
      p_value REAL NOT NULL,
      adjusted_p REAL NOT NULL,
      permutation_p REAL NOT NULL,
      margin REAL NOT NULL,
      equivalence_p REAL NOT NULL,
      minimum_detectable REAL NOT NULL,
      verdict TEXT NOT NULL,
      PRIMARY KEY (baseline, arm, metric, slice)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE plans (
      input_hash TEXT NOT NULL,
      task TEXT NOT NULL,
      frozen_at TEXT NOT NULL,
      plan TEXT NOT NULL,
      PRIMARY KEY (input_hash, task)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE steps (
      name TEXT PRIMARY KEY NOT NULL,
      options TEXT NOT NULL,
      input_hash TEXT NOT NULL,
      finished_at TEXT NOT NULL,
      seconds REAL NOT NULL,
      peak_memory INTEGER NOT NULL,
      command TEXT NOT NULL,
      version TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
