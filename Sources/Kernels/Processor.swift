import CKernels
import COneDNN
import COpenBLAS
import Foundation

/// What the processor offers beyond baseline x86-64.
///
/// `SIMCURATE_PROCESSOR=baseline`, `avx2` or `avx512` (the last without VNNI and BF16) hides what lies
/// above that level from our kernels, oneDNN and OpenBLAS alike, so that one machine can test them
/// all; `native` hides nothing.
package enum Processor {
  private static let features = ck_detect()
  private static let variable = "SIMCURATE_PROCESSOR"

  /// The levels that ``kind`` and the variable speak of, the least first.
  package enum Level: String, Sendable, CaseIterable {
    case baseline, avx2, avx512, native
  }

  /// The level that the environment asks for.
  ///
  /// - Returns: nil if it is none of ``Level``.
  package static var emulated: Level? {
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else {
      return .native
    }
    return Level(rawValue: name)
  }

  /// AVX2 with fused multiply-add.
  package static var hasAVX2: Bool { features.avx2 }
  package static var hasAVX512: Bool { features.avx512 }
  /// The bfloat16 dot product of AVX-512.
  package static var hasBFloat16: Bool { features.avx512_bf16 }
  /// Whether bfloat16 products are faster than float32's.
  ///
  /// On AMD's processors they are twice as fast. Intel's issue that instruction every second cycle, where they
  /// begin two float32 multiply-adds a cycle, which makes it half as fast (two cores of an Emerald Rapids:
  /// 169 to 324 GFLOP/s by oneDNN); only their matrix tiles (AMX) are faster, where oneDNN finds them.
  package static var prefersBFloat16: Bool { hasBFloat16 && (!features.intel || hasTiles) }
  private static let hasTiles = dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx
  /// The 8-bit dot product, of AVX-512 or of AVX2's width.
  package static var hasVNNI: Bool { features.avx512_vnni || features.avx_vnni }

  /// The instructions in use that figures depend on, for people: `AVX-512, VNNI, BF16`.
  package static var kind: String {
    guard hasAVX2 else { return "baseline x86-64" }
    var names = [hasAVX512 ? "AVX-512" : "AVX2"]
    if hasVNNI { names.append("VNNI") }
    if hasBFloat16 { names.append("BF16") }
    return names.joined(separator: ", ")
  }

  /// The kernels that oneDNN and OpenBLAS chose for this processor, as they name them.
  package static var libraries: (oneDNN: String, openBLAS: String) {
    let instructions = dnnl_get_effective_cpu_isa()
    let name =
      switch instructions {
      case dnnl_cpu_isa_sse41: "SSE4.1"
      case dnnl_cpu_isa_avx: "AVX"
      case dnnl_cpu_isa_avx2: "AVX2"
      case dnnl_cpu_isa_avx2_vnni: "AVX2 VNNI"
      case dnnl_cpu_isa_avx512_core: "AVX-512"
      case dnnl_cpu_isa_avx512_core_vnni: "AVX-512 VNNI"
      case dnnl_cpu_isa_avx512_core_bf16: "AVX-512 BF16"
      case dnnl_cpu_isa_avx512_core_amx: "AVX-512 AMX"
      default: "instruction set \(instructions.rawValue)"
      }
    return (name, String(cString: openblas_get_corename()))
  }
}
