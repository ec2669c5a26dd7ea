/// What was removed and why.
public struct RemovalSection: Codable, Equatable, Sendable {
  /// One side of a pair.
  public struct Item: Codable, Equatable, Sendable {
    package var id: String
    package var text: String
    package var label: String?

    package init(id: String, text: String, label: String? = nil) {
      self.id = id
      self.text = text
      self.label = label
    }
  }

  /// A removed record with the kept witness that it repeats, or any two records that are alike.
  public struct Pair: Codable, Equatable, Sendable {
    package var record: Item
    /// Nil where a person left the record out.
    public var witness: Item?
    /// Nil where none was computed.
    public var score: Double?
    /// The stage that found the pair, or why the record was dropped.
    public var stage: String
    /// The keep rule that chose between them.
    public var rule: String?
    /// Names of the guards that spoke: vetoes, or reasons to look twice.
    public var guards: [String]

    package init(
      record: Item, witness: Item?, score: Double?, stage: String, rule: String? = nil,
      guards: [String] = []
    ) {
      self.record = record
      self.witness = witness
      self.score = score
      self.stage = stage
      self.rule = rule
      self.guards = guards
    }
  }

  /// The pairs of one kind, for example of one stage and cause.
  public struct Listing: Codable, Equatable, Sendable {
    package var title: String
    /// How many there are.
    public var count: Int
    /// All of them, or where there are too many to list some, evenly over their scores; the highest
    /// score first.
    public var pairs: [Pair]

    package init(title: String, count: Int, pairs: [Pair]) {
      self.title = title
      self.count = count
      self.pairs = pairs
    }
  }

  /// How many records a stage removed, or how many pairs a guard vetoed.
  public struct Count: Codable, Equatable, Sendable {
    package var name: String
    package var count: Int
    /// Of these, how many were removed because they repeat a record of a given test set.
    public var againstTest: Int?

    package init(name: String, count: Int, againstTest: Int? = nil) {
      self.name = name
      self.count = count
      self.againstTest = againstTest
    }
  }

  package var threshold: Double
  /// The keep rule's name, for example `longest`.
  public var rule: String
  /// Records before removal, and how many of them were removed.
  public var records: Int
  package var removed: Int
  /// Records of a given test set, none of which can be removed.
  public var testRecords: Int?
  /// Of the removed, those that repeat a record of a given test set.
  public var againstTest: Int?
  package var stages: [Count]
  /// A readable selection; best spread over scores, from exact copies to borderline pairs.
  public var examples: [Pair]
  /// Every record left out, by stage and cause; see ``Listing/pairs`` for how many are listed.
  public var listings: [Listing] = []
  /// The command that writes every removal to a file.
  public var exportCommand: String?
  /// Near-duplicates whose labels differ; nil if there are none.
  public var conflicts: Listing?
  /// Pairs above the threshold that a guard kept apart, by guard.
  public var vetoes: [Listing] = []
  /// Records whose text was cut at the model's limit, and records with words it does not know; nil
  /// if the index does not say.
  public var cutRecords: Int?
  package var unknownRecords: Int?
  package var source: String

  package init(
    threshold: Double, rule: String, records: Int, removed: Int, stages: [Count],
    examples: [Pair], source: String
  ) {
    self.threshold = threshold
    self.rule = rule
    self.records = records
    self.removed = removed
    self.stages = stages
    self.examples = examples
    self.source = source
  }

  /// Records that could have been removed: all but those of a given test set.
  var candidates: Int { records - (testRecords ?? 0) }
}

extension RemovalSection.Listing {
  /// What is listed, with its number.
  var heading: String {
    "\(title): \(NumberText.integer(count))"
      + (pairs.count < count ? ", \(NumberText.integer(pairs.count)) of them listed" : "")
  }
}

extension RemovalSection.Pair {
  /// Stage and rule.
  var origin: String { stage + (rule.map { " · " + $0 } ?? "") }
}
