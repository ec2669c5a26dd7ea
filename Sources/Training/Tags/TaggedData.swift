import Files

/// The entities of a data set of tagged sentences, the scheme that its tags follow, and where they do
/// not follow it.
public struct TaggedData: Hashable, Sendable {
  /// Sentences that break the scheme of the data set but follow another.
  public struct Strays: Codable, Hashable, Sendable {
    /// Sentences.
    public var count: Int
    /// The first ``TagIrregularity/placeLimit``.
    public var first: [Int]

    /// - Parameter first: numbers of sentences, from 0.
    public init(count: Int, first: [Int]) {
      self.count = count
      self.first = first
    }
  }

  /// The scheme with the fewest irregular tags; of several the first of IOB2, IOB1, BIOES.
  public let scheme: TagScheme
  /// Entities of every sentence, in order.
  public let entities: [[EntitySpan]]
  /// Number of words of every sentence.
  public let lengths: [Int]
  /// Kinds that occur, in the order of their declaration; empty if all tags follow the scheme.
  public let irregularities: [TagIrregularity]
  /// More than a few mean that the data was put together of files in several schemes.
  public let strays: Strays

  /// Reads `sentences`, the tags of each.
  ///
  /// Irregular tags are no error: they are read as conlleval and seqeval read them, by
  /// ``EntitySpan/entities(of:)``, and counted. Time in proportion to the number of tags.
  ///
  /// - Parameter place: names a sentence in errors, by its index.
  /// - Throws: `FileError` for a tag that no scheme has.
  public init(
    _ sentences: [[String]], place: (Int) -> String = { "sentence \($0 + 1)" }
  ) throws {
    let tagged = try Self.parse(sentences, place)
    let order: [TagScheme] = [.iob2, .iob1, .bioes]
    let censuses = order.map { Census(tagged, $0) }
    // `min` gives the first of equals.
    let chosen = order.indices.min { censuses[$0].total < censuses[$1].total }!
    scheme = order[chosen]
    irregularities = censuses[chosen].found
    entities = tagged.map(EntitySpan.entities)
    lengths = tagged.map(\.count)
    let others = censuses[chosen].sentences.filter { sentence in
      order.contains { $0 != order[chosen] && $0.isFollowed(by: tagged[sentence]) }
    }
    strays = Strays(
      count: others.count, first: Array(others.prefix(TagIrregularity.placeLimit)))
  }

  /// The types that occur, sorted.
  public var types: [String] { Set(entities.joined().map(\.type)).sorted() }

  /// The tags of every sentence in `scheme`.
  public func tags(in scheme: TagScheme = .iob2) -> [[Tag]] {
    zip(entities, lengths).map { scheme.tags(of: $0, count: $1) }
  }

  private static func parse(
    _ sentences: [[String]], _ place: (Int) -> String
  ) throws -> [[Tag]] {
    var known: [String: Tag] = [:]
    return try sentences.enumerated().map { index, names in
      try names.enumerated().map { word, name in
        if let tag = known[name] { return tag }
        guard let tag = Tag(name) else {
          throw FileError(
            place: "\(place(index)), word \(word + 1)",
            expected: "the tag O, or B-, I-, E-, L-, S- or U- and the type of an entity",
            found: "'\(name.prefix(60))'",
            advice: "write tags as IOB1, IOB2, BIOES or BILOU has them")
        }
        known[name] = tag
        return tag
      }
    }
  }
}

extension TagScheme {
  fileprivate func isFollowed(by tags: [Tag]) -> Bool {
    var isRegular = true
    forEachIrregularity(in: tags) { _, _ in isRegular = false }
    return isRegular
  }
}

/// What one scheme finds irregular.
private struct Census {
  private(set) var found: [TagIrregularity] = []
  /// Sentences with irregular tags.
  private(set) var sentences: [Int] = []
  var total: Int { found.reduce(0) { $0 + $1.count } }

  init(_ tagged: [[Tag]], _ scheme: TagScheme) {
    var byKind: [TagIrregularity.Kind: TagIrregularity] = [:]
    for (sentence, tags) in tagged.enumerated() {
      var isRegular = true
      scheme.forEachIrregularity(in: tags) { word, kind in
        isRegular = false
        var entry = byKind[kind] ?? TagIrregularity(kind: kind, count: 0, places: [])
        entry.count += 1
        if entry.places.count < TagIrregularity.placeLimit {
          entry.places.append(.init(sentence: sentence, word: word))
        }
        byKind[kind] = entry
      }
      if !isRegular { sentences.append(sentence) }
    }
    found = TagIrregularity.Kind.allCases.compactMap { byKind[$0] }
  }
}
