import CKernels

/// The dropout mask of one place in the network in one step, as a function of the element's index:
/// nothing is stored, and neither threads nor evaluation order can change it.
///
/// A counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011)
/// with two keyed rounds of the 32-bit finalizer `lowbias32` (Wellons, "Prospecting for hash
/// functions", 2018).
package struct DropoutStream: Sendable {
  let kernel: ck_dropout
  private let key: UInt64
  /// Whether anything is dropped at all.
  package let isActive: Bool

  /// Drops nothing.
  package static let none = DropoutStream(probability: 0, seed: 0, step: 0, site: 0)

  /// - Parameters:
  ///   - probability: of an element becoming 0, in 0..<1; the others are scaled by its complement.
  ///   - site: tells the places in the network apart.
  package init(probability: Float, seed: UInt64, step: Int, site: Int) {
    precondition((0..<1).contains(probability), "dropout must be in 0..<1, got \(probability)")
    key = Self.mix(Self.mix(Self.mix(seed) &+ UInt64(step)) &+ UInt64(site))
    kernel = Self.kernel(key, probability)
    isActive = probability > 0
  }

  private init(_ stream: DropoutStream, key: UInt64) {
    self.key = key
    var kernel = stream.kernel
    (kernel.first_key, kernel.second_key) = (
      UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)
    )
    self.kernel = kernel
    isActive = stream.isActive
  }

  private static func kernel(_ key: UInt64, _ probability: Float) -> ck_dropout {
    ck_dropout(
      first_key: UInt32(truncatingIfNeeded: key), second_key: UInt32(truncatingIfNeeded: key >> 32),
      threshold: UInt32(Double(probability) * 4_294_967_296), scale: 1 / (1 - probability))
  }

  /// A stream of its own for row `number`: indices count within it, so that no matrix is too large for
  /// their 32 bits.
  package func row(_ number: Int) -> DropoutStream {
    DropoutStream(self, key: Self.mix(key &+ UInt64(number)))
  }

  private static func mix(_ value: UInt64) -> UInt64 { SplitMix64.first(after: value) }

  /// The factor (0 or 1 / (1 - probability)) of one element.
  package func factor(_ index: Int) -> Float {
    var result: Float = 1
    ck_dropout_factors(kernel, UInt32(truncatingIfNeeded: index), 1, &result)
    return result
  }
}
