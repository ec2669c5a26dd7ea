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
  /// What stands at the top.
  public var keyNumbers: [KeyNumber] = []
  /// The section on removals.
  public var removal: RemovalSection?
  /// The section on similarities.
  public var similarity: SimilaritySection?
  /// The section on mixtures.
  public var composition: CompositionSection?
  /// The section on clusters.
  public var clusters: ClusterSection?
  /// The part it was given for; nil for none.
  public var split: SplitSection?
  /// The section on the comparison.
  public var study: StudySection?
  /// The section on the positive control.
  public var injection: InjectionSection?
  /// How the model learns.
  public var training: TrainingSection?
  /// The section on time and memory.
  public var cost: CostSection?
  /// What it was made from.
  public var provenance = Provenance()

  /// Each parameter is the property of that name.
  public init(title: String, created: String) {
    self.title = title
    self.created = created
  }
}

/// A figure for the head of the report.
public struct KeyNumber: Codable, Equatable, Sendable {
  package var label: String
  /// The figure as it should be read, for example `6,312` or `8.4%`.
  public var value: String
  /// What it is of or compared with, in a few words.
  public var note: String?

  package init(label: String, value: String, note: String? = nil) {
    self.label = label
    self.value = value
    self.note = note
  }
}

/// Where the report comes from: enough to repeat it.
public struct Provenance: Codable, Equatable, Sendable {
  /// A named thing with its value: a version, hash, seed, machine, thread count or date.
  public struct Fact: Codable, Equatable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The command lines that made the index, oldest first, exactly as run.
  public var commands: [String] = []
  package var facts: [Fact] = []

  package init(commands: [String] = [], facts: [Fact] = []) {
    self.commands = commands
    self.facts = facts
  }
}

/// What the steps took.
public struct CostSection: Codable, Equatable, Sendable {
  /// A step and its cost.
  public struct Step: Codable, Equatable, Sendable {
    /// As people know it.
    public var name: String
    /// That the step took.
    public var seconds: Double
    /// How many things were worked on, and what they are (`records`, `examples`, `tokens`).
    public var items: Int?
    /// What it is counted in.
    public var unit: String?
    package var peakBytes: Int?

    /// Only prepares the work.
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

  package var steps: [Step]
  /// What the machine draws while it works, as the user says; nothing here measures it.
  package var watts: Double?
  /// The SQLite table or query that holds these numbers, as in every section.
  public var source: String

  package init(steps: [Step], source: String) {
    self.steps = steps
    self.source = source
  }
}
