import Neighbors

/// Who is near whom, as compressed sparse rows: the neighbors of every vertex, ascending, with
/// their scores.
///
/// Built in O(V + E) from a list of pairs (plus a sort of each neighbor list that the list did not
/// give in order); holds 8 bytes per pair and direction and 8 per vertex.
public struct PairGraph: Sendable {
  package let vertexCount: Int
  /// `offsets[v] ..< offsets[v + 1]` are the places of `v`'s neighbors in ``neighbors``.
  public let offsets: [Int]
  package let neighbors: [UInt32]
  package let scores: [Float]

  /// The graph of undirected `pairs`, each given once in either direction, in any order.
  ///
  /// - Precondition: both ends of a pair are below `vertexCount` and differ.
  public init(vertexCount: Int, pairs: some Collection<ScoredPair>) {
    var offsets = [Int](repeating: 0, count: vertexCount + 1)
    offsets.withUnsafeMutableBufferPointer { offsets in
      for pair in pairs {
        precondition(pair.a != pair.b, "a pair has two different ends, got \(pair.a) twice")
        offsets[Int(pair.a) + 1] += 1
        offsets[Int(pair.b) + 1] += 1
      }
      for vertex in 0..<vertexCount { offsets[vertex + 1] += offsets[vertex] }
    }
    let total = offsets[vertexCount]
    var neighbors = [UInt32](repeating: 0, count: total)
    var scores = [Float](repeating: 0, count: total)
    var next = offsets
    next.withUnsafeMutableBufferPointer { next in
      neighbors.withUnsafeMutableBufferPointer { neighbors in
        scores.withUnsafeMutableBufferPointer { scores in
          func append(_ neighbor: UInt32, to vertex: UInt32, _ score: Float) {
            let place = next[Int(vertex)]
            neighbors[place] = neighbor
            scores[place] = score
            next[Int(vertex)] = place + 1
          }
          for pair in pairs {
            append(pair.b, to: pair.a, pair.score)
            append(pair.a, to: pair.b, pair.score)
          }
          Self.sortLists(offsets, neighbors, scores)
        }
      }
    }
    self.vertexCount = vertexCount
    self.offsets = offsets
    self.neighbors = neighbors
    self.scores = scores
  }

  /// Pairs, each counted once.
  public var pairCount: Int { neighbors.count / 2 }

  /// The score of `a` and `b`, or nil when they are not a pair. O(log degree).
  public func score(_ a: UInt32, _ b: UInt32) -> Float? {
    var low = offsets[Int(a)]
    var high = offsets[Int(a) + 1]
    while low < high {
      let middle = (low + high) / 2
      if neighbors[middle] < b { low = middle + 1 } else { high = middle }
    }
    return low < offsets[Int(a) + 1] && neighbors[low] == b ? scores[low] : nil
  }

  /// Calls `body(neighbor, score)` for every neighbor of `vertex` at or above `threshold`, ascending.
  @inline(__always)
  func forEachNeighbor(
    of vertex: UInt32, atLeast threshold: Float, _ body: (UInt32, Float) -> Void
  ) {
    for place in offsets[Int(vertex)]..<offsets[Int(vertex) + 1]
    where scores[place] >= threshold {
      body(neighbors[place], scores[place])
    }
  }

  /// Sum of the scores of each vertex's neighbors at or above `threshold`, times the neighbor's
  /// `multiplicity` if given, in units of 2^-24.
  ///
  /// Integers, so that the sum does not depend on the order in which pairs were found.
  public func centrality(atLeast threshold: Float, multiplicity: [Int]? = nil) -> [Int64] {
    (0..<UInt32(vertexCount)).map { vertex in
      var sum: Int64 = 0
      forEachNeighbor(of: vertex, atLeast: threshold) { neighbor, score in
        let weight = multiplicity.map { Int64($0[Int(neighbor)]) } ?? 1
        sum += FixedPoint.from(score) * weight
      }
      return sum
    }
  }

  /// A complete, sorted list of pairs gives every neighbor list in order; other lists are sorted.
  private static func sortLists(
    _ offsets: [Int], _ neighbors: UnsafeMutableBufferPointer<UInt32>,
    _ scores: UnsafeMutableBufferPointer<Float>
  ) {
    for vertex in 0..<(offsets.count - 1) {
      let places = offsets[vertex]..<offsets[vertex + 1]
      let isSorted = places.dropFirst().allSatisfy { neighbors[$0 - 1] < neighbors[$0] }
      if isSorted { continue }
      let sorted = places.map { (neighbors[$0], scores[$0]) }.sorted { $0.0 < $1.0 }
      for (place, entry) in zip(places, sorted) {
        (neighbors[place], scores[place]) = entry
      }
      precondition(
        places.dropFirst().allSatisfy { neighbors[$0 - 1] < neighbors[$0] },
        "a pair of vertex \(vertex) was given twice")
    }
  }
}

/// Similarities as integers in units of 2^-24: sums that no order of addition can change.
enum FixedPoint {
  static let one: Int64 = 1 << 24

  @inline(__always)
  static func from(_ value: Float) -> Int64 { Int64((value * Float(one)).rounded()) }

  static func double(_ value: Int64) -> Double { Double(value) / Double(one) }
}
