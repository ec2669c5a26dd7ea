/// What the corpus is about and how often it says the same thing.
public struct ClusterSection: Codable, Equatable, Sendable {
  /// A paraphrase group.
  public struct Group: Codable, Equatable, Sendable {
    package var name: String
    package var size: Int
    /// Lowest cosine between two members; nil if not measured.
    public var cohesion: Double?
    /// The central member's text.
    public var central: String
    /// Some of the other members' texts.
    public var members: [String]
    /// The words that set it apart, most typical first.
    public var words: [String]

    package init(
      name: String, size: Int, cohesion: Double?, central: String, members: [String],
      words: [String] = []
    ) {
      self.name = name
      self.size = size
      self.cohesion = cohesion
      self.central = central
      self.members = members
      self.words = words
    }
  }

  /// A topic cell.
  public struct Topic: Codable, Equatable, Sendable {
    package var name: String
    package var size: Int
    package var words: [String]
    package var example: String
    /// The label most of its records carry, with their share of the cell.
    public var label: String?
    package var labelShare: Double?

    package init(
      name: String, size: Int, words: [String], example: String, label: String? = nil,
      labelShare: Double? = nil
    ) {
      self.name = name
      self.size = size
      self.words = words
      self.example = example
      self.label = label
      self.labelShare = labelShare
    }
  }

  /// Groups with at least two members, and the records in them.
  public var groupCount: Int
  package var groupedRecords: Int
  /// The groups worth showing, in the order to show them.
  public var groups: [Group]
  package var topics: [Topic]
  package var source: String

  package init(
    groupCount: Int, groupedRecords: Int, groups: [Group], topics: [Topic], source: String
  ) {
    self.groupCount = groupCount
    self.groupedRecords = groupedRecords
    self.groups = groups
    self.topics = topics
    self.source = source
  }
}
