import Kernels
import Neighbors
import Testing

/// The score that decides every pair has the same bits on every processor: `make test` runs this at each
/// level of `SIMCURATE_PROCESSOR`, against the order of summation written out.
@Suite struct CanonicalDotTests {
  /// The order of summation, one element at a time.
  private func reference(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    var sums = [Double](repeating: 0, count: 8)
    for (place, pair) in zip(a, b).enumerated() {
      sums[place % 8] += Double(pair.0) * Double(pair.1)
    }
    return Float(
      ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])))
  }

  /// Floats of every kind, or `ordinary` ones alone: tiny, denormal, huge, zeros of both signs.
  private func values(_ count: Int, _ ordinary: Bool, _ generator: inout Generator) -> [Float] {
    (0..<count).map { _ in
      let value = generator.uniform()
      if ordinary { return value }
      return switch generator.next() % 8 {
      case 0: value * 1e-30 * 1e-10
      case 1: value * 1e38
      case 2: value.sign == .minus ? -0.0 : 0.0
      case 3: value * .leastNonzeroMagnitude * 9
      case 4: value * 1e-20
      default: value
      }
    }
  }

  @Test func hasTheBitsOfItsDefinition() {
    var generator = Generator(11)
    for count in Array(0...67) + [127, 128, 129, 383, 384, 385, 768, 1023, 4096] {
      for ordinary in [true, false] {
        // Two floats of offset: rows need no alignment.
        let a = values(count + 2, ordinary, &generator)
        let b = values(count + 2, ordinary, &generator)
        for offset in 0...2 {
          let found = a.withUnsafeBufferPointer { left in
            b.withUnsafeBufferPointer { right in
              canonicalDot(
                left.baseAddress! + offset, right.baseAddress! + 2 - offset, count: count)
            }
          }
          let expected = reference(a[offset..<offset + count], b[2 - offset..<2 - offset + count])
          #expect(
            found.bitPattern == expected.bitPattern, "\(count) floats: \(found), not \(expected)")
        }
      }
    }
  }

  @Test func manyAtOnceHaveTheBitsOfOne() {
    let world = World.random(rows: 41, dimension: 101, seed: 12)
    for count in 0...41 {
      let left = (0..<count).map { Optional(world.vectors[$0]) }
      let right = (0..<count).map { Optional(world.vectors[($0 * 7 + 3) % 41]) }
      var scores = [Float](repeating: .nan, count: count + 1)
      RowProducts.canonical(left, right, count: 101, into: &scores)
      #expect(
        (0..<count).allSatisfy {
          scores[$0].bitPattern == canonicalDot(left[$0]!, right[$0]!, count: 101).bitPattern
        })
      #expect(scores[count].isNaN, "wrote beyond the last score")
    }
  }

  @Test func infinityAndNoNumberShow() {
    let values: [Float] = [1, .infinity, 2]
    let zeros: [Float] = [0, 0, 0]
    #expect(canonicalDot(values, values, count: 3) == .infinity)
    #expect(canonicalDot(values, zeros, count: 3).isNaN)
  }
}
