import CKernels

/// A linear layer y = x Wᵀ + b in training: products cut into jobs whose bounds follow from the
/// shapes alone, so that results do not depend on how many threads run them.
///
/// All matrices are row-major: x `[rows, inputs]`, W `[outputs, inputs]`, y `[rows, outputs]`; results are
/// float32, and so are sums where operands are bfloat16. Each job calls oneDNN on its own thread.
package struct LinearPass: Sendable {
  package let rows: Int
  package let inputs: Int
  package let outputs: Int

  /// Values from one row of y and dy to the next: more than ``outputs`` where they are some columns
  /// of a wider matrix.
  package let stride: Int

  package init(rows: Int, inputs: Int, outputs: Int, stride: Int? = nil) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
    self.stride = stride ?? outputs
  }

  package typealias Matrix = UnsafePointer<Float>
  package typealias MutableMatrix = UnsafeMutablePointer<Float>

  /// Jobs of ``forward(_:x:weight:bias:y:scale:accumulates:)``.
  package var forwardJobs: Int { Tiles(outputs).count }
  /// Jobs of ``inputGradient(_:dy:weight:dx:scale:accumulates:)``.
  package var inputGradientJobs: Int { Tiles(inputs).count }
  /// Jobs of ``weightGradient(_:dy:x:dWeight:scale:)`` and ``biasGradient(_:dy:dBias:)``.
  package var weightGradientJobs: Int { Tiles(outputs).count }

  /// Columns of y that forward job `job` computes.
  package func outputRange(_ job: Int) -> Range<Int> { Tiles(outputs)[job] }
  /// Columns of dx that input-gradient job `job` computes.
  package func inputRange(_ job: Int) -> Range<Int> { Tiles(inputs)[job] }

  /// A matrix to be multiplied; both of a product are of the same type.
  package enum Operand {
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
  package func forward(
    _ job: Int, x: Operand, weight: Operand, bias: Matrix?, y: MutableMatrix, scale: Float = 1,
    accumulates: Bool = false
  ) {
    let range = outputRange(job)
    multiply(
      Factor(x, stride: inputs),
      Factor(
        weight.advanced(by: range.lowerBound * inputs), stride: inputs, isTransposed: true),
      ProductShape(rows: rows, columns: range.count, depth: inputs),
      into: ProductTarget(
        y + range.lowerBound, stride: stride, scale: scale, accumulates: accumulates))
    guard let bias else { return }
    for row in 0..<rows {
      ck_accumulate(
        y + row * stride + range.lowerBound, bias + range.lowerBound, range.count)
    }
  }

  /// A run of columns of dx = scale dy W; added to dx if `accumulates`.
  package func inputGradient(
    _ job: Int, dy: Operand, weight: Operand, dx: MutableMatrix, scale: Float = 1,
    accumulates: Bool
  ) {
    let range = inputRange(job)
    multiply(
      Factor(dy, stride: stride),
      Factor(weight.advanced(by: range.lowerBound), stride: inputs),
      ProductShape(rows: rows, columns: range.count, depth: outputs),
      into: ProductTarget(
        dx + range.lowerBound, stride: inputs, scale: scale, accumulates: accumulates))
  }

  /// A run of rows of dW = scale dyᵀ x, overwritten.
  package func weightGradient(
    _ job: Int, dy: Operand, x: Operand, dWeight: MutableMatrix, scale: Float = 1
  ) {
    let range = Tiles(outputs)[job]
    multiply(
      Factor(dy.advanced(by: range.lowerBound), stride: stride, isTransposed: true),
      Factor(x, stride: inputs),
      ProductShape(rows: range.count, columns: inputs, depth: rows),
      into: ProductTarget(dWeight + range.lowerBound * inputs, stride: inputs, scale: scale))
  }

  /// A run of db = the column sums of dy, overwritten.
  package func biasGradient(_ job: Int, dy: Matrix, dBias: MutableMatrix) {
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

extension LinearPass {
  private func multiply(
    _ a: Factor<Operand>, _ b: Factor<Operand>, _ shape: ProductShape, into c: ProductTarget
  ) {
    switch (a.matrix, b.matrix) {
    case (.float32(let left), .float32(let right)):
      Kernels.multiply(a.with(left), b.with(right), shape, into: c)
    case (.bfloat16(let left), .bfloat16(let right)):
      BFloat16Products.multiply(a.with(left), b.with(right), shape, into: c)
    default: preconditionFailure("operands of two types")
    }
  }
}
