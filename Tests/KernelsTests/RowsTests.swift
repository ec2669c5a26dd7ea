import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct RowsTests {
  private func farthest(_ left: UnsafePointer<Float>, _ right: [Double]) -> Double {
    right.enumerated().reduce(0) { max($0, abs(Double(left[$1.offset]) - $1.element)) }
  }

  /// One head's attention in double precision, by the definition.
  private func attention(
    _ projections: [Float], length: Int, heads: Int, size: Int
  ) -> [Double] {
    let hidden = heads * size
    var result = [Double](repeating: 0, count: length * hidden)
    func value(_ token: Int, _ part: Int, _ column: Int) -> Double {
      Double(projections[token * 3 * hidden + part * hidden + column])
    }
    for head in 0..<heads {
      let columns = head * size..<(head + 1) * size
      for token in 0..<length {
        let scores = (0..<length).map { other in
          columns.reduce(0) { $0 + value(token, 0, $1) * value(other, 1, $1) }
        }
        let top = scores.max()!
        let weights = scores.map { exp($0 - top) }
        let total = weights.reduce(0, +)
        for other in 0..<length {
          for column in columns {
            result[token * hidden + column] += weights[other] / total * value(other, 2, column)
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [(1, 1, 8), (2, 3, 16), (5, 2, 32), (16, 2, 20), (17, 1, 64), (50, 3, 33)])
  func attentionEqualsTheDefinition(length: Int, heads: Int, size: Int) {
    var generator = SplitMix(state: UInt64(length))
    // Scores from far below to far above what exp can hold.
    for spread: Float in [0.1, 1, 10] {
      let projections = generator.floats(length * 3 * heads * size, -spread...spread)
      let expected = attention(projections, length: length, heads: heads, size: size)
      let count = Attention.scratchCount(length: length, headSize: size)
      let scratch = Buffer<Float>(repeating: .nan, count: count)
      let context = Buffer<Float>(count: length * heads * size)
      Attention.run(
        projections: projections, length: length, heads: heads, headSize: size,
        into: context.pointer, narrow: false, scratch: scratch.pointer)
      #expect(farthest(context.pointer, expected) < Double(spread) * 1e-4)

      let narrow = Buffer<UInt16>(count: length * heads * size)
      Attention.run(
        projections: projections, length: length, heads: heads, headSize: size,
        into: narrow.pointer, narrow: true, scratch: scratch.pointer)
      for index in 0..<length * heads * size {
        let rounded = Float(bitPattern: UInt32(narrow.pointer[index]) << 16)
        #expect(abs(rounded - context.pointer[index]) <= abs(context.pointer[index]) / 256)
      }
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 32, 40, 384])
  func normalizationEqualsTheDefinition(size: Int) {
    var generator = SplitMix(state: UInt64(size))
    let rows = 5
    let x = generator.floats(rows * size, -3...5)
    let weight = generator.floats(size)
    let bias = generator.floats(size)
    let expected = (0..<rows).flatMap { row in
      let values = x[row * size..<(row + 1) * size].map(Double.init)
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      return values.enumerated().map { index, value in
        (value - mean) / (variance + 1e-5).squareRoot() * Double(weight[index])
          + Double(bias[index])
      }
    }
    let y = Buffer(x)
    let narrow = Buffer<UInt16>(count: rows * size)
    Rows.normalize(
      y.pointer, rows: rows, size: size, weight: weight, bias: bias, epsilon: 1e-5,
      narrow: narrow.pointer)
    #expect(farthest(y.pointer, expected) < 1e-5)
    for index in 0..<rows * size {
      let rounded = Float(bitPattern: UInt32(narrow.pointer[index]) << 16)
      #expect(abs(rounded - y.pointer[index]) <= abs(y.pointer[index]) / 256)
    }
  }

  @Test func workersNeverOverlap() {
    let busy = Mutex(Set<Int>())
    let seen = Mutex([Int](repeating: 0, count: 500))
    Threads.forEach(500) { worker, index in
      let isFree = busy.withLock { $0.insert(worker).inserted }
      #expect(isFree && worker < Threads.count)
      seen.withLock { $0[index] += 1 }
      busy.withLock { _ = $0.remove(worker) }
    }
    #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
  }
}
