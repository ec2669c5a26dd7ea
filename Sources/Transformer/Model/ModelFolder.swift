import Corpus
import Files
import Foundation
import Synchronization

/// A model in a Hugging Face or sentence-transformers folder: configuration, weights, pooling.
///
/// Opening maps the weights and reads the small files; weight pages come in when first used.
public final class ModelFolder: Sendable {
  /// The folder itself.
  public let url: URL
  /// The folder of the Transformer's own files (configuration, weights, tokenizer): ``url``, or the
  /// one inside it that `modules.json` names.
  public let transformerURL: URL
  /// What `config.json` says.
  public let configuration: ModelConfiguration
  /// Every tensor of the weight files by its stored name, heads included.
  package let tensors: Safetensors
  package let weights: EncoderWeights
  /// How states become a sentence's vector.
  public let pooling: Pooling
  /// What the folder's prompts are; which one is used is the caller's choice.
  public let prompts: Prompts
  let finish: VectorFinish
  /// Lengths of the vectors that each Dense module gives, in order; the last is the embedding's.
  public var denseSizes: [Int] { finish.denseLayers.map(\.outputSize) }
  /// Texts are cut to this many tokens, special tokens included, unless the caller asks otherwise.
  public let maximumTokens: Int
  /// Tensors of a classifier on the vectors; nil where there is none.
  let vectorHead: Safetensors?
  private let adapter: AdapterFolder?
  /// In place of the folder's tokenizer.json, where tokens were added to it.
  private let addedTokenizer: MappedFile?
  private let companions: [MappedFile]
  private let hashLock = Mutex<String?>(nil)

  /// - Parameter adapter: a folder of Python's PEFT, or of `finetune --method lora`, whose low-rank
  ///   products are added to the weights and whose head takes the place of the model's.
  /// - Throws: `FileError` if a file is missing, damaged, or describes a model we cannot run.
  public convenience init(at url: URL, adapter: URL? = nil) throws {
    try Self.checkFolder(url)
    try self.init(at: url, modules: SentenceModules(folder: url), adapter: adapter)
  }

  init(at url: URL, modules: SentenceModules, adapter: URL? = nil) throws {
    guard case .transformer(let transformerURL) = modules.input else {
      throw FileError(
        place: url.path, expected: "a Transformer encoder", found: "static token vectors",
        advice: "they serve index, embed, search and leak; fine-tuning needs an encoder")
    }
    self.url = url
    self.transformerURL = transformerURL
    pooling = modules.pooling
    finish = modules.finish
    prompts = modules.prompts
    configuration = try ModelConfiguration(
      contentsOf: transformerURL.appendingPathComponent("config.json"))
    maximumTokens = min(
      modules.maximumTokens ?? configuration.maximumPositions, configuration.maximumPositions)
    tensors = try Safetensors(folder: transformerURL)
    self.adapter = try adapter.map { try AdapterFolder($0) }
    _ = try finish.outputSize(input: configuration.hiddenSize)
    weights = try Self.weights(
      configuration, tensors, self.adapter, place: transformerURL.path)
    let folder = transformerURL
    let isThere = { (name: String) in
      FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }
    let names = Self.companionNames + (isThere("tokenizer.json") ? [] : Self.mergeNames)
    companions = try names.filter(isThere).map(folder.appendingPathComponent).map {
      try MappedFile($0)
    }
    addedTokenizer = nil
    let head = url.appendingPathComponent(VectorHead.file)
    vectorHead =
      FileManager.default.fileExists(atPath: head.path) ? try Safetensors(file: head) : nil
  }

  /// `other` with another vocabulary.
  ///
  /// - Parameter tokenizer: in place of its tokenizer.json.
  init(
    _ other: ModelFolder, _ configuration: ModelConfiguration, _ weights: EncoderWeights,
    tokenizer: MappedFile
  ) {
    (url, transformerURL, tensors) = (other.url, other.transformerURL, other.tensors)
    (pooling, prompts, finish) = (other.pooling, other.prompts, other.finish)
    (maximumTokens, adapter, vectorHead) = (other.maximumTokens, other.adapter, other.vectorHead)
    (self.configuration, self.weights) = (configuration, weights)
    let name = tokenizer.url.lastPathComponent
    companions = other.companions.filter { $0.url.lastPathComponent != name } + [tokenizer]
    addedTokenizer = tokenizer
  }

  static func checkFolder(_ url: URL) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    guard exists, isFolder.boolValue else {
      throw FileError(
        place: url.path, expected: "a model folder", found: exists ? "a file" : "none",
        advice: "give a folder with config.json, model.safetensors and tokenizer files"
          + (url.pathExtension == "gguf" ? "; GGUF files must be converted to one" : ""))
    }
  }

  /// Contents of tokenizer files that are others than the folder's.
  fileprivate var replacedFiles: [String: Data] {
    addedTokenizer.map { [$0.url.lastPathComponent: Data($0.bytes)] } ?? [:]
  }

  private static func weights(
    _ configuration: ModelConfiguration, _ tensors: Safetensors, _ adapter: AdapterFolder?,
    place: String
  ) throws -> EncoderWeights {
    let names = configuration.architecture
    let hasPrefix = tensors[names.prefix + names.wordEmbeddings + ".weight"] != nil
    var unused = Set(adapter?.targets ?? [])
    let weights = try EncoderWeights(configuration, place: place) { name, shape in
      let stored = (hasPrefix ? names.prefix : "") + name
      guard let tensor = tensors[stored] ?? tensors[Self.oldName(stored)] else { return nil }
      guard tensor.shape == shape else {
        throw FileError(
          place: "\(place): \(stored)", expected: "shape \(shape)", found: "\(tensor.shape)")
      }
      var values = try tensor.float32()
      if let adapter {
        unused.remove(names.prefix + name)
        values = try adapter.merged(names.prefix + name, values)
      }
      return WeightTensor(name: name, shape: shape, pointer: values.pointer, owner: values.owner)
    }
    if let target = unused.min() {
      throw FileError(
        place: place, expected: "every weight that the adapter changes", found: "no \(target)",
        advice: "the adapter belongs to another model")
    }
    return weights
  }

  /// A stored tensor that is no part of ``weights`` (a head's), the adapter's where it has one.
  ///
  /// - Parameter name: as the model's class in transformers has it; the encoder's prefix may be missing
  ///   in the file.
  func headTensor(_ name: String) -> StoredTensor? {
    let prefix = configuration.architecture.prefix
    let short = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    return adapter?.replacement(name) ?? tensors[name] ?? tensors[short]
  }

  /// Outputs of a head's layer that the adapter brings; nil if it brings none.
  func adaptedOutputs(_ layer: String) -> Int? {
    adapter?.replacement(layer + ".weight")?.shape.first
  }

  /// Checkpoints converted from TensorFlow call a norm's weight gamma and its bias beta.
  private static func oldName(_ name: String) -> String {
    name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
      .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
  }

  /// The files beside weights and configuration that decide what a vector is, or that another
  /// program needs to run the model.
  private static let companionNames = [
    "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json",
    "sentence_bert_config.json",
  ]
  private static let mergeNames = ["vocab.json", "merges.txt"]

  /// Whether ``write(to:className:labels:problem:tensors:)`` writes a file `name`.
  package static func isFile(_ name: String) -> Bool {
    let names = companionNames + mergeNames + ["config.json", "model.safetensors"]
    return names.contains(name) || vectorNames.contains(name)
  }

  /// SHA-256 (hexadecimal) over weights, configuration, tokenizer and pooling: two folders with the
  /// same hash give the same vectors for the same prompt. The first call reads every weight (about 0.1 s for 90 MB).
  public var hash: String {
    hashLock.withLock { known in
      if let known { return known }
      let hash = computeHash()
      known = hash
      return hash
    }
  }

  private func computeHash() -> String {
    var hasher = SHA256Hasher()
    configuration.json.withUnsafeBytes { Self.add("config.json", $0, to: &hasher) }
    for file in tensors.files + companions + (adapter?.files ?? []) {
      Self.add(file.url.lastPathComponent, file.bytes, to: &hasher)
    }
    hasher.update("pooling \(pooling.rawValue) \(maximumTokens)\n")
    for stage in finish.stages where !finish.denseLayers.isEmpty {
      guard case .dense(let layer) = stage else {
        hasher.update("normalize\n")
        continue
      }
      for file in layer.files { Self.add(file.url.lastPathComponent, file.bytes, to: &hasher) }
    }
    return SHA256Hasher.hexadecimal(hasher.finish())
  }

  private static func add(
    _ name: String, _ bytes: UnsafeRawBufferPointer, to hasher: inout SHA256Hasher
  ) {
    hasher.update("\(name) \(bytes.count)\n")
    hasher.update(bytes)
  }

  /// Writes a model folder that Python's transformers opens: this one's configuration with
  /// `className` and `labels` in it, `tensors` as `model.safetensors` (full names, prefix
  /// included), and copies of the tokenizer's files.
  ///
  /// The configuration goes last, so that a folder cut short is not taken for a model.
  /// - Throws: `FileError` if something cannot be written.
  package func write(
    to folder: URL, className: String, labels: [String]?, problem: ClassificationProblem? = nil,
    entityMarkers: [String] = [], tensors: [WeightTensor]
  ) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        place: folder.path, expected: "a folder that can be made",
        found: error.localizedDescription)
    }
    try Safetensors.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
    for file in companions {
      let copy = try AtomicFile(folder.appendingPathComponent(file.url.lastPathComponent))
      try copy.write(file.bytes)
      try copy.commit()
    }
    let json = try configuration.json(
      className: className, labels: labels, problem: problem, entityMarkers: entityMarkers)
    try AtomicFile.write(json, to: folder.appendingPathComponent("config.json"))
  }
}

extension ModelFolder {
  /// The tokenizer of its files, for sequences of at most `maximumTokens`, special tokens included.
  ///
  /// - Throws: `FileError` if the limit is not within `2...` the model's positions.
  package func tokenizer(maximumTokens limit: Int) throws -> Tokenizer {
    let positions = configuration.maximumPositions
    guard limit >= 2, limit <= positions else {
      throw FileError(
        place: url.path, expected: "a token limit in 2...\(positions)", found: "\(limit)")
    }
    return try Tokenizer(
      folder: transformerURL, maximumTokens: limit, replacing: replacedFiles)
  }

  /// A tokenizer file may name ids that the weights have no row for.
  func check(_ sentences: [[Int32]]) throws {
    let limit = Int32(clamping: configuration.vocabularySize)
    for sentence in sentences {
      for id in sentence where id < 0 || id >= limit {
        throw FileError(
          place: url.path, expected: "token ids below vocab_size \(limit)", found: "\(id)",
          advice: "the tokenizer's files belong to another model")
      }
    }
  }

  /// A small file's bytes; a model's JSON files are far below the limit of 256 MiB.
  static func contents(of url: URL) throws -> Data {
    try RegularFile.contents(of: url)
  }

  static func decode<Value: Decodable>(_ url: URL) throws -> Value {
    try decode(contents(of: url), place: url.path)
  }

  /// `Value`'s properties are named in camel case, the JSON's fields in snake case.
  static func decode<Value: Decodable>(_ json: Data, place: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(Value.self, from: json)
    } catch {
      throw FileError(place: place, expected: "well-formed JSON", found: reason(error))
    }
  }

  /// A decoding error in one line, with the path of the field.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }
}
