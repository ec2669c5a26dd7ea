import Files
import Kernels

/// The logits of classes from a sentence's or a token's state, as the family's class for sequences or
/// tokens in transformers makes them.
struct ClassificationHead: Sendable {
  /// Names of the classes, in the order of their ids.
  let labels: [String]
  /// What the logits mean.
  let problem: ClassificationProblem
  /// What the first layer takes: the first token's state, or the mean of all.
  let pooling: Pooling
  /// Ids of the tokens whose states it takes instead, one after the other; empty if it takes a sentence's.
  let starts: [Int32]
  private let layers: [Layer]
  private let epsilon: Float

  private struct Layer: Sendable {
    let dense: DenseLayer
    let norm: EncoderWeights.Norm?
  }

  /// - Throws: `FileError` if `folder` has no such head, one of other shapes than its configuration
  ///   says, or one for something else than classes.
  init(_ folder: ModelFolder, _ kind: HeadKind = .sequences) throws {
    let configuration = folder.configuration
    try kind.checkHasPlan(folder)
    let plan =
      kind.plan(configuration.architecture)
      ?? EncoderArchitecture.ClassificationHead(layers: [.init(name: VectorHead.layer)])
    let place = folder.transformerURL.path
    let fields = try ConfigurationFields(folder)
    var labels = try configuration.labels.isEmpty ? fields.unnamedLabels() : configuration.labels
    // An adapter brings a head without names for its classes.
    if let count = folder.adaptedOutputs(plan.layers.last!.name), count != labels.count {
      labels = (0..<count).map { "LABEL_\($0)" }
    }
    let hidden = configuration.hiddenSize
    let finder = WeightFinder(configuration, place: place) { name, shape in
      let stored = kind == .vectors ? folder.vectorHead?[name] : folder.headTensor(name)
      guard let tensor = stored, tensor.shape == shape, !shape.contains(0) else {
        throw FileError(
          place: place, expected: "a classifier: \(name) of shape \(shape)",
          found: stored.map { "\($0.shape)" } ?? "none",
          advice: "give a folder that fine-tuning saved; an encoder alone knows no classes")
      }
      return try tensor.float32()
    }
    let outputs = labels.count
    layers = try plan.layers.enumerated().map { number, layer in
      let isLast = number == plan.layers.count - 1
      return Layer(
        dense: DenseLayer(
          try finder.linear(
            layer.name, isLast ? outputs : hidden, number == 0 ? kind.states * hidden : hidden,
            hasBias: fields.isPresent(layer.bias)),
          try fields.nonlinearity(layer.nonlinearity), place: place),
        norm: try layer.norm.map { try finder.norm($0) })
    }
    self.labels = labels
    problem = try fields.problem(labels: labels.count)
    if case .entities(let starts) = kind { self.starts = starts } else { starts = [] }
    pooling =
      try kind == .vectors
      ? folder.pooling : plan.poolingField.map { try fields.pooling($0) } ?? .cls
    epsilon = configuration.layerNormEpsilon
  }

  /// The logits of one sentence.
  ///
  /// - Parameter state: `[hidden]`, pooled as ``pooling`` says, or `[starts, hidden]`.
  func logits(_ state: UnsafeBufferPointer<Float>) -> [Float] {
    layers.reduce(Array(state)) { vector, layer in
      var vector = layer.dense.run(vector)
      if let norm = layer.norm {
        let size = vector.count
        vector.withUnsafeMutableBufferPointer {
          Rows.normalize(
            $0.baseAddress!, rows: 1, size: size, weight: norm.weight.pointer,
            bias: norm.bias.pointer, epsilon: epsilon, narrow: nil)
        }
      }
      return vector
    }
  }
}

extension ConfigurationFields {
  /// Those of a folder's model, under its family's names.
  init(_ folder: ModelFolder) throws {
    try self.init(
      json: folder.configuration.json, place: folder.transformerURL.path + "/config.json")
    names = folder.configuration.architecture.fields
  }

  /// The names that transformers gives to classes of a file without `id2label`.
  fileprivate func unnamedLabels() throws -> [String] {
    (0..<(try integer("num_labels", in: 1...(1 << 20)) ?? 2)).map { "LABEL_\($0)" }
  }

  /// What `problem_type` says; where it says nothing one label means regression, as in transformers.
  fileprivate func problem(labels: Int) throws -> ClassificationProblem {
    let name = try string("problem_type") ?? (labels == 1 ? "regression" : nil)
    guard let problem = name.map(ClassificationProblem.init(rawValue:)) ?? .singleLabel else {
      let known = ClassificationProblem.allCases.map(\.rawValue).joined(separator: " or ")
      throw FileError(
        place: place, expected: "problem_type \(known)", found: "\"\(name ?? "none")\"")
    }
    guard problem != .regression || labels == 1 else {
      throw FileError(
        place: place, expected: "one output for problem_type regression", found: "\(labels)")
    }
    return problem
  }

  func pooling(_ field: String) throws -> Pooling {
    switch try string(field) {
    case nil, "cls": return .cls
    case "mean": return .mean
    case let name?:
      throw FileError(place: place, expected: "\(field) cls or mean", found: "\"\(name)\"")
    }
  }

  func nonlinearity(
    _ nonlinearity: EncoderArchitecture.ClassificationHead.Nonlinearity
  ) throws -> DenseLayer.Nonlinearity {
    switch nonlinearity {
    case .identity: .identity
    case .tanh: .tanh
    case .relu: .of(.relu)
    case .field(let name): .of(try activation(name, default: "gelu"))
    }
  }
}
