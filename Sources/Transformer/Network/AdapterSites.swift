import Files
import Kernels

/// The linear layers of an encoder that get adapters, by ``AdapterOptions/targets``.
struct AdapterSites {
  let options: AdapterOptions
  private(set) var wanted: [Parameters.Wanted] = []
  /// Number of each module that has one, by its name.
  private var numbers: [String: Int] = [:]

  /// - Throws: `FileError` if a target is no layer's name, or the rank makes no sense.
  init(_ folder: ModelFolder, _ options: AdapterOptions) throws {
    self.options = options
    let place = folder.url.path
    guard options.rank >= 1, options.rank <= folder.configuration.hiddenSize else {
      throw FileError(
        place: place, expected: "a rank in 1...\(folder.configuration.hiddenSize)",
        found: "\(options.rank)")
    }
    let prefix = folder.configuration.architecture.prefix
    var (found, known): (Set<String>, Set<String>) = ([], [])
    for (number, layer) in folder.weights.layers.enumerated() {
      for (module, inputs, isDefault) in Self.modules(layer, prefix) {
        let last = String(module.name.split(separator: ".").last!)
        known.insert(last)
        let names: Set = [last, module.name, AdapterOptions.everyLayer]
        let matches = options.targets.map { !names.isDisjoint(with: $0) } ?? isDefault
        guard matches else { continue }
        found.formUnion(names)
        numbers[module.name] = numbers.count
        wanted += LowRankAdapter.wanted(
          module, inputs: inputs, rank: options.rank, part: .layer(number))
      }
    }
    if let missing = options.targets?.first(where: { !found.contains($0) }) {
      throw FileError(
        place: place,
        expected: "an adapter's target among \(known.sorted().joined(separator: ", "))",
        found: "\"\(missing)\"", advice: "or \(AdapterOptions.everyLayer) for all of them")
    }
  }

  /// A layer's modules with their inputs, and whether they have adapters by default: queries and
  /// values, or the tensor that holds them.
  private static func modules(
    _ layer: EncoderWeights.Layer, _ prefix: String
  ) -> [(TrainableLinear.Module, Int, Bool)] {
    var result: [(TrainableLinear.Module, Int, Bool)] = []
    func add(_ parts: [EncoderWeights.Linear], _ areDefault: [Bool]) {
      let names = parts.map { String($0.weight.name.prefix { $0 != "[" }.dropLast(7)) }
      let isFused = parts.count > 1 && Set(names).count == 1
      let outputs = parts.reduce(0) { $0 + $1.outputs }
      for (index, part) in parts.enumerated() where !isFused || index == 0 {
        result.append(
          (
            .init(
              name: prefix + names[index], columns: 0..<(isFused ? outputs : part.outputs)),
            part.inputs, areDefault[index]
          ))
      }
    }
    add([layer.query, layer.key, layer.value], [true, false, true])
    add([layer.attentionOutput], [false])
    add([layer.intermediate] + (layer.multiplier.map { [$0] } ?? []), [false, false])
    add([layer.output], [false])
    return result
  }

  /// Puts an adapter on each module of `linear` that has one.
  func attach(to linear: TrainableLinear, _ parameters: Parameters) {
    for module in linear.modules {
      guard let number = numbers[module.name] else { continue }
      linear.attach(
        LowRankAdapter(
          module, inputs: linear.inputs, options: options, number: number, parameters))
    }
  }
}
