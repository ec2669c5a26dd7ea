import Kernels

/// How an encoder multiplies; sums are float32 throughout, and so are its vectors.
public enum Precision: String, Sendable, CaseIterable {
  /// bfloat16 where the processor multiplies it in hardware, else float32; never int8, which is
  /// faster still and a choice of its own.
  ///
  /// On MiniLM-L6 bfloat16 takes half the time of float32, its vectors have a mean cosine above
  /// 0.9999 to float32's, and STS-B's rank correlation moves in the fourth decimal.
  case automatic = "auto"
  case float32 = "f32"
  /// Activations and weights rounded to 8 bits of mantissa.
  case bfloat16 = "bf16"
  /// 8-bit activations (scaled by row) and weights (scaled by output).
  case int8 = "int8"

  /// Those that this processor runs.
  public static var supported: [Precision] {
    [.float32, .bfloat16, .int8].filter { (try? $0.checkSupport()) != nil }
  }

  var resolved: Precision {
    guard self == .automatic else { return self }
    return Processor.hasBFloat16 ? .bfloat16 : .float32
  }

  /// - Throws: ``ModelError`` if this processor lacks the instructions.
  func checkSupport() throws {
    let (isSupported, need) =
      switch self {
      case .automatic, .float32: (true, "")
      case .bfloat16: (Processor.hasBFloat16, "AVX512-BF16")
      case .int8: (Processor.hasVNNI, "AVX512-VNNI")
      }
    guard isSupported else {
      throw ModelError(
        place: "precision \(rawValue)", expected: "a processor with \(need)", found: "none",
        advice: "use auto, or one of \(Self.supported.map(\.rawValue).joined(separator: ", "))")
    }
  }
}
