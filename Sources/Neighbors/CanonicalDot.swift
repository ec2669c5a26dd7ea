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
  var low = SIMD4<Double>()
  var high = SIMD4<Double>()
  // Partial sums 0…3 live in `low`, 4…7 in `high`.
  let whole = count & ~7
  var index = 0
  while index < whole {
    let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Float>.self)
    let right = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Float>.self)
    low += SIMD4<Double>(left.lowHalf) * SIMD4<Double>(right.lowHalf)
    high += SIMD4<Double>(left.highHalf) * SIMD4<Double>(right.highHalf)
    index += 8
  }
  while index < count {
    let lane = index & 7
    let product = Double(a[index]) * Double(b[index])
    if lane < 4 { low[lane] += product } else { high[lane - 4] += product }
    index += 1
  }
  let four = low + high
  return Float((four[0] + four[2]) + (four[1] + four[3]))
}
