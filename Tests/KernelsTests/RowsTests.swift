import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct RowsTests {
  private func farthest(_ left: UnsafePointer<Float>, _ right: [Double]) -> Double {
    right.enumerated().reduce(0) { max($0, abs(Double(left[$1.offset]) - $1.element)) }
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
