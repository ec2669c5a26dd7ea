/// How a text was found to repeat another, the surest first.
public enum LeakKind: String, Codable, CaseIterable, Comparable, Sendable {
  /// The same text.
  case exact
  /// The same after normalization.
  case normalized
  /// Its shingles are nearly those of the other (Jaccard index).
  case lexical
  /// Its vector is near that of the other.
  case semantic

  /// The order of the cases.
  public static func < (left: Self, right: Self) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

/// Why a record that is near another does not count as leaked, as `dedup` would keep both.
public enum LeakApart: String, Codable, CaseIterable, Sendable {
  /// A guard holds the texts to be different.
  case guarded
  /// The labels differ.
  case labels
}

/// What a leakage check found.
public struct LeakSummary: Codable, Sendable {
  /// A record and the one it repeats.
  public struct Pair: Codable, Sendable {
    /// The id of the test record.
    public var test: String
    /// Its text.
    public var testText: String
    /// File and line, `file:line`.
    public var testPlace: String
    /// The id of the training record.
    public var train: String
    /// Its text.
    public var trainText: String
    /// Where it stands.
    public var trainPlace: String
    /// Cosine, however it was found.
    public var score: Float
    /// Of what kind it is.
    public var kind: LeakKind
  }

  /// Records of one file, and how many of them repeat a record of what it was compared with.
  public struct Share: Codable, Sendable {
    /// How many records there are.
    public var records: Int
    /// How many of them leak.
    public var leaked: Int
    /// ``leaked`` of ``records``.
    public var rate: Double
    /// Wilson's, 95%.
    public var interval: Interval

    init(_ leaked: Int, of records: Int) {
      self.records = records
      self.leaked = leaked
      rate = Double(leaked) / Double(max(1, records))
      interval = .wilson(successes: leaked, of: records)
    }
  }

  /// A file.
  public struct File: Codable, Sendable {
    /// As people know it.
    public var name: String
    /// How many records there are.
    public var records: Int
    /// Against all files it was compared with together; nil for a training file.
    public var leaked: Share?
  }

  /// Records of `file` that repeat one of `other`.
  public struct Overlap: Codable, Sendable {
    /// The file.
    public var file: String
    /// The other file.
    public var other: String
    /// How many of them leak.
    public var leaked: Share
    /// Of the leaked ones, by the surest kind that finds each.
    public var kinds: [String: Int]
    /// The highest cosine across the two files, 1 where they share a text.
    public var highest: Float
  }

  /// The score at or above which two texts count as the same.
  public var threshold: Float
  /// Nil where shared words were not asked about.
  public var lexicalThreshold: Float?
  /// How many training records there are.
  public var trainRecords: Int
  /// Records that were looked for in other files.
  public var testRecords: Int
  /// Of them, those that repeat a record of another file.
  public var leaked: Int
  /// ``leaked`` of ``testRecords``, with its 95% interval.
  public var rate: Double
  /// A 95% interval.
  public var interval: Interval
  /// Records that are near one of another file but not leaked, by what holds them apart.
  public var keptApart: [String: Int]
  /// The files.
  public var files: [File]
  /// What files have in common.
  public var overlaps: [Overlap]
  /// Files whose own rate is over the limit.
  public var overLimit: [String]
  /// The highest share that passes.
  public var maxRate: Double?
  /// The leaked records nearest to what they repeat, nearest first.
  public var worst: [Pair]
}
