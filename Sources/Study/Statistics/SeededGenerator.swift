import Kernels

/// A deterministic random number generator: xoshiro256** 1.0, seeded through SplitMix64
/// (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
///
/// Not `SplitMix64` itself, which serves shuffles and initial values: long simulations of statistics
/// want its longer period. Equal seeds give equal numbers on every machine and in every version of this tool.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  package init(seed: UInt64) {
    var splitMix = SplitMix64(state: seed)
    state = (splitMix.next(), splitMix.next(), splitMix.next(), splitMix.next())
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, by: 45)
    return result
  }

  /// A number in `0..<bound`, from the high half of a 64 x 64 product (Lemire, "Fast random
  /// integer generation in an interval", 2019) without its rejection: the bias is below
  /// `bound / 2^64`.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0)
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }
}
