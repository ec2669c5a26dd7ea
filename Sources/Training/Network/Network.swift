import Kernels
import Transformer

/// A BERT encoder with the standard classification head (pooler with tanh over the first token,
/// dropout, linear classifier): parameters, activations, forward and backward pass.
///
/// Not thread-safe; the passes themselves run on ``Threads``.
package final class Network {
  package let configuration: ModelConfiguration
  package let table: ParameterTable
  let labels: Int
  /// Every parameter, laid out by ``table``.
  package let values: Buffer<Float>
  /// Dropout probabilities while training.
  package var dropout: DropoutPlan
  package internal(set) var activations = Activations.empty

  /// - Parameter seed: decides the weights that the folder lacks (normal, deviation 0.02).
  package init(folder: ModelFolder, labels: Int, seed: UInt64) throws {
    configuration = folder.configuration
    self.labels = labels
    try Self.checkSupport(folder)
    table = ParameterTable(
      folder.weights, hidden: configuration.hiddenSize, labels: labels)
    values = Buffer(count: table.count)
    dropout = DropoutPlan(configuration)
    var stored = Dictionary(uniqueKeysWithValues: folder.weights.all.map { ($0.name, $0) })
    for name in ["classifier.weight", "classifier.bias"] {
      if let tensor = folder.tensors[name] { stored[name] = try tensor.float32() }
    }
    var generator = SplitMix64(state: seed)
    for entry in table.entries { load(entry, from: stored[entry.name], &generator) }
  }

  /// The passes are those of BERT's block and the head those of its classifier.
  static func checkSupport(_ folder: ModelFolder) throws {
    let configuration = folder.configuration
    guard configuration.modelType == "bert" else {
      throw TrainingError(
        place: folder.url.path, expected: "a model of the family \"bert\" to train",
        found: "\"\(configuration.modelType)\"",
        advice: "other families embed, index, deduplicate and split; only BERT fine-tunes")
    }
    guard configuration.activation == .gelu else {
      throw TrainingError(
        place: folder.url.path, expected: "hidden_act gelu", found: "\(configuration.activation)")
    }
  }

  private func load(
    _ entry: ParameterTable.Entry, from stored: WeightTensor?, _ generator: inout SplitMix64
  ) {
    let target = values.pointer + entry.offset
    if let stored, stored.shape == entry.shape {
      target.update(from: stored.pointer, count: entry.count)
    } else if entry.decays {
      for index in 0..<entry.count { target[index] = Float(generator.normal() * 0.02) }
    } else {
      target.update(repeating: 0, count: entry.count)
    }
  }

  /// The parameters as a model folder names them.
  var tensors: [WeightTensor] {
    table.entries.map { entry in
      WeightTensor(
        name: (entry.name.hasPrefix("classifier.") ? "" : "bert.") + entry.name,
        shape: entry.shape, pointer: UnsafePointer(values.pointer + entry.offset), owner: values)
    }
  }
}

/// Dropout probabilities, and the generator's key of a step; step 0 drops nothing.
package struct DropoutPlan {
  package var hidden: Float
  package var attention: Float
  package var classifier: Float
  package var seed: UInt64 = 0
  package var step = 0

  init(_ configuration: ModelConfiguration) {
    hidden = configuration.hiddenDropout
    attention = configuration.attentionDropout
    classifier = configuration.classifierDropout
  }

  /// Places in the network that drop something.
  enum Site {
    case embeddings
    case probabilities(Int)
    case attentionOutput(Int)
    case output(Int)
    case pooled
  }

  func stream(_ site: Site) -> DropoutStream {
    let (probability, number) =
      switch site {
      case .embeddings: (hidden, 0)
      case .pooled: (classifier, 1)
      case .probabilities(let layer): (attention, 2 + 3 * layer)
      case .attentionOutput(let layer): (hidden, 3 + 3 * layer)
      case .output(let layer): (hidden, 4 + 3 * layer)
      }
    return step == 0
      ? .none : DropoutStream(probability: probability, seed: seed, step: step, site: number)
  }
}
