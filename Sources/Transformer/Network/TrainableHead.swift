import Files
import Foundation
import Kernels

/// From hidden states to outputs: dense layers, as the family's class in transformers has them.
final class TrainableHead {
  typealias Pointer = UnsafeMutablePointer<Float>

  /// What goes into the head.
  enum Input: Equatable {
    /// A vector of each sentence.
    case pooled(Pooling)
    /// Every token's state.
    case tokens
    /// The states at tokens of these ids, one after the other; each sentence has every one of them.
    case entities([Int32])
  }

  /// One dense layer and what follows it.
  private final class Layer {
    let linear: TrainableLinear
    let nonlinearity: DenseLayer.Nonlinearity
    let norm: TrainableNorm?
    /// Input, result of the nonlinearity, and its derivative where that is no function of the result.
    var saved: (x: Pointer, y: Pointer, derivative: Pointer)?

    init(_ linear: TrainableLinear, _ nonlinearity: DenseLayer.Nonlinearity, _ norm: TrainableNorm?)
    {
      self.linear = linear
      self.nonlinearity = nonlinearity
      self.norm = norm
    }
  }

  let input: Input
  let outputs: Int
  private let layers: [Layer]
  private let dropsInput: Bool
  private let width: Int

  init(
    _ plan: HeadPlan, _ configuration: ModelConfiguration, _ parameters: Parameters
  ) {
    input = plan.input
    outputs = plan.outputs
    dropsInput = plan.dropsInput
    width = configuration.hiddenSize
    layers = plan.layers.map { layer in
      func tensor(_ name: String, _ shape: [Int]) -> WeightTensor {
        if let tensor = parameters.tensor(name) { return tensor }
        let zeros = Buffer<Float>(repeating: 0, count: shape.reduce(1, *))
        return WeightTensor(name: name, shape: shape, pointer: zeros.pointer, owner: zeros)
      }
      let linear = EncoderWeights.Linear(
        weight: tensor(layer.name + ".weight", [layer.outputs, layer.inputs]),
        bias: tensor(layer.name + ".bias", [layer.outputs]))
      let norm = layer.norm.map { name in
        TrainableNorm(
          EncoderWeights.Norm(
            weight: tensor(name + ".weight", [layer.outputs]),
            bias: tensor(name + ".bias", [layer.outputs])),
          epsilon: configuration.layerNormEpsilon)
      }
      return Layer(
        TrainableLinear([linear], parameters, prefix: ""), layer.nonlinearity, norm)
    }
  }

  /// The layer that gives the outputs.
  var last: TrainableLinear { layers.last!.linear }

  /// Whether it reads first tokens alone.
  var readsFirstOnly: Bool { input == .pooled(.cls) }

  /// Rows that come out: one a sentence, or one a token.
  func rows(_ pass: NetworkPass) -> Int {
    input == .tokens ? pass.batch.tokens : pass.batch.sentences.count
  }

  /// The last layer's input and its outputs `[rows, outputs]`, on the tape.
  func forward(_ states: Pointer, _ pass: NetworkPass) -> (features: Pointer, outputs: Pointer) {
    let rows = rows(pass)
    var x = pool(states, pass)
    if dropsInput { x = drop(x, rows, layers[0].linear.inputs, .head(-1), pass) }
    var features = x
    for (number, layer) in layers.enumerated() {
      features = x
      if number > 0 { x = drop(x, rows, layer.linear.inputs, .head(number - 1), pass) }
      x = forward(layer, x, rows, pass)
    }
    return (features, x)
  }

  private func forward(
    _ layer: Layer, _ x: Pointer, _ rows: Int, _ pass: NetworkPass
  ) -> Pointer {
    let size = layer.linear.outputs
    let (y, derivative) = (pass.tape.take(rows * size), pass.tape.take(rows * size))
    layer.saved = (x, y, derivative)
    switch layer.nonlinearity {
    case .of(let activation):
      layer.linear.forward(x, rows: rows, addsBias: false, into: derivative, pass)
      ActivationPass(activation, size: size, isGated: false)
        .forward(0..<rows, x: derivative, bias: layer.linear.bias, y: y)
    case .tanh:
      layer.linear.forward(x, rows: rows, addsBias: true, into: y, pass)
      for index in 0..<rows * size {
        y[index] = tanhf(y[index])
        derivative[index] = 1 - y[index] * y[index]
      }
    case .identity: layer.linear.forward(x, rows: rows, addsBias: true, into: y, pass)
    }
    guard let norm = layer.norm else { return y }
    let result = pass.tape.take(rows * size)
    norm.forward(rows, into: result, pass) { block, target in
      let start = block.lowerBound * size
      (target + start).update(from: y + start, count: block.count * size)
    }
    return result
  }

  private func drop(
    _ x: Pointer, _ rows: Int, _ width: Int, _ site: DropoutPlan.Site, _ pass: NetworkPass
  ) -> Pointer {
    let dropout = pass.dropout.stream(site)
    guard dropout.isActive else { return x }
    let copy = pass.tape.take(rows * width)
    copy.update(from: x, count: rows * width)
    ResidualPass(width: width).applyDropout(0..<rows, dropout, copy)
    return copy
  }

  private func pool(_ states: Pointer, _ pass: NetworkPass) -> Pointer {
    if case .entities(let ids) = input {
      let result = pass.tape.take(pass.batch.sentences.count * ids.count * width)
      for (position, row) in Self.rows(of: ids, pass.batch).enumerated() {
        (result + position * width).update(from: states + row * width, count: width)
      }
      return result
    }
    guard case .pooled(let pooling) = input, pooling != .cls else { return states }
    let result = pass.tape.take(pass.batch.sentences.count * width)
    for (index, sentence) in pass.batch.sentences.enumerated() {
      pooling.pool(
        states + sentence.row * width, tokens: sentence.length, size: width,
        into: result + index * width)
    }
    return result
  }

  /// The row of each of the tokens `ids` in every sentence, sentence by sentence.
  private static func rows(of ids: [Int32], _ batch: PackedTokens) -> [Int] {
    batch.sentences.flatMap { sentence in
      ids.map { id in
        guard let row = sentence.rows.first(where: { batch.ids[$0] == id }) else {
          preconditionFailure("a sentence without token \(id)")
        }
        return row
      }
    }
  }

  /// From the gradient of the outputs (overwritten) to that of the states, which are first tokens'
  /// alone where the head reads no others; where `states` is given.
  func backward(_ dOutputs: Pointer, into states: Pointer?, _ pass: NetworkPass) {
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let rows = rows(pass)
    var dy = dOutputs
    for (number, layer) in layers.enumerated().reversed() {
      if number < layers.count - 1 { drop(dy, rows, layer.linear.outputs, number, pass) }
      if let norm = layer.norm { norm.backward(dy, rows: rows, into: dy, dBranch: nil, pass) }
      guard let saved = layer.saved else { preconditionFailure("backward without forward") }
      if case .identity = layer.nonlinearity {
      } else {
        for index in 0..<rows * layer.linear.outputs { dy[index] *= saved.derivative[index] }
      }
      let dx =
        number == 0 && states == nil ? nil : pass.tape.take(rows * layer.linear.inputs)
      layer.linear.backward(dy, x: saved.x, rows: rows, into: dx, accumulates: false, pass)
      if let dx { dy = dx }
    }
    guard let states else { return }
    if dropsInput { drop(dy, rows, layers[0].linear.inputs, -1, pass) }
    unpool(dy, into: states, pass)
  }

  private func drop(
    _ gradient: Pointer, _ rows: Int, _ width: Int, _ layer: Int, _ pass: NetworkPass
  ) {
    ResidualPass(width: width).applyDropout(
      0..<rows, pass.dropout.stream(.head(layer)), gradient)
  }

  private func unpool(_ gradient: Pointer, into states: Pointer, _ pass: NetworkPass) {
    let rows = rows(pass)
    if case .entities(let ids) = input {
      states.update(repeating: 0, count: pass.batch.tokens * width)
      for (position, row) in Self.rows(of: ids, pass.batch).enumerated() {
        Rows.add(gradient + position * width, size: width, to: states + row * width)
      }
      return
    }
    guard case .pooled(.mean) = input else {
      precondition(input != .pooled(.max), "no gradient of maximum pooling")
      states.update(from: gradient, count: rows * width)
      return
    }
    for (index, sentence) in pass.batch.sentences.enumerated() {
      let scale = 1 / Float(sentence.length)
      for row in sentence.rows {
        for column in 0..<width {
          states[row * width + column] = gradient[index * width + column] * scale
        }
      }
    }
  }
}

/// The dense layers of a head to be trained, with the names that transformers' class gives them.
struct HeadPlan {
  struct Layer {
    var name: String
    var inputs: Int
    var outputs: Int
    var nonlinearity: DenseLayer.Nonlinearity
    var hasBias: Bool
    var norm: String?
  }

  var layers: [Layer]
  var input: TrainableHead.Input
  /// Whether dropout comes before the first layer too.
  var dropsInput: Bool
  /// Dropout's probability; that of classifiers if nil.
  var dropout: Float?
  var outputs: Int

  /// The head of the family's class of a kind.
  ///
  /// - Throws: `FileError` if its configuration asks for a pooling, activation or module that we do
  ///   not train.
  init(_ kind: HeadKind, _ folder: ModelFolder, outputs: Int) throws {
    let configuration = folder.configuration
    self.outputs = outputs
    guard let plan = kind.plan(configuration.architecture) else {
      try kind.checkHasPlan(folder)
      precondition(outputs == configuration.hiddenSize, "a vector has the size of the states")
      if kind == .states {
        (layers, input, dropsInput) = ([], .tokens, false)
        return
      }
      guard folder.pooling != .max, folder.denseSizes.isEmpty else {
        throw FileError(
          place: folder.url.path, expected: "mean or first-token pooling without Dense modules",
          found: folder.pooling == .max ? "max pooling" : "a Dense module",
          advice: "train another encoder's vectors")
      }
      (layers, input, dropsInput) = ([], .pooled(folder.pooling), false)
      return
    }
    let fields = try ConfigurationFields(folder)
    layers = try plan.layers.enumerated().map { number, layer in
      Layer(
        name: layer.name,
        inputs: configuration.hiddenSize * (number == 0 ? kind.states : 1),
        outputs: number == plan.layers.count - 1 ? outputs : configuration.hiddenSize,
        nonlinearity: try fields.nonlinearity(layer.nonlinearity),
        hasBias: try fields.isPresent(layer.bias), norm: layer.norm)
    }
    input =
      switch kind {
      case .tokens, .spans, .states: .tokens
      case .entities(let starts): .entities(starts)
      case .sequences, .vectors:
        .pooled(try plan.poolingField.map { try fields.pooling($0) } ?? .cls)
      }
    dropsInput = plan.dropsInput
    dropout = try plan.dropout.map { try fields.fraction($0.field, default: $0.standard) }
  }

  /// What the head needs among the parameters: the folder's where their shapes fit, else random
  /// (normal, deviation 0.02).
  func wanted(_ folder: ModelFolder) throws -> [Parameters.Wanted] {
    func want(_ name: String, _ shape: [Int], _ start: Parameters.Start) throws
      -> Parameters.Wanted
    {
      if let stored = folder.headTensor(name), stored.shape == shape {
        return .init(name: name, shape: shape, part: .head, start: .stored(try stored.float32()))
      }
      return .init(name: name, shape: shape, part: .head, start: start)
    }
    return try layers.flatMap { layer in
      var wanted = [
        try want(layer.name + ".weight", [layer.outputs, layer.inputs], .normal(0.02))
      ]
      if layer.hasBias {
        wanted.append(try want(layer.name + ".bias", [layer.outputs], .constant(0)))
      }
      if let norm = layer.norm {
        wanted.append(try want(norm + ".weight", [layer.outputs], .constant(1)))
        if folder.configuration.hasNormBias {
          wanted.append(try want(norm + ".bias", [layer.outputs], .constant(0)))
        }
      }
      return wanted
    }
  }
}
