import CKernels
import COneDNN
import Foundation

/// Products of bfloat16 matrices with float32 sums, twice as fast as float32's where the processor has
/// the instruction.
public enum BFloat16Products {
  private typealias Function =
    @convention(c) (
      CChar, CChar, dnnl_dim_t, dnnl_dim_t, dnnl_dim_t, Float, UnsafePointer<UInt16>, dnnl_dim_t,
      UnsafePointer<UInt16>, dnnl_dim_t, Float, UnsafeMutablePointer<Float>, dnnl_dim_t
    ) -> dnnl_status_t

  /// oneDNN has the product beside its sgemm but not in its headers, so it is looked up by name, and who
  /// does not find it multiplies in float32.
  private static let function: Function? = {
    guard Processor.hasBFloat16, let symbol = dlsym(dlopen(nil, RTLD_NOW), "dnnl_gemm_bf16bf16f32")
    else { return nil }
    return unsafeBitCast(symbol, to: Function.self)
  }()

  public static var areSupported: Bool { function != nil }

  /// `y` `[count]` = `x`, rounded to the nearest, halves to even.
  public static func narrow(
    _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<UInt16>
  ) {
    ck_narrow(x, count, y)
  }

  /// C `[m, n]` = scale op(A) op(B) + beta C on this thread; leading dimensions as in BLAS, row-major.
  static func multiply(
    _ transposeA: Unicode.Scalar, _ transposeB: Unicode.Scalar, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<UInt16>, _ lda: Int, _ b: UnsafePointer<UInt16>, _ ldb: Int,
    _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int, scale: Float
  ) {
    guard let function else { preconditionFailure("no bfloat16 products") }
    let status = function(
      CChar(transposeA.value), CChar(transposeB.value), dnnl_dim_t(m), dnnl_dim_t(n),
      dnnl_dim_t(k), scale, a, dnnl_dim_t(lda), b, dnnl_dim_t(ldb), beta, c, dnnl_dim_t(ldc))
    precondition(status == dnnl_success, "bfloat16 product refused: \(status)")
  }
}
