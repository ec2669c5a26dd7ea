import CKernels
import COneDNN

/// A linear layer y = x Wᵀ + b in training: products cut into jobs whose bounds follow from the
/// shapes alone, so that results do not depend on how many threads run them.
///
/// All matrices are row-major: x `[rows, inputs]`, W `[outputs, inputs]`, y `[rows, outputs]`; results are
/// float32, and so are sums where operands are bfloat16. Each job calls oneDNN on its own thread.
public struct LinearPass: Sendable {
  public let rows: Int
  public let inputs: Int
  public let outputs: Int

  /// Values from one row of y and dy to the next: more than ``outputs`` where they are some columns
  /// of a wider matrix.
  public let stride: Int

  public init(rows: Int, inputs: Int, outputs: Int, stride: Int? = nil) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
    self.stride = stride ?? outputs
  }

  public typealias Matrix = UnsafePointer<Float>
  public typealias MutableMatrix = UnsafeMutablePointer<Float>

  /// Jobs of ``forward(_:x:weight:bias:y:scale:accumulates:)``.
  public var forwardJobs: Int { Tiles(outputs).count }
  /// Jobs of ``inputGradient(_:dy:weight:dx:scale:accumulates:)``.
  public var inputGradientJobs: Int { Tiles(inputs).count }
  /// Jobs of ``weightGradient(_:dy:x:dWeight:scale:)`` and ``biasGradient(_:dy:dBias:)``.
  public var weightGradientJobs: Int { Tiles(outputs).count }

  /// Columns of y that forward job `job` computes.
  public func outputRange(_ job: Int) -> Range<Int> { Tiles(outputs)[job] }
  /// Columns of dx that input-gradient job `job` computes.
  public func inputRange(_ job: Int) -> Range<Int> { Tiles(inputs)[job] }

  /// A matrix to be multiplied; both of a product are of the same type.
  public enum Operand {
    case float32(Matrix)
    /// Needs ``BFloat16Products/areSupported``.
    case bfloat16(UnsafePointer<UInt16>)

    func advanced(by count: Int) -> Operand {
      switch self {
      case .float32(let pointer): .float32(pointer + count)
      case .bfloat16(let pointer): .bfloat16(pointer + count)
      }
    }
  }

  /// A run of columns of y = scale x Wᵀ, plus b where there is one; added to y if `accumulates`.
  public func forward(
    _ job: Int, x: Operand, weight: Operand, bias: Matrix?, y: MutableMatrix, scale: Float = 1,
    accumulates: Bool = false
  ) {
    let range = outputRange(job)
    multiply(
      "N", "T", rows, range.count, inputs, x, inputs,
      weight.advanced(by: range.lowerBound * inputs), inputs, accumulates ? 1 : 0,
      y + range.lowerBound, stride, scale: scale)
    guard let bias else { return }
    for row in 0..<rows {
      ck_accumulate(
        y + row * stride + range.lowerBound, bias + range.lowerBound, range.count)
    }
  }

  /// A run of columns of dx = scale dy W; added to dx if `accumulates`.
  public func inputGradient(
    _ job: Int, dy: Operand, weight: Operand, dx: MutableMatrix, scale: Float = 1,
    accumulates: Bool
  ) {
    let range = inputRange(job)
    multiply(
      "N", "N", rows, range.count, outputs, dy, stride,
      weight.advanced(by: range.lowerBound), inputs, accumulates ? 1 : 0, dx + range.lowerBound,
      inputs, scale: scale)
  }

  /// A run of rows of dW = scale dyᵀ x, overwritten.
  public func weightGradient(
    _ job: Int, dy: Operand, x: Operand, dWeight: MutableMatrix, scale: Float = 1
  ) {
    let range = Tiles(outputs)[job]
    multiply(
      "T", "N", range.count, inputs, rows, dy.advanced(by: range.lowerBound), stride, x, inputs,
      0, dWeight + range.lowerBound * inputs, inputs, scale: scale)
  }

  /// A run of db = the column sums of dy, overwritten.
  public func biasGradient(_ job: Int, dy: Matrix, dBias: MutableMatrix) {
    let range = Tiles(outputs)[job]
    ck_column_sums(
      dy + range.lowerBound, nil, rows, stride, range.count, dBias + range.lowerBound, nil)
  }
}

/// Runs of columns that one job computes: wide enough for the product to run at full speed, narrow
/// enough that a few cores share a layer evenly.
struct Tiles {
  let size: Int
  let width: Int

  init(_ size: Int) {
    self.size = size
    width = size > 512 ? 192 : 96
  }

  var count: Int { (size + width - 1) / width }
  subscript(index: Int) -> Range<Int> { index * width..<min(size, (index + 1) * width) }
}

/// C `[m, n]` = scale op(A) op(B) + beta C on this thread; leading dimensions as in BLAS, row-major.
func multiply(
  _ transposeA: Unicode.Scalar, _ transposeB: Unicode.Scalar, _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
  _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int, scale: Float = 1
) {
  let status = dnnl_sgemm(
    CChar(transposeA.value), CChar(transposeB.value), dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k),
    scale, a, dnnl_dim_t(lda), b, dnnl_dim_t(ldb), beta, c, dnnl_dim_t(ldc))
  precondition(status == dnnl_success, "dnnl_sgemm refused [\(m), \(k)] x [\(k), \(n)]: \(status)")
}

extension LinearPass {
  /// C `[m, n]` = scale op(A) op(B) + beta C, of either type.
  private func multiply(
    _ transposeA: Unicode.Scalar, _ transposeB: Unicode.Scalar, _ m: Int, _ n: Int, _ k: Int,
    _ a: Operand, _ lda: Int, _ b: Operand, _ ldb: Int, _ beta: Float,
    _ c: MutableMatrix, _ ldc: Int, scale: Float
  ) {
    switch (a, b) {
    case (.float32(let a), .float32(let b)):
      Kernels.multiply(
        transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc, scale: scale)
    case (.bfloat16(let a), .bfloat16(let b)):
      BFloat16Products.multiply(
        transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc, scale: scale)
    default: preconditionFailure("operands of two types")
    }
  }
}
