import Files
import Neighbors
import Store

/// What a lower threshold would find: among an index's stored pairs, those of texts that say the same
/// but for politeness, other filler words and word order (`turn on the fan`, `please turn the fan
/// on`). Encoders put many of these below 0.9, where true differences lie too.
public struct FillerVariants: Encodable, Sendable {
  /// How many pairs a threshold finds.
  public struct Row: Encodable, Sendable {
    package var threshold: Double
    /// Pairs of distinct texts at or above it that no guard keeps apart.
    public var pairs: Int
    /// Of these, the ones that differ in filler words or word order alone.
    public var variants: Int
  }

  private static let step = 5

  /// From 0.95 down to the floor, to which all pairs are stored.
  public let rows: [Row]

  /// - Parameter guards: the pairs they hold to be different do not count.
  /// - Returns: nil where no pairs are stored yet. O(pairs · length).
  init?(_ index: OpenIndex, _ table: RecordTable, guards: [TextGuard]) throws {
    guard let floor = try PairCoverage(index).floor(of: .semantic) else { return nil }
    let lowest = Int((floor.decimal * 100 - 1e-6).rounded(.up))
    var rows = stride(from: 95, through: max(Self.step, lowest), by: -Self.step).map {
      Row(threshold: Double($0) / 100, pairs: 0, variants: 0)
    }
    let features = RememberedFeatures()
    try index.catalog.forEachPair(stage: RemovalStage.semantic.rawValue) { pair in
      guard pair.a >= 0, pair.a < pair.b, pair.b < table.count else {
        throw FileError(
          place: index.folder.catalog.relativePath, expected: "pairs of two records",
          found: "rows \(pair.a) and \(pair.b)", advice: "build the index again")
      }
      let (a, b) = (features.of(UInt32(pair.a), in: table), features.of(UInt32(pair.b), in: table))
      if TextGuard.firstVeto(guards, a, b) != nil { return }
      let isVariant = Self.core(a.text) == Self.core(b.text)
      for place in rows.indices where Float(pair.score) >= Float(rows[place].threshold) {
        rows[place].pairs += 1
        if isVariant { rows[place].variants += 1 }
      }
    }
    self.rows = rows
  }

  /// The words that are no fillers, in alphabetical order.
  static func core(_ text: String) -> [String] {
    WordScanner.words(in: text).map(\.text).filter { !fillers.contains($0) }.sorted()
  }

  /// English; of our own.
  private static let fillers = Set(
    """
    please kindly can could would will you i i'd we want wanna need like to the a an just hey hi
    hello thanks thank so well ok okay now for me
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
