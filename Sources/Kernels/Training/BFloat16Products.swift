import CKernels
import COneDNN
import Foundation

/// Products of bfloat16 matrices with float32 sums; ``Processor/prefersBFloat16`` says whether they are faster
/// than float32's.
package enum BFloat16Products {
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

  package static var areSupported: Bool { function != nil }

  /// `y` `[count]` = `x`, rounded to the nearest, halves to even.
  package static func narrow(
    _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<UInt16>
  ) {
    ck_narrow(x, count, y)
  }

  /// A product with float32 sums on the calling thread.
  static func multiply(
    _ a: Factor<UnsafePointer<UInt16>>, _ b: Factor<UnsafePointer<UInt16>>, _ shape: ProductShape,
    into c: ProductTarget
  ) {
    guard let function else { preconditionFailure("no bfloat16 products") }
    let status = function(
      a.letter, b.letter, dnnl_dim_t(shape.rows), dnnl_dim_t(shape.columns),
      dnnl_dim_t(shape.depth), c.scale, a.matrix, dnnl_dim_t(a.stride), b.matrix,
      dnnl_dim_t(b.stride), c.accumulates ? 1 : 0, c.matrix, dnnl_dim_t(c.stride))
    precondition(status == dnnl_success, "bfloat16 product refused: \(status)")
  }
}
