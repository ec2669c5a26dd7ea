import Store

/// How many records of every group there were, stayed after dedup, and were selected.
public struct Composition: Codable, Hashable, Sendable {
  package struct Group: Codable, Hashable, Sendable {
    package var name: String
    /// Of a topic, the words that set it apart, most typical first; nil for other groups.
    public var words: [String]?
    package var before: Int
    package var kept: Int
    /// Nil before the step `split`.
    public var selected: Int?
    /// Of the group's records, what dedup removed or dropped.
    public var lostShare: Double
    /// What a kept record of the group counts for the mixture to be as before: the group's share
    /// before over its share after dedup; nil where nothing of it was kept.
    public internal(set) var weight: Double?

    package init(
      name: String, words: [String]? = nil, before: Int, kept: Int, selected: Int? = nil
    ) {
      self.name = name
      self.words = words
      self.before = before
      self.kept = kept
      self.selected = selected
      lostShare = Double(before - kept) / Double(max(1, before))
    }

    /// The name as people know the group: a topic by its words.
    public var title: String { Cluster.title(name, words: words ?? []) }
  }

  package var key: CompositionKey
  /// Those that lost the largest share first.
  package var groups: [Group]
  /// From all records to the kept ones.
  public var shift: MixtureShift
  /// From the kept records to the selected training records; nil before the step `split`.
  public var selectionShift: MixtureShift?
  /// From all records to the selected ones.
  public var overallShift: MixtureShift?

  /// - Parameter groups: in any order; all or none with a number of selected records.
  package init(key: CompositionKey, groups: [Group]) {
    let (before, kept) = groups.reduce((0, 0)) { ($0.0 + $1.before, $0.1 + $1.kept) }
    let groups = groups.map { group in
      var group = group
      if group.kept > 0 {
        group.weight =
          Double(group.before) / Double(before) / (Double(group.kept) / Double(kept))
      }
      return group
    }.sorted { ($1.lostShare, $0.name) < ($0.lostShare, $1.name) }
    self.key = key
    self.groups = groups
    shift = MixtureShift(before: groups.map(\.before), after: groups.map(\.kept))
    if groups.allSatisfy({ $0.selected != nil }) {
      let selected = groups.map { $0.selected! }
      selectionShift = MixtureShift(before: groups.map(\.kept), after: selected)
      overallShift = MixtureShift(before: groups.map(\.before), after: selected)
    }
  }

  /// Whether what is trained on (the selected records, else the kept ones) has another mixture than
  /// all records had, by more than chance.
  public var isShifted: Bool { (overallShift ?? shift).isShift }
}
