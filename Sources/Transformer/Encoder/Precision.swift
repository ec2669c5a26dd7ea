import Files
import Kernels

/// How an encoder multiplies; sums are float32 throughout, and so are its vectors.
public enum Precision: String, Sendable, CaseIterable {
  /// bfloat16 where the processor multiplies it faster than float32 (AMD's since Zen 4, Intel's with AMX),
  /// else float32; never int8, which is faster still and a choice of its own.
  ///
  /// On MiniLM-L6 bfloat16 takes half the time of float32 there, its vectors have a mean cosine above
  /// 0.9999 to float32's, and STS-B's rank correlation moves in the fourth decimal.
  case automatic = "auto"
  case float32 = "f32"
  /// Activations and weights rounded to 8 bits of mantissa.
  case bfloat16 = "bf16"
  /// 8-bit activations (scaled by row) and weights (scaled by output); ``int7`` on processors
  /// without 8-bit dot products (VNNI).
  case int8 = "int8"
  /// The same with 7 bits, which AVX2 multiplies exactly.
  case int7 = "int7"

  /// Those that this processor runs as they are.
  public static var supported: [Precision] {
    [.float32, .bfloat16, .int8, .int7].filter(\.isSupported)
  }

  /// What runs where this is asked for: an index or a vector file names it.
  var resolved: Precision {
    switch self {
    case .automatic: Processor.prefersBFloat16 ? .bfloat16 : .float32
    case .int8: isSupported ? .int8 : .int7
    default: self
    }
  }

  /// The codes of integer products; nil for the others.
  var coding: ByteCoding? {
    switch self {
    case .int8: .eightBits
    case .int7: .sevenBits
    case .automatic, .float32, .bfloat16: nil
    }
  }

  private var isSupported: Bool {
    switch self {
    case .automatic, .float32: true
    case .bfloat16: Processor.hasBFloat16
    case .int8, .int7: coding!.isSupported
    }
  }

  /// - Throws: `FileError` if this processor lacks the instructions.
  func checkSupport() throws {
    guard !resolved.isSupported else { return }
    throw FileError(
      place: "precision \(rawValue)",
      expected: "a processor with \(self == .bfloat16 ? "AVX512-BF16" : "AVX2")",
      found: Processor.kind,
      advice: "use auto, or one of \(Self.supported.map(\.rawValue).joined(separator: ", "))")
  }
}
