import Kernels

/// The score of a pair: the inner product of two float32 vectors, bit for bit the same on every
/// machine, compiler, thread count and path through the program.
///
/// Each product of two float32 values is exact in float64 (24 + 24 significant bits fit in 53), so
/// it makes no difference whether the machine fuses multiplication and addition. Element `i` is
/// added to partial sum `i mod 8` in order of `i`; the eight partial sums `p` are added as
/// `((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7))`; the total is rounded once to float32. Its
/// relative error to the exact inner product of the same vectors is that last rounding.
///
/// - Parameters:
///   - a: `count` finite floats.
///   - b: `count` finite floats.
/// - Complexity: O(count).
public func canonicalDot(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
) -> Float {
  RowProducts.canonical(a, b, count: count)
}

/// Pairs of rows that wait for their scores, decided many at a time: a single score is a chain of
/// additions, most of which a processor spends waiting.
struct Candidates {
  private static let most = 256

  private let left: VectorRows
  private let right: VectorRows
  private let threshold: Float
  private var waiting: [ScoredPair] = []
  private var leftRows: [UnsafePointer<Float>?] = []
  private var rightRows: [UnsafePointer<Float>?] = []
  private var scores = [Float](repeating: 0, count: most)
  /// What reached the threshold, in the order in which it was added.
  private var found: [ScoredPair] = []

  init(left: VectorRows, right: VectorRows, threshold: Float) {
    self.left = left
    self.right = right
    self.threshold = threshold
  }

  mutating func append(_ row: Int, _ column: Int) {
    waiting.append(ScoredPair(a: UInt32(row), b: UInt32(column), score: 0))
    leftRows.append(left[row])
    rightRows.append(right[column])
    if waiting.count == Self.most { decide() }
  }

  /// The pairs at or above the threshold, all decided.
  mutating func pairs() -> [ScoredPair] {
    decide()
    return found
  }

  private mutating func decide() {
    RowProducts.canonical(leftRows, rightRows, count: left.dimension, into: &scores)
    for (index, pair) in waiting.enumerated() where scores[index] >= threshold {
      found.append(ScoredPair(a: pair.a, b: pair.b, score: scores[index]))
    }
    waiting.removeAll(keepingCapacity: true)
    leftRows.removeAll(keepingCapacity: true)
    rightRows.removeAll(keepingCapacity: true)
  }
}
