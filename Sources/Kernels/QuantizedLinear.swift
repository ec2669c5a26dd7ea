import CKernels

/// Rows of activations as bytes: x ≈ scale · byte + least, with a scale and a least value a row.
///
/// The range of each row is measured when it is quantized, so no row depends on another.
package final class QuantizedRows: @unchecked Sendable {
  let bytes: Buffer<UInt8>
  let scales: Buffer<Float>
  let least: Buffer<Float>
  let coding: ByteCoding

  /// Room for `rows` rows of at most `size` values.
  package init(rows: Int, size: Int, coding: ByteCoding) {
    self.coding = coding
    bytes = Buffer(repeating: 0, count: rows * size + PackedBytes.slack)
    scales = Buffer(repeating: 0, count: rows)
    least = Buffer(repeating: 0, count: rows)
  }

  /// Takes over `x`, `[rows, size]`.
  package func quantize(_ x: UnsafePointer<Float>, rows: Int, size: Int) {
    ck_quantize(x, rows, size, coding.levels, bytes.pointer, scales.pointer, least.pointer)
  }
}

/// A linear layer y = f(x Wᵀ + b) in 8-bit integers: activations in unsigned bytes by row, weights in
/// signed bytes by output, sums in 32-bit integers, everything else in float32.
///
/// Immutable and shared by all threads. Needs a processor that supports its ``ByteCoding``.
package final class QuantizedLinear: Sendable {
  package let inputs: Int
  package let outputs: Int
  private let coding: ByteCoding
  private let weights: PackedBytes
  private let scale: Buffer<Float>
  private let total: Buffer<Float>
  private let bias: Buffer<Float>

  /// Rows multiplied before their sums are turned back into floats: few enough for the sums to stay
  /// in the second-level cache.
  package static let blockRows = 32

  /// Quantizes and packs `weight`, `[outputs, inputs]`; copies `bias`, `[outputs]`.
  package init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int,
    coding: ByteCoding
  ) {
    precondition(coding.isSupported, "no products of \(coding)")
    self.inputs = inputs
    self.outputs = outputs
    self.coding = coding
    self.bias = Buffer(UnsafeBufferPointer(start: bias, count: outputs))
    scale = Buffer(count: outputs)
    total = Buffer(count: outputs)
    let plain = Buffer<Int8>(count: inputs * outputs)
    let (scale, total) = (self.scale.pointer, self.total.pointer)
    let magnitude = Float(coding.magnitude)
    for output in 0..<outputs {
      let largest = Self.largest(weight + output * inputs, inputs)
      let sum = Self.quantize(
        weight + output * inputs, inputs, by: largest > 0 ? magnitude / largest : 0,
        into: plain.pointer + output * inputs)
      scale[output] = largest / magnitude
      total[output] = Float(sum) * largest / magnitude
    }
    weights = PackedBytes(rows: outputs, depth: inputs)
    weights.pack(plain.pointer)
  }

  /// The largest magnitude: without its sign a number's bits are ordered as it is, and the compiler
  /// takes many integers at once.
  private static func largest(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
    var largest: UInt32 = 0
    for index in 0..<count { largest = max(largest, row[index].bitPattern & 0x7fff_ffff) }
    return Float(bitPattern: largest)
  }

  /// Rounds each product to the nearest integer, halves to even, and gives the sum of them.
  private static func quantize(
    _ row: UnsafePointer<Float>, _ count: Int, by factor: Float,
    into result: UnsafeMutablePointer<Int8>
  ) -> Int {
    // At 1.5 · 2²³ the last bit of a float is worth 1, so adding rounds and the integer is in the
    // low bits.
    let shift: Float = 12_582_912
    var sum: Int32 = 0
    for index in 0..<count {
      let value = Int8(truncatingIfNeeded: (row[index] * factor + shift).bitPattern)
      result[index] = value
      sum &+= Int32(value)
    }
    return Int(sum)
  }

  /// `y`, `[rows, outputs]`, from `source`, `[rows, inputs]`; added to what `y` holds if
  /// `accumulate`. `sums` has room for ``blockRows`` rows of `outputs`.
  package func callAsFunction(
    _ source: QuantizedRows, rows: Int, sums: UnsafeMutablePointer<Int32>,
    into y: UnsafeMutablePointer<Float>, accumulate: Bool = false
  ) {
    forEachBlock(source, rows, sums) { first, count in
      ck_dequantize(
        sums, count, outputs, source.scales.pointer + first, source.least.pointer + first,
        scale.pointer, total.pointer, bias.pointer, accumulate ? 1 : 0, y + first * outputs)
    }
  }

  /// The same through `activation`, quantized again into `result`; `line` has room for `outputs`
  /// values.
  package func callAsFunction(
    _ source: QuantizedRows, rows: Int, sums: UnsafeMutablePointer<Int32>,
    activation: Activation, line: UnsafeMutablePointer<Float>, into result: QuantizedRows
  ) {
    forEachBlock(source, rows, sums) { first, count in
      ck_activate_quantized(
        sums, count, outputs, source.scales.pointer + first, source.least.pointer + first,
        scale.pointer, total.pointer, bias.pointer, activation.rawValue, line,
        result.coding.levels, result.bytes.pointer + first * outputs,
        result.scales.pointer + first, result.least.pointer + first)
    }
  }

  /// The products alone, `[rows, outputs]` sums of integers, for benchmarks.
  package func multiply(
    _ source: QuantizedRows, rows: Int, into sums: UnsafeMutablePointer<Int32>
  ) {
    weights.multiply(source.bytes.pointer, count: rows, columns: 0..<outputs, into: sums)
  }

  private func forEachBlock(
    _ source: QuantizedRows, _ rows: Int, _ sums: UnsafeMutablePointer<Int32>,
    _ body: (_ first: Int, _ count: Int) -> Void
  ) {
    precondition(source.coding == coding, "codes \(source.coding) meet weights \(coding)")
    for first in stride(from: 0, to: rows, by: Self.blockRows) {
      let count = min(Self.blockRows, rows - first)
      weights.multiply(
        source.bytes.pointer + first * inputs, count: count, columns: 0..<outputs, into: sums)
      body(first, count)
    }
  }
}
