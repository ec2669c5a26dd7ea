/// The dropout mask of one place in the network in one step, as a function of the element's index:
/// nothing is stored, and neither threads nor evaluation order can change it.
///
/// A counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011)
/// with two keyed rounds of the 32-bit finalizer `lowbias32` (Wellons, "Prospecting for hash
/// functions", 2018).
public struct DropoutStream: Sendable {
  private let firstKey: UInt32
  private let secondKey: UInt32
  private let threshold: UInt32
  private let scale: Float
  /// Whether anything is dropped at all.
  public let isActive: Bool

  /// Drops nothing.
  public static let none = DropoutStream(probability: 0, seed: 0, step: 0, site: 0)

  /// - Parameters:
  ///   - probability: of an element becoming 0, in 0..<1; the others are scaled by its complement.
  ///   - site: tells the places in the network apart.
  public init(probability: Float, seed: UInt64, step: Int, site: Int) {
    precondition((0..<1).contains(probability), "dropout must be in 0..<1, got \(probability)")
    let key = Self.mix(Self.mix(Self.mix(seed) &+ UInt64(step)) &+ UInt64(site))
    firstKey = UInt32(truncatingIfNeeded: key)
    secondKey = UInt32(truncatingIfNeeded: key >> 32)
    threshold = UInt32(Double(probability) * 4_294_967_296)
    scale = 1 / (1 - probability)
    isActive = probability > 0
  }

  /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Factors (0 or 1 / (1 - probability)) of the elements `index ..< index + 16`.
  @inline(__always)
  func factors(_ index: Int) -> Vector {
    let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let counter = lanes &+ UInt32(truncatingIfNeeded: index)
    let hash = Self.scramble(Self.scramble(counter ^ firstKey) &+ secondKey)
    return Vector(repeating: scale).replacing(with: 0, where: hash .< threshold)
  }

  /// The factor of one element.
  public func factor(_ index: Int) -> Float { factors(index)[0] }

  @inline(__always)
  private static func scramble(_ value: SIMD16<UInt32>) -> SIMD16<UInt32> {
    var x = value
    x = (x ^ (x &>> 16)) &* 0x7FEB_352D
    x = (x ^ (x &>> 15)) &* 0x846C_A68B
    return x ^ (x &>> 16)
  }
}
