import Foundation
import Kernels

/// An encoder of any family with a head, to train: parameters, forward and backward pass.
///
/// Its block is the one that ``EncoderNetwork`` runs packed; tests hold the two together. Not
/// thread-safe; the passes themselves run on ``Threads``, and their results do not depend on how many.
package final class TrainableNetwork {
  package typealias Pointer = UnsafeMutablePointer<Float>

  package let configuration: ModelConfiguration
  package let parameters: Parameters
  /// What adapters there are.
  package let adapters: AdapterOptions?
  let embeddings: TrainableEmbeddings
  private let blocks: [TrainableBlock]
  private let finalNorm: TrainableNorm?
  private let head: TrainableHead
  private let bias: DistanceBias?
  private let pass: NetworkPass
  private let weights: EncoderWeights
  /// Of the last forward pass: the last layer's input and the head's outputs.
  private var results: (features: Pointer, outputs: Pointer)?

  /// - Parameters:
  ///   - head: of the family's class of this kind.
  ///   - outputs: of the head, for each sentence or token.
  ///   - seed: decides the weights that the folder lacks (normal, deviation 0.02).
  ///   - adapters: low-rank adapters on these layers; none if nil.
  /// - Throws: `FileError` if the head is one we do not have, or no layer is called as `adapters`
  ///   says.
  package init(
    folder: ModelFolder, head kind: HeadKind = .sequences, outputs: Int, seed: UInt64,
    adapters: AdapterOptions? = nil
  ) throws {
    let plan = try HeadPlan(kind, folder, outputs: outputs)
    let configuration = folder.configuration
    self.configuration = configuration
    self.adapters = adapters
    var generator = SplitMix64(state: seed)
    let prefix = configuration.architecture.prefix
    let pooler = folder.weights.pooler.map { [$0.weight.name, $0.bias.name] } ?? []
    let encoder = folder.weights.all.filter { !pooler.contains($0.name) }
    let parts = EncoderParts(folder.weights)
    var wanted = encoder.map { tensor in
      Parameters.Wanted(
        name: prefix + tensor.name, shape: tensor.shape, part: parts.part(tensor),
        start: .stored(tensor))
    }
    wanted += try plan.wanted(folder)
    let sites = try adapters.map { try AdapterSites(folder, $0) }
    wanted += sites?.wanted ?? []
    let parameters = Parameters(wanted, &generator)
    self.parameters = parameters
    weights = try EncoderWeights(configuration, place: folder.url.path) { name, _ in
      pooler.contains(name)
        ? nil
        : parameters.tensor(prefix + name).map {
          WeightTensor(name: name, shape: $0.shape, pointer: $0.pointer, owner: $0.owner)
        }
    }
    let bias = weights.relativeBias.map { DistanceBias($0) }
    self.bias = bias
    embeddings = TrainableEmbeddings(weights, configuration, parameters)
    let rotary = Dictionary(
      uniqueKeysWithValues: Set(configuration.attention.compactMap(\.rotaryBase)).map {
        (
          $0,
          RotaryTable(
            base: $0, headSize: configuration.headSize, positions: configuration.maximumPositions)
        )
      })
    blocks = weights.layers.enumerated().map { number, layer in
      TrainableBlock(
        layer, number: number, configuration, parameters, bias: bias,
        rotary: configuration.attention[number].rotaryBase.flatMap { rotary[$0] })
    }
    finalNorm = weights.finalNorm.map {
      TrainableNorm($0, epsilon: configuration.layerNormEpsilon)
    }
    head = TrainableHead(plan, configuration, parameters)
    configuredDropout = DropoutPlan(configuration, head: plan.dropout)
    pass = NetworkPass(tape: Tape(), dropout: configuredDropout)
    if let sites { for block in blocks { block.attach(sites, parameters) } }
  }

  /// Values that the head gives for a row: a class's logit each, for instance.
  package var outputs: Int { head.outputs }

  /// Rows of the head's outputs for a sentence: one, or one a token.
  package func rows(of sentence: [Int32]) -> Int { head.input == .tokens ? sentence.count : 1 }

  /// Dropout probabilities while training, and the step that decides the masks.
  package var dropout: DropoutPlan {
    get { pass.dropout }
    set { pass.dropout = newValue }
  }

  /// Whether a pass that retains multiplies in bfloat16, where the processor does; weights, sums and all
  /// else stay float32, and so do passes that do not retain.
  package var multipliesBFloat16: Bool {
    get { pass.multipliesBFloat16 }
    set { pass.multipliesBFloat16 = newValue && BFloat16Products.areSupported }
  }

  /// The probabilities that the model's configuration names.
  package let configuredDropout: DropoutPlan

  /// The head's outputs for `batch`, `[sentences, outputs]`, valid until the next pass.
  ///
  /// - Parameters:
  ///   - retains: a backward pass follows.
  ///   - observer: sees states and attention of a network whose head reads all tokens.
  @discardableResult
  package func forward(
    _ batch: PackedTokens, retains: Bool = false, observer: (any ForwardObserver)? = nil
  ) -> Pointer {
    precondition(batch.tokens > 0, "a batch has at least one sentence")
    precondition(observer == nil || !head.readsFirstOnly, "the last layer is not computed whole")
    pass.begin(batch, retains: retains, observer: observer)
    bias?.prepare(length: batch.packed.longest)
    var states = embeddings.forward(pass)
    observer?.observe(states, after: 0, batch)
    for (number, block) in blocks.enumerated() {
      states = block.forward(states, firstOnly: isReduced(number), pass)
      if number < blocks.count - 1 { observer?.observe(states, after: number + 1, batch) }
    }
    if let finalNorm {
      let (width, input) = (configuration.hiddenSize, states)
      let rows = head.readsFirstOnly ? batch.sentences.count : batch.tokens
      states = pass.tape.take(rows * width)
      finalNorm.forward(rows, into: states, pass) { block, target in
        let start = block.lowerBound * width
        (target + start).update(from: input + start, count: block.count * width)
      }
    }
    observer?.observe(states, after: blocks.count, batch)
    let results = head.forward(states, pass)
    self.results = results
    return results.outputs
  }

  /// The input of the head's last layer in the last forward pass, `[sentences, featureSize]`.
  package var features: UnsafePointer<Float> { UnsafePointer(results!.features) }

  /// How many numbers the head's last layer takes of a row.
  package var featureSize: Int { head.last.inputs }

  /// The last layer gives nothing but first tokens to a head that reads no others.
  private func isReduced(_ layer: Int) -> Bool {
    head.readsFirstOnly && layer == configuration.layers - 1
  }

  /// From `gradient`, that of the last forward pass's outputs (overwritten), to that of every trained
  /// parameter in `arena`.
  package func backward(_ gradient: Pointer, into arena: GradientArena) {
    pass.goBack(into: arena)
    let layout = arena.layout
    bias?.clear(pass)
    let reachesEncoder = layout.lowestLayer < configuration.layers || layout.reachesEmbeddings
    let width = configuration.hiddenSize
    let states = reachesEncoder ? pass.tape.take(pass.batch.tokens * width) : nil
    head.backward(gradient, into: states, pass)
    guard let states else { return }
    let rows = head.readsFirstOnly ? pass.batch.sentences.count : pass.batch.tokens
    finalNorm?.backward(states, rows: rows, into: states, dBranch: nil, pass)
    let lowest = layout.reachesEmbeddings ? 0 : layout.lowestLayer
    for number in stride(from: configuration.layers - 1, through: lowest, by: -1) {
      blocks[number].backward(
        states, firstOnly: isReduced(number),
        toInput: number > lowest || layout.reachesEmbeddings, pass)
    }
    if layout.reachesEmbeddings { embeddings.backward(states, pass) }
  }

  /// Weight `[outputs, featureSize]` and bias `[outputs]` of the head's last layer, to be set before training.
  package var classifier: (weight: Pointer, bias: Pointer) {
    (
      UnsafeMutablePointer(mutating: head.last.weight),
      UnsafeMutablePointer(mutating: head.last.bias)
    )
  }

  /// The parameters as a model folder names them, adapters merged into the weights they stand beside.
  package var tensors: [WeightTensor] {
    let adapted = Dictionary(
      uniqueKeysWithValues: blocks.flatMap(\.adapters).map { ($0.module.name + ".weight", $0) })
    return parameters.entries.filter { !$0.isAdapter }.map { entry in
      let tensor = parameters.tensor(entry)
      return adapted[entry.name].map { $0.merged(tensor, parameters) } ?? tensor
    }
  }

  /// Writes what was trained beside the frozen weights as an adapter folder of Python's PEFT.
  ///
  /// - Parameters:
  ///   - base: how its configuration names the model.
  ///   - task: PEFT's name of it, as `SEQ_CLS`.
  /// - Throws: `FileError` if it cannot be written.
  package func writeAdapters(to folder: URL, base: String, task: String) throws {
    guard let adapters else { return }
    let layers = parameters.entries.filter { $0.part == .head }
    let modules = Set(layers.map { $0.name.prefix(upTo: $0.name.lastIndex(of: ".")!) })
    try AdapterFolder.write(
      to: folder,
      (parameters.entries.filter(\.isAdapter) + layers).map { parameters.tensor($0) },
      options: adapters, targets: blocks.flatMap(\.adapters).map(\.module.name),
      layers: modules.map(String.init).sorted(), base: base, task: task)
  }
}

/// Which part of the encoder a tensor belongs to.
private struct EncoderParts {
  private var layers: [String: Int] = [:]

  init(_ weights: EncoderWeights) {
    for (number, layer) in weights.layers.enumerated() {
      let linears =
        [layer.query, layer.key, layer.value, layer.attentionOutput, layer.intermediate]
        + [layer.multiplier, layer.output].compactMap { $0 }
      let norms = [layer.attentionNorm, layer.feedForwardNorm].compactMap { $0 }
      let tensors =
        linears.flatMap { [$0.weight, $0.bias] } + norms.flatMap { [$0.weight, $0.bias] }
      for tensor in tensors { layers[Self.name(tensor)] = number }
    }
    // What follows the last layer learns as that does.
    for tensor in weights.finalNorm.map({ [$0.weight, $0.bias] }) ?? [] {
      layers[tensor.name] = weights.layers.count - 1
    }
  }

  /// Without the rows of a view.
  private static func name(_ tensor: WeightTensor) -> String {
    String(tensor.name.prefix { $0 != "[" })
  }

  func part(_ tensor: WeightTensor) -> Parameters.Part {
    layers[tensor.name].map { .layer($0) } ?? .embeddings
  }
}
