import CKernels

/// A float32 linear layer's weights in panels for our own products, which serve processors without
/// AVX-512: oneDNN's products there sum a row in an order that depends on how many rows it has
/// beside it.
final class FloatPanels: Sendable {
  private static let width = 16
  private let inputs: Int
  private let outputs: Int
  /// Panels of ``width`` outputs, `[inputs, width]` each, zeros beyond the last output.
  private let panels: Buffer<Float>
  private let bias: Buffer<Float>

  /// Packs `weight`, `[outputs, inputs]`, and copies `bias`, `[outputs]`.
  init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int
  ) {
    self.inputs = inputs
    self.outputs = outputs
    let (width, padded) = (Self.width, (outputs + Self.width - 1) / Self.width * Self.width)
    panels = Buffer(repeating: 0, count: padded * inputs)
    self.bias = Buffer(repeating: 0, count: padded)
    self.bias.pointer.update(from: bias, count: outputs)
    for output in 0..<outputs {
      let column = panels.pointer + output / width * width * inputs + output % width
      let row = weight + output * inputs
      for input in 0..<inputs { column[input * width] = row[input] }
    }
  }

  /// `y` `[rows, outputs]` from `x` `[rows, inputs]`.
  func multiply(
    _ x: UnsafePointer<Float>, rows: Int, epilogue: PackedLinear.Epilogue,
    into y: UnsafeMutablePointer<Float>
  ) {
    ck_linear(
      x, rows, inputs, panels.pointer, bias.pointer, outputs, epilogue.kernel, y)
  }
}

extension PackedLinear.Epilogue {
  fileprivate var kernel: Int32 {
    switch self {
    case .store: Int32(CK_STORE)
    case .accumulate: Int32(CK_ACCUMULATE)
    case .activate(let activation): activation.rawValue
    }
  }
}
