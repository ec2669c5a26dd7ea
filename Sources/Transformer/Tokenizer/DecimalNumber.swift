/// Decimal numbers to the nearest double.
package enum DecimalNumber {
  /// The value of a number as JSON writes it; infinite if it is too large, nil if it is none.
  ///
  /// Up to 19 digits without an exponent, as vocabularies' scores are, are one exact division:
  /// dividend and divisor fit 64 bits, and what is left over decides how the quotient of at least
  /// 63 bits is rounded to 53. All else is left to the standard library.
  package static func value(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let (isNegative, digits, decimals) = plain(text) else {
      return Double(String(decoding: text, as: UTF8.self))
    }
    let magnitude = quotient(digits, powers[decimals])
    return isNegative ? -magnitude : magnitude
  }

  private static let powers: [UInt64] = (0..<20).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  private static func plain(
    _ text: UnsafeBufferPointer<UInt8>
  ) -> (isNegative: Bool, digits: UInt64, decimals: Int)? {
    var digits: UInt64 = 0
    var count = 0
    var point: Int?
    let isNegative = text.first == UInt8(ascii: "-")
    for byte in text.dropFirst(isNegative ? 1 : 0) {
      if byte == UInt8(ascii: "."), point == nil {
        point = count
      } else {
        guard byte &- 48 < 10, count < 19 else { return nil }
        digits = digits * 10 + UInt64(byte &- 48)
        count += 1
      }
    }
    return count > 0 ? (isNegative, digits, count - (point ?? count)) : nil
  }

  private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
    guard dividend > 0 else { return 0 }
    let (up, down) = (dividend.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let high = dividend << UInt64(up)
    let (quotient, rest) = (divisor << UInt64(down)).dividingFullWidth((high >> 1, high << 63))
    let rounded = Double(quotient | (rest == 0 ? 0 : 1))
    return rounded * Double(sign: .plus, exponent: down - up - 63, significand: 1)
  }
}
