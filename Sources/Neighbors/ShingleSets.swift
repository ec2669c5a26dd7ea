import Kernels

/// The shingle sets of many texts, one after the other.
struct ShingleSets: Sendable {
  /// Set `i` is `values[starts[i]..<starts[i + 1]]`, ascending.
  let starts: [Int]
  let values: [UInt64]

  var count: Int { starts.count - 1 }

  init(_ texts: [String], _ shingling: Shingling) {
    var sets = Threads.flatMap(texts.count, by: 1024) { texts[$0].map(shingling.shingles) }
    var starts = [0]
    var values: [UInt64] = []
    starts.reserveCapacity(texts.count + 1)
    for number in sets.indices {
      values += sets[number]
      starts.append(values.count)
      sets[number] = []
    }
    self.starts = starts
    self.values = values
  }

  func size(_ set: Int) -> Int { starts[set + 1] - starts[set] }

  /// How many shingles two sets share.
  func shared(_ a: Int, _ b: Int) -> Int {
    values.withUnsafeBufferPointer { values in
      var (left, right, shared) = (starts[a], starts[b], 0)
      let (leftEnd, rightEnd) = (starts[a + 1], starts[b + 1])
      while left < leftEnd && right < rightEnd {
        let (first, second) = (values[left], values[right])
        shared += first == second ? 1 : 0
        left += first <= second ? 1 : 0
        right += second <= first ? 1 : 0
      }
      return shared
    }
  }

  /// Shared shingles over all shingles of both.
  func jaccard(_ a: Int, _ b: Int) -> Float {
    let shared = shared(a, b)
    return Float(Double(shared) / Double(size(a) + size(b) - shared))
  }

  /// Shared shingles over those of the smaller set.
  func containment(_ a: Int, _ b: Int) -> Float {
    Float(Double(shared(a, b)) / Double(min(size(a), size(b))))
  }
}
