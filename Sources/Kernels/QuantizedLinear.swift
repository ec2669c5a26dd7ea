import CKernels
import COneDNN

/// Rows of activations as bytes: x ≈ scale · byte + least, with a scale and a least value a row.
///
/// The range of each row is measured when it is quantized, so no row depends on another.
public final class QuantizedRows: @unchecked Sendable {
  public let bytes: Buffer<UInt8>
  let scales: Buffer<Float>
  let least: Buffer<Float>

  /// Room for `rows` rows of at most `size` values.
  public init(rows: Int, size: Int) {
    bytes = Buffer(repeating: 0, count: rows * size)
    scales = Buffer(repeating: 0, count: rows)
    least = Buffer(repeating: 0, count: rows)
  }

  /// Takes over `x`, `[rows, size]`.
  public func quantize(_ x: UnsafePointer<Float>, rows: Int, size: Int) {
    ck_quantize(x, rows, size, bytes.pointer, scales.pointer, least.pointer)
  }
}

/// A linear layer y = f(x Wᵀ + b) in 8-bit integers: activations in unsigned bytes by row, weights in
/// signed bytes by output, sums in 32-bit integers, everything else in float32.
///
/// Immutable and shared by all threads. Needs AVX512-VNNI: ``Processor/hasVNNI``.
public final class QuantizedLinear: @unchecked Sendable {
  public let inputs: Int
  public let outputs: Int
  private let weights: PackedWeights
  private let scale: Buffer<Float>
  private let total: Buffer<Float>
  private let bias: Buffer<Float>

  /// Quantizes and packs `weight`, `[outputs, inputs]`; copies `bias`, `[outputs]`.
  public init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.bias = Buffer(UnsafeBufferPointer(start: bias, count: outputs))
    scale = Buffer(count: outputs)
    total = Buffer(count: outputs)
    let plain = Buffer<Int8>(count: inputs * outputs)
    let (scale, total) = (self.scale.pointer, self.total.pointer)
    for output in 0..<outputs {
      let largest = Self.largest(weight + output * inputs, inputs)
      let sum = Self.quantize(
        weight + output * inputs, inputs, by: largest > 0 ? 127 / largest : 0,
        into: plain.pointer + output * inputs)
      scale[output] = largest / 127
      total[output] = Float(sum) * largest / 127
    }
    let shape = Self.shape(rows: PackedWeights.typicalRows, inputs: inputs, outputs: outputs)
    weights = PackedWeights(shape, plain: plain.pointer, type: dnnl_s8)
  }

  /// The largest magnitude: without its sign a number's bits are ordered as it is, and the compiler
  /// takes many integers at once.
  private static func largest(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
    var largest: UInt32 = 0
    for place in 0..<count { largest = max(largest, row[place].bitPattern & 0x7fff_ffff) }
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
    for place in 0..<count {
      let value = Int8(truncatingIfNeeded: (row[place] * factor + shift).bitPattern)
      result[place] = value
      sum &+= Int32(value)
    }
    return Int(sum)
  }

  private static func shape(rows: Int, inputs: Int, outputs: Int) -> LinearShape {
    LinearShape(
      rows: rows, inputs: inputs, outputs: outputs, epilogue: .store, source: dnnl_u8,
      weights: dnnl_s8, destination: dnnl_s32)
  }

  /// `y`, `[rows, outputs]`, from `source`, `[rows, inputs]`; added to what `y` holds if
  /// `accumulate`.
  ///
  /// `sums` has room for `PackedLinear.paddedRows(rows)` rows, as `source` has; it may be `y`'s own
  /// memory unless `accumulate`.
  public func callAsFunction(
    _ source: QuantizedRows, rows: Int, sums: UnsafeMutablePointer<Int32>,
    into y: UnsafeMutablePointer<Float>, accumulate: Bool = false, context: LinearContext
  ) {
    multiply(source, rows: rows, into: sums, context: context)
    ck_dequantize(
      sums, rows, outputs, source.scales.pointer, source.least.pointer, scale.pointer,
      total.pointer, bias.pointer, accumulate ? 1 : 0, y)
  }

  /// The same through `activation`, quantized again into `result`; `line` has room for `outputs`
  /// values.
  public func callAsFunction(
    _ source: QuantizedRows, rows: Int, sums: UnsafeMutablePointer<Int32>,
    activation: Activation, line: UnsafeMutablePointer<Float>, into result: QuantizedRows,
    context: LinearContext
  ) {
    multiply(source, rows: rows, into: sums, context: context)
    ck_activate_quantized(
      sums, rows, outputs, source.scales.pointer, source.least.pointer, scale.pointer,
      total.pointer, bias.pointer, activation.rawValue, line, result.bytes.pointer,
      result.scales.pointer, result.least.pointer)
  }

  /// The product alone: sums of integers.
  package func multiply(
    _ source: QuantizedRows, rows: Int, into sums: UnsafeMutablePointer<Int32>,
    context: LinearContext
  ) {
    let shape = Self.shape(
      rows: PackedLinear.paddedRows(rows), inputs: inputs, outputs: outputs)
    context.product(shape, weights.description)
      .run(
        weights: weights.memory, bias: nil, source: source.bytes.pointer, destination: sums,
        stream: context.stream)
  }
}
