/// Finds the few large values in a row of products.
enum TileScan {
  /// Calls `body` with each index whose value is above `cutoff`, in ascending order.
  @inline(__always)
  static func forEach(
    above cutoff: Float, in values: UnsafePointer<Float>, count: Int, _ body: (Int) -> Void
  ) {
    let limit = SIMD16<Float>(repeating: cutoff)
    let whole = count & ~31
    var index = 0
    while index < whole {
      let raw = UnsafeRawPointer(values + index)
      let first = limit - raw.loadUnaligned(as: SIMD16<Float>.self)
      let second =
        limit - raw.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self)
      // The sign bit of `cutoff - value` says "above"; one test serves 32 values.
      let signs =
        unsafeBitCast(first, to: SIMD16<Int32>.self) | unsafeBitCast(second, to: SIMD16<Int32>.self)
      if signs.anyNegative {
        for offset in index..<index + 32 where values[offset] > cutoff { body(offset) }
      }
      index += 32
    }
    while index < count {
      if values[index] > cutoff { body(index) }
      index += 1
    }
  }

  /// Calls `body` with each index whose value is above `cutoff + addends[index]`, in ascending
  /// order. All values are below 2^29 in size, so no difference overflows.
  @inline(__always)
  static func forEach(
    above cutoff: Int32, plus addends: UnsafePointer<Int32>, in values: UnsafePointer<Int32>,
    count: Int, _ body: (Int) -> Void
  ) {
    let limit = SIMD16<Int32>(repeating: cutoff)
    let whole = count & ~31
    var index = 0
    while index < whole {
      let value = UnsafeRawPointer(values + index)
      let addend = UnsafeRawPointer(addends + index)
      let first =
        limit &+ addend.loadUnaligned(as: SIMD16<Int32>.self)
        &- value.loadUnaligned(as: SIMD16<Int32>.self)
      let second =
        limit &+ addend.loadUnaligned(fromByteOffset: 64, as: SIMD16<Int32>.self)
        &- value.loadUnaligned(fromByteOffset: 64, as: SIMD16<Int32>.self)
      if (first | second).anyNegative {
        for offset in index..<index + 32 where values[offset] > cutoff &+ addends[offset] {
          body(offset)
        }
      }
      index += 32
    }
    while index < count {
      if values[index] > cutoff &+ addends[index] { body(index) }
      index += 1
    }
  }
}

extension SIMD16<Int32> {
  @inline(__always)
  var anyNegative: Bool {
    let eight = lowHalf | highHalf
    let four = eight.lowHalf | eight.highHalf
    let two = four.lowHalf | four.highHalf
    return (two[0] | two[1]) < 0
  }
}
