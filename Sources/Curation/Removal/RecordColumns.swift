import Corpus

/// What the rules of curation need to know of each record: one array per property, one entry per row.
public struct RecordColumns: Sendable {
  /// A label that says the record has none; any negative number does.
  public static let unlabeled: Int32 = -1

  public var ids: [String]
  /// Hash of the text; rows with equal hashes are taken to have equal texts.
  public var texts: [ContentHash]
  /// Length of the text in whatever unit `longest` and `shortest` should count.
  public var lengths: [Int]
  /// Number of the label; negative without one.
  public var labels: [Int32]
  /// Rows that are never removed and that others are compared with (a given test set).
  public var isProtected: [Bool]
  /// The numbers `highest` and `lowest` rank by; not a number where a record has none. May be empty.
  public var values: [Double]
  /// Where the record came from, for ``KeepRule/sources(_:)``. May be empty.
  public var sources: [String]

  /// - Precondition: every array has as many entries as `ids`, or none where that is allowed.
  public init(
    ids: [String], texts: [ContentHash], lengths: [Int], labels: [Int32]? = nil,
    isProtected: [Bool]? = nil, values: [Double] = [], sources: [String] = []
  ) {
    let count = ids.count
    self.ids = ids
    self.texts = texts
    self.lengths = lengths
    self.labels = labels ?? Array(repeating: Self.unlabeled, count: count)
    self.isProtected = isProtected ?? Array(repeating: false, count: count)
    self.values = values
    self.sources = sources
    precondition(
      [texts.count, lengths.count, self.labels.count, self.isProtected.count]
        .allSatisfy { $0 == count }, "every column needs \(count) entries")
    precondition([0, count].contains(values.count), "values: \(values.count) entries for \(count)")
    precondition([0, count].contains(sources.count), "sources: \(sources.count) for \(count)")
  }

  public var count: Int { ids.count }

  /// Whether both rows carry a label and the labels differ.
  @inline(__always)
  func labelsDiffer(_ a: UInt32, _ b: UInt32) -> Bool {
    let (left, right) = (labels[Int(a)], labels[Int(b)])
    return left >= 0 && right >= 0 && left != right
  }
}
