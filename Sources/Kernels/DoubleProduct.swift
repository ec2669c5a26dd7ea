/// The inner product of `count` float64 numbers, in eight partial sums: the same bits on every processor.
@inlinable
@inline(__always)
package func dot(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
) -> Double {
  var low = SIMD4<Double>()
  var high = SIMD4<Double>()
  var index = 0
  while index + 8 <= count {
    let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
    let right = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
    low += left.lowHalf * right.lowHalf
    high += left.highHalf * right.highHalf
    index += 8
  }
  var sum = (low + high).sum()
  while index < count {
    sum += a[index] * b[index]
    index += 1
  }
  return sum
}
