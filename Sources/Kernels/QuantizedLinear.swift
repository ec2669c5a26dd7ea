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
    for output in 0..<outputs {
      let row = UnsafeBufferPointer(start: weight + output * inputs, count: inputs)
      let largest = row.reduce(0) { max($0, abs($1)) }
      let inverse = largest > 0 ? 127 / largest : 0
      var sum = 0
      for input in 0..<inputs {
        let value = Int8((row[input] * inverse).rounded())
        plain.pointer[output * inputs + input] = value
        sum += Int(value)
      }
      scale.pointer[output] = largest / 127
      total.pointer[output] = Float(sum) * largest / 127
    }
    let shape = Self.shape(rows: PackedWeights.typicalRows, inputs: inputs, outputs: outputs)
    weights = PackedWeights(shape, plain: plain.pointer, type: dnnl_s8)
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
