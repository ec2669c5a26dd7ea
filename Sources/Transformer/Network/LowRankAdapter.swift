import Kernels

/// What adapters are, and where.
public struct AdapterOptions: Codable, Hashable, Sendable {
  /// Inner dimension r of an adapter.
  public var rank = 8
  /// An adapter's product counts alpha / rank times.
  public var alpha: Float = 16
  /// Dropout on an adapter's input.
  public var dropout: Float = 0
  /// Last components of modules' names as a checkpoint has them; `all-linear` for every one of the
  /// encoder's; queries and values (or the tensor that holds them) if nil.
  public var targets: [String]?

  /// Adapters of rank 8 where nobody says otherwise.
  public init() {}

  /// What ``targets`` calls every linear layer.
  public static let everyLayer = "all-linear"

  var scale: Float { alpha / Float(rank) }
}

/// A low-rank product beside a frozen weight, y += α / r · dropout(x) Aᵀ Bᵀ (Hu et al., arXiv
/// 2106.09685): A `[rank, inputs]`, B `[module's outputs, rank]`.
final class LowRankAdapter {
  typealias Pointer = UnsafeMutablePointer<Float>

  let module: TrainableLinear.Module
  let options: AdapterOptions
  private let inputs: Int
  private let down: UnsafePointer<Float>
  private let up: UnsafePointer<Float>
  /// Tells its dropout from others'.
  private let number: Int
  /// dropout(x) Aᵀ of the last forward pass, `[rows, rank]`.
  private var narrow: Pointer?

  init(
    _ module: TrainableLinear.Module, inputs: Int, options: AdapterOptions, number: Int,
    _ parameters: Parameters
  ) {
    self.module = module
    self.inputs = inputs
    self.options = options
    self.number = number
    down = parameters.tensor(Self.names(module).down)!.pointer
    up = parameters.tensor(Self.names(module).up)!.pointer
  }

  /// Names in PEFT's files.
  static func names(_ module: TrainableLinear.Module) -> (down: String, up: String) {
    let start = "base_model.model.\(module.name).lora_"
    return (start + "A.weight", start + "B.weight")
  }

  /// A as PEFT draws it (Kaiming, uniform up to 1/√inputs), B zero: before the first update the network
  /// is what it was.
  static func wanted(
    _ module: TrainableLinear.Module, inputs: Int, rank: Int, part: Parameters.Part
  ) -> [Parameters.Wanted] {
    let names = names(module)
    return [
      .init(
        name: names.down, shape: [rank, inputs], part: part, isAdapter: true,
        start: .uniform(1 / Float(inputs).squareRoot())),
      .init(
        name: names.up, shape: [module.columns.count, rank], part: part, isAdapter: true,
        start: .constant(0)),
    ]
  }

  /// `weight`, the module's, plus the adapter's product.
  func merged(_ weight: WeightTensor, _ parameters: Parameters) -> WeightTensor {
    let names = Self.names(module)
    return weight.adding(
      options.scale, up: parameters.tensor(names.up)!, down: parameters.tensor(names.down)!)
  }

  private func downPass(_ rows: Int) -> LinearPass {
    LinearPass(rows: rows, inputs: inputs, outputs: options.rank)
  }

  private func upPass(_ rows: Int, _ stride: Int) -> LinearPass {
    LinearPass(rows: rows, inputs: options.rank, outputs: module.columns.count, stride: stride)
  }

  /// `x` after dropout: itself, or a copy on the tape.
  private func dropped(_ x: Pointer, _ rows: Int, _ pass: NetworkPass) -> Pointer {
    let stream = pass.dropout.stream(.adapter(number))
    guard stream.isActive else { return x }
    let copy = pass.tape.take(rows * inputs)
    let residual = ResidualPass(width: inputs)
    forEachRowBlock(rows) { block in
      let start = block.lowerBound * inputs
      (copy + start).update(from: x + start, count: block.count * inputs)
      residual.applyDropout(block, stream, copy)
    }
    return copy
  }

  /// - Parameter stride: of y's rows.
  func forward(_ x: Pointer, rows: Int, stride: Int, into y: Pointer, _ pass: NetworkPass) {
    let narrow = pass.tape.take(rows * options.rank)
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let input = dropped(x, rows, pass)
    let (downward, upward) = (downPass(rows), upPass(rows, stride))
    Threads.forEach(downward.forwardJobs) { job in
      downward.forward(
        job, x: .float32(input), weight: .float32(down), bias: nil, y: narrow)
    }
    Threads.forEach(upward.forwardJobs) { job in
      upward.forward(
        job, x: .float32(narrow), weight: .float32(up), bias: nil, y: y + module.columns.lowerBound,
        scale: options.scale, accumulates: true)
    }
    self.narrow = narrow
  }

  func backward(
    _ dy: Pointer, x: Pointer, rows: Int, stride: Int, into dx: Pointer?, _ pass: NetworkPass
  ) {
    guard let narrow else { preconditionFailure("backward without forward") }
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let dy = dy + module.columns.lowerBound
    let dNarrow = pass.tape.take(rows * options.rank)
    let (downward, upward) = (downPass(rows), upPass(rows, stride))
    let (dUp, dDown) = (pass.gradient(up), pass.gradient(down))
    runJobs(upward.inputGradientJobs, dUp == nil ? 0 : upward.weightGradientJobs) { job in
      upward.inputGradient(
        job, dy: .float32(dy), weight: .float32(up), dx: dNarrow, scale: options.scale,
        accumulates: false)
    } _: { job in
      upward.weightGradient(
        job, dy: .float32(dy), x: .float32(narrow), dWeight: dUp!, scale: options.scale)
    }
    if let dDown {
      let input = dropped(x, rows, pass)
      Threads.forEach(downward.weightGradientJobs) { job in
        downward.weightGradient(
          job, dy: .float32(dNarrow), x: .float32(input), dWeight: dDown)
      }
    }
    if let dx { addInputGradient(dNarrow, rows, to: dx, pass) }
  }

  private func addInputGradient(
    _ dNarrow: Pointer, _ rows: Int, to dx: Pointer, _ pass: NetworkPass
  ) {
    let (downward, stream) = (downPass(rows), pass.dropout.stream(.adapter(number)))
    let target = stream.isActive ? pass.tape.take(rows * inputs) : dx
    Threads.forEach(downward.inputGradientJobs) { job in
      downward.inputGradient(
        job, dy: .float32(dNarrow), weight: .float32(down), dx: target,
        accumulates: !stream.isActive)
    }
    guard stream.isActive else { return }
    let residual = ResidualPass(width: inputs)
    forEachRowBlock(rows) { block in
      residual.applyDropout(block, stream, target)
      residual.add(block, target, to: dx)
    }
  }
}
