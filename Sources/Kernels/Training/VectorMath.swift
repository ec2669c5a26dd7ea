/// Sixteen floats: one AVX-512 register, or as many smaller ones as the machine has.
typealias Vector = SIMD16<Float>

extension UnsafePointer<Float> {
  /// The 16 floats from `index`; alignment does not matter.
  @inline(__always)
  func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// The first `lanes` of the 16 floats from `index`, the rest 0; reads no further.
  @inline(__always)
  func vector(_ index: Int, _ lanes: Int) -> Vector {
    if lanes == Vector.scalarCount { return vector(index) }
    var result = Vector.zero
    for lane in 0..<lanes { result[lane] = self[index + lane] }
    return result
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func vector(_ index: Int) -> Vector { UnsafePointer(self).vector(index) }

  @inline(__always)
  func vector(_ index: Int, _ lanes: Int) -> Vector { UnsafePointer(self).vector(index, lanes) }

  /// Stores 16 floats from `index`.
  @inline(__always)
  func store(_ value: Vector, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: Vector.self)
  }

  /// Stores the first `lanes` floats of `value` from `index`.
  @inline(__always)
  func store(_ value: Vector, _ index: Int, _ lanes: Int) {
    if lanes == Vector.scalarCount { return store(value, index) }
    for lane in 0..<lanes { self[index + lane] = value[lane] }
  }
}

/// Calls `body(start, lanes)` for each run of up to 16 indices below `count`.
@inline(__always)
func forEachVector(_ count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  var index = 0
  while index + Vector.scalarCount <= count {
    body(index, Vector.scalarCount)
    index += Vector.scalarCount
  }
  if index < count { body(index, count - index) }
}

extension Vector {
  /// e to the power of each lane, within 2 units in the last place; inputs below -87 give about
  /// 1e-38, above 88 about 1e38.
  ///
  /// Cody-Waite reduction by multiples of log 2, then the degree-6 polynomial of Cephes' `expf`.
  @inline(__always)
  static func exponential(_ value: Vector) -> Vector {
    let x = value.clamped(
      lowerBound: Vector(repeating: -87), upperBound: Vector(repeating: 88))
    // Adding 1.5 · 2²³ leaves the rounded integer in the low mantissa bits.
    let magic = x * 1.442_695_041 + 12_582_912
    let n = magic - 12_582_912
    let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 0.5
    p = p * r * r + r + 1
    let bits = unsafeBitCast(magic, to: SIMD16<UInt32>.self)
    let scale = (bits &+ (127 &- 0x4B40_0000)) &<< 23
    return p * unsafeBitCast(scale, to: Vector.self)
  }
}
