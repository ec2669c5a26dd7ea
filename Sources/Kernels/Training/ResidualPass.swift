import CKernels

/// Rows of `width` between the products, where no norm follows them.
package struct ResidualPass: Sendable {
  package typealias Matrix = UnsafePointer<Float>
  package typealias MutableMatrix = UnsafeMutablePointer<Float>
  package let width: Int

  package init(width: Int) { self.width = width }

  /// `output` = residual + dropout(y + bias), row by row; `y` is overwritten.
  package func forward(
    _ rows: Range<Int>, y: MutableMatrix, bias: Matrix, residual: Matrix, dropout: DropoutStream,
    output: MutableMatrix
  ) {
    for row in rows {
      let start = row * width
      ck_accumulate(y + start, bias, width)
      if dropout.isActive {
        ck_dropout_apply(dropout.kernel, UInt32(truncatingIfNeeded: start), width, y + start)
      }
      (output + start).update(from: residual + start, count: width)
      ck_accumulate(output + start, y + start, width)
    }
  }

  /// `sum` += `rows` of `matrix`.
  package func add(_ rows: Range<Int>, _ matrix: Matrix, to sum: MutableMatrix) {
    let start = rows.lowerBound * width
    ck_accumulate(sum + start, matrix + start, rows.count * width)
  }

  /// Multiplies rows by the dropout's factors.
  package func applyDropout(_ rows: Range<Int>, _ dropout: DropoutStream, _ matrix: MutableMatrix) {
    guard dropout.isActive else { return }
    let start = rows.lowerBound * width
    ck_dropout_apply(
      dropout.kernel, UInt32(truncatingIfNeeded: start), rows.count * width, matrix + start)
  }
}
