/// Two rows and how alike they are; `a < b` within one set, or (query row, base row) across two.
public struct ScoredPair: Hashable, Sendable, BitwiseCopyable {
  /// The first row, the lower one within one set; from 0.
  public var a: UInt32
  /// The second row.
  public var b: UInt32
  /// Cosine of the unit vectors (canonical dot product), or the Jaccard index of a lexical pair.
  public var score: Float

  /// Rows from 0 and their score; nothing is put in order.
  public init(a: UInt32, b: UInt32, score: Float) {
    self.a = a
    self.b = b
    self.score = score
  }
}
