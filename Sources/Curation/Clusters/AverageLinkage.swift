import Neighbors

/// Average linkage (UPGMA; Sokal and Michener, 1958) over texts: the two clusters with the highest
/// mean score of a text of the one with a text of the other are joined, while that mean is at or above
/// a floor. So nothing chains: a text that is near one member only does not get in.
///
/// Exact, though it starts from the pairs at or above the floor alone: a mean at or above the floor
/// has a pair that is, and the mean of a union is never above the higher of the two it came from, so
/// clusters that never shared such a pair never come into question. Means over pairs below the floor
/// come from the vectors: the sum of all scores of two clusters is the product of their vector sums.
/// The result depends on vectors and floor alone; equal means are joined in the order of the texts.
package struct AverageLinkage: Sendable {
  /// Texts of every cluster of two or more, ascending; clusters by their first text.
  package let clusters: [[UInt32]]

  /// O(pairs · log pairs + joins · dimension · neighbors of a cluster).
  ///
  /// - Parameters:
  ///   - graph: complete pairs of texts at or above `cohesion`.
  ///   - texts: the row at place `t` is that of text `t` of the graph.
  package init(graph: PairGraph, texts: DistinctRows, cohesion: Float) {
    precondition(graph.vertexCount == texts.rows.count, "one vector per text")
    var linkage = Agglomeration(graph: graph, texts: texts, cohesion: cohesion)
    linkage.run()
    clusters = linkage.members.values.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }
}

/// The clusters while they grow; a cluster is named by its lowest text.
private struct Agglomeration {
  private struct Candidate: Urgent {
    var mean: Double
    var a: UInt32
    var b: UInt32

    /// Higher means first, then lower names.
    func precedes(_ other: Candidate) -> Bool {
      mean != other.mean ? mean > other.mean : (a, b) < (other.a, other.b)
    }
  }

  private let texts: DistinctRows
  private let cohesion: Double
  /// Of clusters of two texts or more.
  private(set) var members: [UInt32: [UInt32]] = [:]
  private var sums: [UInt32: [Double]] = [:]
  /// Sums of scores with the other clusters whose mean is at or above the floor.
  private var totals: [[UInt32: Double]]
  private var heap: PriorityHeap<Candidate>

  init(graph: PairGraph, texts: DistinctRows, cohesion: Float) {
    self.texts = texts
    self.cohesion = Double(cohesion)
    var totals = [[UInt32: Double]](repeating: [:], count: graph.vertexCount)
    var candidates: [Candidate] = []
    for a in 0..<UInt32(graph.vertexCount) {
      graph.forEachNeighbor(of: a, atLeast: cohesion) { b, score in
        totals[Int(a)][b] = Double(score)
        if a < b { candidates.append(Candidate(mean: Double(score), a: a, b: b)) }
      }
    }
    self.totals = totals
    heap = PriorityHeap(candidates)
  }

  mutating func run() {
    while let best = heap.pop() {
      // A candidate is outdated once one of its clusters has grown or gone.
      guard let total = totals[Int(best.a)][best.b], mean(best.a, best.b, total) == best.mean
      else { continue }
      join(best.a, best.b)
    }
  }

  private func size(_ cluster: UInt32) -> Int { members[cluster]?.count ?? 1 }

  private func mean(_ a: UInt32, _ b: UInt32, _ total: Double) -> Double {
    total / Double(size(a) * size(b))
  }

  private mutating func join(_ a: UInt32, _ b: UInt32) {
    let (ofA, ofB) = (totals[Int(a)], totals[Int(b)])
    var joint: [UInt32: Double] = [:]
    for other in Set(ofA.keys).union(ofB.keys) where other != a && other != b {
      joint[other] = (ofA[other] ?? total(a, other)) + (ofB[other] ?? total(b, other))
    }
    sums[a] = zip(sum(a), sum(b)).map(+)
    sums[b] = nil
    members[a] = (members[a] ?? [a]) + (members.removeValue(forKey: b) ?? [b])
    totals[Int(a)] = [:]
    totals[Int(b)] = [:]
    for (other, total) in joint {
      totals[Int(other)][a] = nil
      totals[Int(other)][b] = nil
      let mean = mean(a, other, total)
      guard mean >= cohesion else { continue }
      totals[Int(a)][other] = total
      totals[Int(other)][a] = total
      heap.push(Candidate(mean: mean, a: min(a, other), b: max(a, other)))
    }
  }

  private func sum(_ cluster: UInt32) -> [Double] {
    sums[cluster]
      ?? UnsafeBufferPointer(start: texts[cluster], count: texts.vectors.dimension).map(Double.init)
  }

  /// The sum of the scores of all pairs across two clusters.
  private func total(_ a: UInt32, _ b: UInt32) -> Double {
    zip(sum(a), sum(b)).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
