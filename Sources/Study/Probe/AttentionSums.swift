import Foundation
import Kernels
import Transformer

/// Sums over queries from which every ``AttentionMeasure`` of every layer and head follows, by block of
/// texts. Its size does not depend on the number of texts.
package struct AttentionSums {
  let layers: Int
  let heads: Int
  let blocks: Int
  private static let measures = AttentionMeasure.allCases.count
  /// `[layer, head, measure, block]`
  private var numerators: [Double]
  /// `[layer, measure, block]`: the same for all heads.
  private var denominators: [Double]

  package init(layers: Int, heads: Int, blocks: Int) {
    (self.layers, self.heads, self.blocks) = (layers, heads, blocks)
    numerators = Array(repeating: 0, count: layers * heads * Self.measures * blocks)
    denominators = Array(repeating: 0, count: layers * Self.measures * blocks)
  }

  /// Adds a text's window.
  ///
  /// - Parameters:
  ///   - content: positions of the text's tokens.
  ///   - relations: `[query, key]`.
  package mutating func add(
    _ attention: ObservedAttention, block: Int, content: Range<Int>, relations: [TokenRelation]
  ) {
    let length = attention.length
    var expected = [Double](repeating: 0, count: Self.measures)
    for query in content {
      let keys = attention.keys(of: query)
      expected[Self.place(.entropy)] += 1
      expected[Self.place(.entropyShare)] += log(Double(keys.count))
      for key in keys {
        let relation = Int(relations[query * length + key].rawValue)
        expected[Self.place(AttentionMeasure.relations[relation])] += 1 / Double(keys.count)
      }
    }
    add(expected, attention.layer, block)
    forEachHead(attention, block) { head, sums in
      for query in content {
        let row = attention.head(head) + query * length
        var entropy = 0.0
        for key in attention.keys(of: query) {
          let mass = Double(row[key])
          if mass > 0 { entropy -= mass * log(mass) }
          sums[Self.firstRelation + Int(relations[query * length + key].rawValue)] += mass
        }
        sums[Self.place(.entropy)] += entropy
        sums[Self.place(.entropyShare)] += entropy
      }
    }
  }

  /// Adds a window that holds a text twice.
  ///
  /// - Parameter content: positions of both copies, one after the other.
  package mutating func add(repeated attention: ObservedAttention, block: Int, content: Range<Int>)
  {
    let step = content.count / 2
    /// Queries of the second copy that see the key `distance` before them.
    func queries(_ distance: Int) -> [Int] {
      (content.lowerBound + step..<content.upperBound).filter {
        attention.keys(of: $0).contains($0 - distance)
      }
    }
    let wanted = [(AttentionMeasure.copy, step), (.successor, step - 1)].filter { $0.1 > 0 }
    var expected = [Double](repeating: 0, count: Self.measures)
    for (measure, distance) in wanted {
      expected[Self.place(measure)] = Double(queries(distance).count)
    }
    add(expected, attention.layer, block)
    forEachHead(attention, block) { head, sums in
      for (measure, distance) in wanted {
        for query in queries(distance) {
          let row = attention.head(head) + query * attention.length
          sums[Self.place(measure)] += Double(row[query - distance])
        }
      }
    }
  }

  package func statistic(_ measure: AttentionMeasure, layer: Int, head: Int) -> BlockStatistic {
    let top = ((layer * heads + head) * Self.measures + Self.place(measure)) * blocks
    let bottom = (layer * Self.measures + Self.place(measure)) * blocks
    return BlockStatistic(
      ratioOf: numerators[top..<top + blocks], to: denominators[bottom..<bottom + blocks])
  }

  private static func place(_ measure: AttentionMeasure) -> Int {
    AttentionMeasure.allCases.firstIndex(of: measure)!
  }
  private static let firstRelation = place(.itself)

  private mutating func add(_ expected: [Double], _ layer: Int, _ block: Int) {
    for (measure, value) in expected.enumerated() {
      denominators[(layer * Self.measures + measure) * blocks + block] += value
    }
  }

  /// Heads side by side, each with sums of its own.
  private mutating func forEachHead(
    _ attention: ObservedAttention, _ block: Int,
    _ body: (_ head: Int, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) {
    var sums = [Double](repeating: 0, count: heads * Self.measures)
    sums.withUnsafeMutableBufferPointer { sums in
      let base = sums.baseAddress!
      Threads.forEach(heads) { head in body(head, base + head * Self.measures) }
    }
    let first = attention.layer * heads * Self.measures
    for (place, value) in sums.enumerated() {
      numerators[(first + place) * blocks + block] += value
    }
  }
}
