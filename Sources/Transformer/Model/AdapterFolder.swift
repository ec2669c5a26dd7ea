import Files
import Foundation
import Kernels

/// Low-rank adapters in the layout of Python's PEFT: `adapter_config.json` and
/// `adapter_model.safetensors`.
///
/// Beside the products' factors it holds whole layers that were trained too (`modules_to_save`: a
/// classification head), which take the place of the model's.
struct AdapterFolder: Sendable {
  private static let start = "base_model.model."
  private let url: URL
  private let tensors: Safetensors
  private let scale: Float
  var files: [MappedFile] { tensors.files }

  /// - Throws: `FileError` if a file is missing or damaged, or the adapter is of another kind than a
  ///   plain low-rank product.
  init(_ url: URL) throws {
    struct Settings: Decodable {
      var peftType: String?
      var r: Int
      var loraAlpha: Float
      var useRslora: Bool?
      var useDora: Bool?
      var fanInFanOut: Bool?
      var bias: String?
      var rankPattern: [String: Int]?
      var alphaPattern: [String: Float]?
    }
    let place = url.appendingPathComponent("adapter_config.json")
    let settings: Settings = try ModelFolder.decode(place)
    func require(_ isFine: Bool, _ expected: String, _ found: String) throws {
      guard isFine else {
        throw FileError(
          place: place.path, expected: expected, found: found,
          advice: "merge it into its model with Python's peft: merge_and_unload()")
      }
    }
    try require(settings.peftType == "LORA", "peft_type LORA", settings.peftType ?? "none")
    try require(settings.useDora != true, "use_dora false", "true")
    try require(settings.fanInFanOut != true, "fan_in_fan_out false", "true")
    try require(settings.bias ?? "none" == "none", "bias none", settings.bias ?? "")
    try require(settings.rankPattern?.isEmpty != false, "no rank_pattern", "one")
    try require(settings.alphaPattern?.isEmpty != false, "no alpha_pattern", "one")
    try require((1...(1 << 15)).contains(settings.r), "r in 1...32768", "\(settings.r)")
    try require(settings.loraAlpha.isFinite, "a finite lora_alpha", "\(settings.loraAlpha)")
    self.url = url
    let divisor = settings.useRslora == true ? Float(settings.r).squareRoot() : Float(settings.r)
    scale = settings.loraAlpha / divisor
    tensors = try Safetensors(file: url.appendingPathComponent("adapter_model.safetensors"))
  }

  /// A layer that was trained in the place of the model's.
  ///
  /// - Parameter name: as the model's class in transformers has it, with prefix.
  func replacement(_ name: String) -> StoredTensor? { tensors[Self.start + name] }

  /// Every weight whose product has a factor here, with its prefix.
  var targets: [String] {
    tensors.tensors.keys.filter { $0.hasSuffix(".lora_A.weight") }.map {
      $0.dropFirst(Self.start.count).dropLast(".lora_A.weight".count) + ".weight"
    }
  }

  /// `weight` plus the factors' product, where there are some for `name`; else `weight`.
  ///
  /// - Throws: `FileError` if the factors do not fit the weight.
  func merged(_ name: String, _ weight: WeightTensor) throws -> WeightTensor {
    guard name.hasSuffix(".weight") else { return weight }
    let module = Self.start + name.dropLast(".weight".count)
    guard let down = tensors[module + ".lora_A.weight"],
      let up = tensors[module + ".lora_B.weight"]
    else { return weight }
    guard weight.shape.count == 2, down.shape.count == 2, up.shape.count == 2,
      down.shape[1] == weight.shape[1], up.shape[0] == weight.shape[0],
      down.shape[0] == up.shape[1]
    else {
      throw FileError(
        place: url.path, expected: "factors of \(name) \(weight.shape)",
        found: "\(down.shape) and \(up.shape)", advice: "the adapter belongs to another model")
    }
    return weight.adding(scale, up: try up.float32(), down: try down.float32())
  }

  /// Writes an adapter folder that PEFT opens.
  ///
  /// - Parameters:
  ///   - tensors: factors and whole layers, named as ``Parameters`` has them.
  ///   - targets: modules with factors; `layers`: modules trained whole.
  ///   - base: how the configuration names the model below.
  ///   - task: PEFT's name of what the head does, as `SEQ_CLS`.
  static func write(
    to folder: URL, _ tensors: [WeightTensor], options: AdapterOptions, targets: [String],
    layers: [String], base: String, task: String
  ) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let named = tensors.map { tensor in
      WeightTensor(
        name: tensor.name.hasPrefix(start) ? tensor.name : start + tensor.name,
        shape: tensor.shape, pointer: tensor.pointer, owner: tensor.owner)
    }
    try Safetensors.write(named, to: folder.appendingPathComponent("adapter_model.safetensors"))
    let fields: [String: Any] = [
      "peft_type": "LORA", "task_type": task, "base_model_name_or_path": base, "r": options.rank,
      "lora_alpha": Double(options.alpha), "lora_dropout": Double(options.dropout), "bias": "none",
      "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
      "target_modules": targets, "modules_to_save": layers,
    ]
    try AtomicFile.write(
      SortedJSON.data(fields: fields), to: folder.appendingPathComponent("adapter_config.json"))
  }
}

extension WeightTensor {
  /// A copy `[outputs, inputs]` plus scale · `up` `[outputs, rank]` · `down` `[rank, inputs]`.
  func adding(_ scale: Float, up: WeightTensor, down: WeightTensor) -> WeightTensor {
    let (outputs, inputs, rank) = (shape[0], shape[1], down.shape[0])
    let result = Buffer<Float>(count: outputs * inputs)
    result.pointer.update(from: pointer, count: outputs * inputs)
    for output in 0..<outputs {
      let row = result.pointer + output * inputs
      for index in 0..<rank {
        let factor = scale * up.pointer[output * rank + index]
        let source = down.pointer + index * inputs
        for input in 0..<inputs { row[input] += factor * source[input] }
      }
    }
    return WeightTensor(
      name: name, shape: shape, pointer: UnsafePointer(result.pointer), owner: result)
  }
}
