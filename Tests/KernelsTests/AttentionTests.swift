import Foundation
import Kernels
import Testing

/// Attention beside its definition in double precision.
@Suite struct AttentionTests {
  private struct Problem {
    let length: Int
    let heads: Int
    let size: Int
    let projections: [Float]
    var settings = Attention.Settings()
    var bias: [Float]?
    var reach = 0

    init(_ length: Int, _ heads: Int, _ size: Int, spread: Float, _ generator: inout SplitMix) {
      (self.length, self.heads, self.size) = (length, heads, size)
      // Representable in bfloat16, so that only the weights are rounded.
      projections = generator.floats(length * 3 * heads * size, -spread...spread).map {
        Float(bitPattern: $0.bitPattern & 0xffff_0000)
      }
    }

    mutating func addBias(reach: Int, _ generator: inout SplitMix) {
      let values = generator.floats(heads * (2 * reach - 1), -4...4)
      bias = values
      self.reach = reach
      settings.bias = Attention.RelativeBias(Buffer(values), heads: heads, reach: reach)
    }

    var expected: [Double] {
      let hidden = heads * size
      var result = [Double](repeating: 0, count: length * hidden)
      func value(_ token: Int, _ part: Int, _ column: Int) -> Double {
        Double(projections[token * 3 * hidden + part * hidden + column])
      }
      for head in 0..<heads {
        let columns = head * size..<(head + 1) * size
        for token in 0..<length {
          let seen = (0..<length).filter { abs($0 - token) <= settings.window ?? length }
          let scores = seen.map { other in
            let bias = bias?[head * (2 * reach - 1) + other - token + reach - 1] ?? 0
            return columns.reduce(Double(bias)) { $0 + value(token, 0, $1) * value(other, 1, $1) }
          }
          let top = scores.max()!
          let weights = scores.map { exp($0 - top) }
          let total = weights.reduce(0, +)
          for (weight, other) in zip(weights, seen) {
            for column in columns {
              result[token * hidden + column] += weight / total * value(other, 2, column)
            }
          }
        }
      }
      return result
    }

    /// In float32 within `tolerance`, and in bfloat16 within half a unit in its last place.
    func check(tolerance: Double) {
      let expected = expected
      check(expected, tolerance)
      guard Processor.hasBFloat16 else { return }
      var copy = self
      copy.settings.multipliesBFloat16 = true
      copy.check(expected, Double(projections.map(abs).max()!) / 256)
    }

    private func check(_ expected: [Double], _ tolerance: Double) {
      let scratch = Buffer<Float>(
        repeating: .nan, count: Attention.scratchCount(length: length, headSize: size))
      let context = Buffer<Float>(count: length * heads * size)
      Attention.run(
        projections: projections, length: length, heads: heads, headSize: size,
        settings: settings, into: context.pointer, narrow: false, scratch: scratch.pointer)
      let worst = zip(context.values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
      #expect(worst < tolerance, "length \(length), head \(size), \(settings)")

      let narrow = Buffer<UInt16>(count: length * heads * size)
      Attention.run(
        projections: projections, length: length, heads: heads, headSize: size,
        settings: settings, into: narrow.pointer, narrow: true, scratch: scratch.pointer)
      let isRounded = zip(narrow.values, context.values).allSatisfy { narrow, wide in
        abs(Float(bitPattern: UInt32(narrow) << 16) - wide) <= abs(wide) / 256
      }
      #expect(isRounded)
    }
  }

  @Test(arguments: [(1, 1, 8), (2, 3, 16), (5, 2, 32), (16, 2, 20), (17, 1, 64), (50, 3, 33)])
  func attentionEqualsTheDefinition(length: Int, heads: Int, size: Int) {
    var generator = SplitMix(state: UInt64(length))
    // Scores from far below to far above what exp can hold.
    for spread: Float in [0.1, 1, 10] {
      Problem(length, heads, size, spread: spread, &generator)
        .check(tolerance: Double(spread) * 1e-4)
    }
  }

  @Test(arguments: [8, 12, 32, 64])
  func biasAndWindowEqualTheDefinition(size: Int) {
    var generator = SplitMix(state: UInt64(size))
    for _ in 0..<12 {
      let length = Int.random(in: 1...200, using: &generator)
      var problem = Problem(length, 2, size, spread: 1, &generator)
      problem.check(tolerance: 1e-4)
      problem.settings.window = Int.random(in: 1...length + 3, using: &generator)
      problem.check(tolerance: 1e-4)
      problem.addBias(reach: length + Int.random(in: 0...20, using: &generator), &generator)
      problem.check(tolerance: 1e-4)
      problem.settings.window = nil
      problem.check(tolerance: 1e-4)
    }
  }
}
