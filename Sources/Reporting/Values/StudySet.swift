import Study

/// Two or more studies side by side, and what they say together.
public struct StudySet: Codable, Equatable, Sendable {
  /// What is taken of one study.
  public struct Member: Codable, Equatable, Sendable {
    /// The index folder's name, or its path where two have one name.
    public var name: String
    /// Hash of the records and vectors of its index: whatever else is studied of them, it is this study.
    public var content: String
    /// What was learned, as `compare` has it.
    public var task: String
    /// Of the primary comparisons.
    public var metric: Metric
    /// Of the arm `raw`.
    public var trainingRecords: Int
    /// All that every model was scored on.
    public var testItems: Int
    /// Test items that a training record repeats.
    public var leakedItems: Int
    /// Models of each arm.
    public var seeds: Int
    /// Nil where the study has no such comparison.
    public var leakEffect: Comparison?
    /// The same for what removing near-duplicates does to clean items.
    public var generalizationEffect: Comparison?
    /// Whether its models are too badly trained to say anything about their data.
    public var isUnderfit: Bool

    package init(
      name: String, content: String, task: String, trainingRecords: Int, analysis: StudyAnalysis
    ) {
      self.name = name
      self.content = content
      self.task = task
      self.trainingRecords = trainingRecords
      metric = analysis.primaryMetric
      testItems = analysis.items[TestSlice.all.rawValue] ?? 0
      leakedItems = analysis.items[TestSlice.leaked.rawValue] ?? 0
      seeds = analysis.scores.map(\.score.seeds).max() ?? 0
      leakEffect = analysis.leakEffect
      generalizationEffect = analysis.generalizationEffect
      isUnderfit = analysis.verdict.statements.contains { $0.finding == .underfit }
    }
  }

  /// One effect over the studies that have it.
  public struct Effect: Codable, Equatable, Sendable {
    /// Nil where the studies cannot be summed up; ``notes`` say why.
    public var pooled: RandomEffects?
    /// Names of the studies that are summed up, in the order of the weights.
    public var studies: [String] = []
    /// Which studies are left out, and why, in sentences.
    public var notes: [String] = []
  }

  /// Version of this value's JSON form.
  public var format = 1
  /// The studies' names, or what the user calls them together.
  public var title: String
  /// ISO 8601.
  public var created: String
  /// In the order given.
  public var members: [Member]
  /// Of near-copies in training on leaked items.
  public var leak: Effect
  /// Of deduplication within training on clean items.
  public var generalization: Effect

  /// - Parameter created: when the last of the studies was finished, so that equal studies make equal pages.
  public init(title: String, created: String, members: [Member]) {
    self.title = title
    self.created = created
    self.members = members
    leak = Effect("leak effect", members, \.leakEffect)
    generalization = Effect("generalization effect", members, \.generalizationEffect)
  }
}

extension StudySet.Effect {
  /// Sums up what can be: estimates from models that are trained, with an error, in the metric that most of them
  /// have (of equally many the one given first): differences of two metrics are not one quantity.
  init(
    _ name: String, _ members: [StudySet.Member],
    _ effect: KeyPath<StudySet.Member, Comparison?>
  ) {
    var usable: [(member: StudySet.Member, effect: Comparison)] = []
    for member in members {
      guard let own = member[keyPath: effect] else {
        notes.append("“\(member.name)” has no \(name): it lacks the items or the arms for it.")
        continue
      }
      if member.isUnderfit {
        notes.append("The \(name) of “\(member.name)” is left out: its models are underfit.")
      } else if own.difference.standardError == 0 {
        notes.append(
          "The \(name) of “\(member.name)” is left out: no group of items is answered differently, "
            + "which gives no standard error.")
      } else {
        usable.append((member, own))
      }
    }
    var metric = usable.first?.member.metric
    func count(_ metric: Metric?) -> Int { usable.count { $0.member.metric == metric } }
    for other in usable.map(\.member.metric) where count(other) > count(metric) { metric = other }
    let summed = usable.filter { $0.member.metric == metric }
    pooled = RandomEffects(
      summed.map { ($0.effect.difference.value, $0.effect.difference.standardError) })
    guard pooled != nil, let metric else {
      notes.append("No two studies have a \(name) of one metric to sum up.")
      return
    }
    studies = summed.map(\.member.name)
    notes += usable.filter { $0.member.metric != metric }.map {
      "The \(name) of “\($0.member.name)” is left out of the sum: it is a difference of "
        + "\($0.member.metric.title), not of \(metric.title)."
    }
  }
}
