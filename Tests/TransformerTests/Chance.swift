import Foundation
import Kernels

/// The random numbers of a test that tries damaged input: others each time, so that more is tried than
/// one seed reaches. The seed is said before the test begins (a trap ends the process);
/// `SIMCURATE_SEED` repeats it.
struct Chance: RandomNumberGenerator {
  private var generator: SplitMix64

  init(of test: String = #function) {
    let known = ProcessInfo.processInfo.environment["SIMCURATE_SEED"].flatMap(UInt64.init)
    let seed = known ?? UInt64.random(in: 0...UInt64.max)
    generator = SplitMix64(state: seed)
    FileHandle.standardError.write(Data("\(test): SIMCURATE_SEED=\(seed)\n".utf8))
  }

  mutating func next() -> UInt64 { generator.next() }
}
