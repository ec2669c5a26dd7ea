/// Tags of a data set that its scheme does not allow where they stand, and what was done about them.
public struct TagIrregularity: Codable, Hashable, Sendable {
  /// What is irregular about a tag.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// An `I-` or `E-` where no entity is open.
    case withoutBeginning
    /// An `I-` or `E-` of another type than the entity it would go on with.
    case typeChange
    /// The last word of an entity of several words that is not `E-`, or of one word that is not `S-`.
    case withoutEnd
    /// A tag that the scheme does not write, or not there: `E-` or `S-` in IOB, or in IOB1 a `B-`
    /// that parts nothing.
    case otherScheme

    /// What reading makes of such a tag.
    public var remedy: String {
      switch self {
      case .withoutBeginning: "read as the beginning of an entity"
      case .typeChange: "read as the beginning of another entity, of its own type"
      case .withoutEnd: "read as the end of its entity"
      case .otherScheme: "read as the scheme that has it does"
      }
    }
  }

  /// Where a tag stands, both from 0.
  public struct Place: Codable, Hashable, Sendable {
    /// The sentence's number in the data set.
    public var sentence: Int
    /// The word's number in the sentence.
    public var word: Int

    /// Both from 0.
    public init(sentence: Int, word: Int) {
      self.sentence = sentence
      self.word = word
    }
  }

  /// How many places are kept of each kind.
  public static let placeLimit = 5

  /// What is irregular.
  public var kind: Kind
  /// How many tags of the data set are of this kind.
  public var count: Int
  /// The first ``placeLimit`` of them.
  public var places: [Place]

  /// - Parameter places: the first ``placeLimit``.
  public init(kind: Kind, count: Int, places: [Place]) {
    self.kind = kind
    self.count = count
    self.places = places
  }
}
