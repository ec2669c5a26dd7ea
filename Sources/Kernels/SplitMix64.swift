/// A small, fast generator with 64 bits of state: the same numbers for a seed on every machine
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix64: RandomNumberGenerator {
  package var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The first number after `state`.
  package static func first(after state: UInt64) -> UInt64 { mix(state &+ step) }

  /// A bijection of 64 bits in which every input bit reaches every output bit.
  @inline(__always)
  package static func mix(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
