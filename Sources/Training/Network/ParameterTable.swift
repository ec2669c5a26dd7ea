import Kernels
import Transformer

/// Where each parameter of an encoder with a classification head lies in one flat array of floats.
///
/// Query, key and value of a layer are neighbors, so that one product computes all three. The three
/// embedding tables come last: everything before them has a gradient in every step, of the tables
/// only some rows do.
package struct ParameterTable {
  package struct Entry {
    /// As in a model folder, without the architecture's prefix.
    package let name: String
    package let shape: [Int]
    package let offset: Int
    /// Whether weight decay applies: to matrices, not to biases or LayerNorm parameters.
    var decays: Bool { shape.count > 1 }
    package var count: Int { shape.reduce(1, *) }
  }

  /// Offsets of a weight and its bias.
  struct Pair {
    let weight: Int
    let bias: Int
  }

  struct Layer {
    let start: Int
    /// `[3 hidden, hidden]`
    let qkv: Pair
    let attentionOutput: Pair
    let attentionNorm: Pair
    let intermediate: Pair
    let output: Pair
    let outputNorm: Pair
  }

  package private(set) var entries: [Entry] = []
  private(set) var layers: [Layer] = []
  private(set) var pooler = Pair(weight: 0, bias: 0)
  private(set) var classifier = Pair(weight: 0, bias: 0)
  private(set) var embeddingNorm = Pair(weight: 0, bias: 0)
  private(set) var words = 0
  private(set) var positions = 0
  private(set) var types = 0
  /// Floats in all.
  private(set) var count = 0
  /// Floats before the embedding tables.
  var denseCount: Int { words }

  /// The parameters of `weights` with a pooler and a classifier of `labels` classes.
  init(_ weights: EncoderWeights, hidden: Int, labels: Int) {
    for layer in weights.layers { append(layer) }
    pooler = append("pooler.dense", outputs: hidden, inputs: hidden)
    classifier = append("classifier", outputs: labels, inputs: hidden)
    embeddingNorm = append(weights.embeddingNorm)
    words = append(weights.wordEmbeddings)
    positions = append(Self.required(weights.positionEmbeddings))
    types = append(Self.required(weights.tokenTypeEmbeddings))
  }

  private mutating func append(_ layer: EncoderWeights.Layer) {
    let start = count
    let projections = [layer.query, layer.key, layer.value]
    let weights = projections.map { append($0.weight) }
    let biases = projections.map { append($0.bias) }
    layers.append(
      Layer(
        start: start, qkv: Pair(weight: weights[0], bias: biases[0]),
        attentionOutput: append(layer.attentionOutput),
        attentionNorm: append(Self.required(layer.attentionNorm)),
        intermediate: append(layer.intermediate), output: append(layer.output),
        outputNorm: append(layer.feedForwardNorm)))
  }

  private static func required<Part>(_ part: Part?) -> Part {
    guard let part else { preconditionFailure("a family that trains has it: Network checks") }
    return part
  }

  private mutating func append(_ linear: EncoderWeights.Linear) -> Pair {
    Pair(weight: append(linear.weight), bias: append(linear.bias))
  }

  private mutating func append(_ norm: EncoderWeights.Norm) -> Pair {
    Pair(weight: append(norm.weight), bias: append(norm.bias))
  }

  private mutating func append(_ name: String, outputs: Int, inputs: Int) -> Pair {
    Pair(
      weight: append(name + ".weight", [outputs, inputs]), bias: append(name + ".bias", [outputs]))
  }

  private mutating func append(_ tensor: WeightTensor) -> Int { append(tensor.name, tensor.shape) }

  private mutating func append(_ name: String, _ shape: [Int]) -> Int {
    let entry = Entry(name: name, shape: shape, offset: count)
    entries.append(entry)
    count += entry.count
    return entry.offset
  }
}
