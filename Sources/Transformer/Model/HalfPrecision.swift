/// IEEE 754 binary16 to binary32, sixteen at a time on any processor.
enum HalfPrecision {
  /// Writes the `count` half-precision numbers of `bytes` to `destination`, exactly.
  static func widen(
    _ bytes: UnsafeRawBufferPointer, count: Int, into destination: UnsafeMutablePointer<Float>
  ) {
    guard let base = bytes.baseAddress else { return }
    var index = 0
    while index + 16 <= count {
      let halves = (base + index * 2).loadUnaligned(as: SIMD16<UInt16>.self)
      UnsafeMutableRawPointer(destination + index).storeBytes(
        of: widen(SIMD16<UInt32>(truncatingIfNeeded: halves)), as: SIMD16<Float>.self)
      index += 16
    }
    while index < count {
      let half = UInt32(base.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
      destination[index] = widen(SIMD16<UInt32>(repeating: half))[0]
      index += 1
    }
  }

  /// The exponent's bias differs by 112: shifted into place, a half is too small by 2^112, which a
  /// product corrects, subnormal numbers included. Infinities and NaNs get the full exponent back.
  @inline(__always)
  private static func widen(_ halves: SIMD16<UInt32>) -> SIMD16<Float> {
    let magnitude = (halves & 0x7FFF) &<< 13
    let scaled =
      unsafeBitCast(magnitude, to: SIMD16<Float>.self)
      * Float(sign: .plus, exponent: 112, significand: 1)
    var bits = unsafeBitCast(scaled, to: SIMD16<UInt32>.self)
    bits.replace(with: bits | 0x7F80_0000, where: (halves & 0x7C00) .== 0x7C00)
    return unsafeBitCast(bits | ((halves & 0x8000) &<< 16), to: SIMD16<Float>.self)
  }
}
