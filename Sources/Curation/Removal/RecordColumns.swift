import Corpus

/// What the rules of curation need to know of each record: one array per property, one entry per row.
public struct RecordColumns: Sendable {
  /// A label that says the record has none; any negative number does.
  public static let unlabeled: Int32 = -1

  package var ids: [String]
  /// Hash of the text; rows with equal hashes are taken to have equal texts.
  public var texts: [ContentHash]
  /// Length of the text in whatever unit `longest` and `shortest` should count.
  public var lengths: [Int]
  /// Number of the label; negative without one.
  public var labels: [Int32]
  /// Rows that are never removed: a given test set, and what the user protects.
  public var isProtected: [Bool]
  /// The protected rows that others are compared with under the scope `leakage` (a given test set).
  public var isReference: [Bool]
  /// Rows set aside by hand: never kept and never a witness.
  public var isDropped: [Bool]
  /// The numbers `highest` and `lowest` rank by; not a number where a record has none. May be empty.
  public var values: [Double]
  /// Where the record came from, for ``KeepRule/sources(_:)``. May be empty.
  public var sources: [String]

  /// - Precondition: every array has as many entries as `ids`, or none where that is allowed.
  public init(
    ids: [String], texts: [ContentHash], lengths: [Int], labels: [Int32]? = nil,
    isProtected: [Bool]? = nil, isReference: [Bool]? = nil, isDropped: [Bool]? = nil,
    values: [Double] = [], sources: [String] = []
  ) {
    let count = ids.count
    self.ids = ids
    self.texts = texts
    self.lengths = lengths
    self.labels = labels ?? Array(repeating: Self.unlabeled, count: count)
    self.isProtected = isProtected ?? Array(repeating: false, count: count)
    self.isReference = isReference ?? self.isProtected
    self.isDropped = isDropped ?? Array(repeating: false, count: count)
    self.values = values
    self.sources = sources
    precondition(
      [
        texts.count, lengths.count, self.labels.count, self.isProtected.count,
        self.isReference.count, self.isDropped.count,
      ]
      .allSatisfy { $0 == count }, "every column needs \(count) entries")
    precondition([0, count].contains(values.count), "values: \(values.count) entries for \(count)")
    precondition([0, count].contains(sources.count), "sources: \(sources.count) for \(count)")
  }

  package var count: Int { ids.count }

  /// Whether one of the two rows may remove the other.
  func areInScope(_ a: UInt32, _ b: UInt32, _ scope: RemovalOptions.Scope) -> Bool {
    let (left, right) = (Int(a), Int(b))
    if isProtected[left] && isProtected[right] { return false }
    return scope == .all || isReference[left] || isReference[right]
  }

  /// Whether the rows have the same text and the same label, or both none: no rule can tell them apart
  /// but by their place in the order.
  func areAlike(_ a: UInt32, _ b: UInt32) -> Bool {
    texts[Int(a)] == texts[Int(b)] && max(labels[Int(a)], -1) == max(labels[Int(b)], -1)
  }

  /// Whether both rows carry a label and the labels differ.
  @inline(__always)
  func labelsDiffer(_ a: UInt32, _ b: UInt32) -> Bool {
    let (left, right) = (labels[Int(a)], labels[Int(b)])
    return left >= 0 && right >= 0 && left != right
  }
}
