import Study

/// Everything one report says, as a value: the HTML page, the Markdown text and the JSON form are
/// three renderings of it. A section that is nil was not measured and is left out.
public struct Report: Codable, Equatable, Sendable {
  /// Version of this value's JSON form.
  public var format = 2
  /// What was examined, for example the corpus' name.
  public var title: String
  /// When, as ISO 8601 text; given by the caller so that a report is a function of its input.
  public var created: String
  public var keyNumbers: [KeyNumber] = []
  public var removal: RemovalSection?
  public var similarity: SimilaritySection?
  public var composition: CompositionSection?
  public var clusters: ClusterSection?
  public var split: SplitSection?
  public var study: StudySection?
  public var injection: InjectionSection?
  public var training: TrainingSection?
  public var cost: CostSection?
  public var provenance = Provenance()

  public init(title: String, created: String) {
    self.title = title
    self.created = created
  }
}

/// A figure for the head of the report.
public struct KeyNumber: Codable, Equatable, Sendable {
  public var label: String
  /// The figure as it should be read, for example `6,312` or `8.4%`.
  public var value: String
  /// What it is of or compared with, in a few words.
  public var note: String?

  public init(label: String, value: String, note: String? = nil) {
    self.label = label
    self.value = value
    self.note = note
  }
}

/// Where the report comes from: enough to repeat it.
public struct Provenance: Codable, Equatable, Sendable {
  /// A named thing with its value: a version, hash, seed, machine, thread count or date.
  public struct Fact: Codable, Equatable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The command lines that made the index, oldest first, exactly as run.
  public var commands: [String] = []
  public var facts: [Fact] = []

  public init(commands: [String] = [], facts: [Fact] = []) {
    self.commands = commands
    self.facts = facts
  }
}

/// What the steps took.
public struct CostSection: Codable, Equatable, Sendable {
  public struct Step: Codable, Equatable, Sendable {
    public var name: String
    public var seconds: Double
    /// How many things were worked on, and what they are (`records`, `examples`, `tokens`).
    public var items: Int?
    public var unit: String?
    public var peakBytes: Int?

    public init(
      name: String, seconds: Double, items: Int? = nil, unit: String? = nil, peakBytes: Int? = nil
    ) {
      self.name = name
      self.seconds = seconds
      self.items = items
      self.unit = unit
      self.peakBytes = peakBytes
    }
  }

  public var steps: [Step]
  /// What the machine draws while it works, as the user says; nothing here measures it.
  public var watts: Double?
  /// The SQLite table or query that holds these numbers, as in every section.
  public var source: String

  public init(steps: [Step], source: String) {
    self.steps = steps
    self.source = source
  }
}
