import Curation

/// Two texts, and whether somebody holds them to be duplicates.
public struct JudgedPair: Hashable, Sendable {
  /// The first of the two.
  public var a: String
  /// The second of the two.
  public var b: String
  /// Whether the two say the same.
  public var isDuplicate: Bool

  /// Each parameter is the property of that name.
  public init(a: String, b: String, isDuplicate: Bool) {
    self.a = a
    self.b = b
    self.isDuplicate = isDuplicate
  }

  /// The pairs that a labeler was sure of.
  public static func sure(_ pairs: [LabeledPair]) -> [JudgedPair] {
    pairs.compactMap { pair in
      pair.isDuplicate.map { JudgedPair(a: pair.a, b: pair.b, isDuplicate: $0) }
    }
  }

  /// The same of pairs of ids of an index.
  ///
  /// - Throws: `FileError` for an id that the index does not have.
  public static func sure(_ pairs: [LabeledPair], of index: OpenIndex) throws -> [JudgedPair] {
    let table = try index.records()
    let texts = Dictionary(uniqueKeysWithValues: zip(table.ids, table.texts))
    return try sure(
      pairs.map { pair in
        var pair = pair
        for field in [\LabeledPair.a, \.b] {
          guard let text = texts[pair[keyPath: field]] else {
            throw try LabeledPair.unknown(pair[keyPath: field], line: pair.line, index)
          }
          pair[keyPath: field] = text
        }
        return pair
      })
  }
}
