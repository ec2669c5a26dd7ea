import Files
import Foundation

/// What `modules.json` says of a sentence-transformers folder: what reads the text, how tokens are
/// pooled, and what is done with the vector then.
struct SentenceModules {
  enum Input {
    /// A Transformer, in this folder.
    case transformer(URL)
    /// Static token vectors, in this folder.
    case staticVectors(URL)
  }

  private(set) var input: Input
  private(set) var pooling = Pooling.mean
  private(set) var finish = VectorFinish()
  private(set) var prompts: Prompts
  /// `max_seq_length`, where the folder sets one.
  private(set) var maximumTokens: Int?
  private var isScaledByLength = false
  private var hasPooling = false

  private struct Module: Decodable {
    var path: String
    var type: String
    var kind: String { type.split(separator: ".").last.map(String.init) ?? type }
  }

  /// A folder without `modules.json` is static vectors if its weights or configuration say so, else
  /// a plain Transformer: mean pooling, as sentence-transformers does with such a folder.
  init(folder: URL) throws {
    prompts = try Prompts(folder: folder)
    let url = folder.appendingPathComponent("modules.json")
    if FileManager.default.fileExists(atPath: url.path) {
      let modules: [Module] = try ModelFolder.decode(url)
      input = try Self.input(modules.first, root: folder, place: url.path)
      for module in modules.dropFirst() { try add(module, root: folder, place: url.path) }
      try checkPooling(place: url.path)
    } else {
      input = StaticFolder.isOne(folder) ? .staticVectors(folder) : .transformer(folder)
    }
    if case .transformer(let folder) = input { try readMaximumTokens(folder) }
  }

  private static func input(_ module: Module?, root: URL, place: String) throws -> Input {
    switch module?.kind {
    case "Transformer": .transformer(try folder(of: module!, root: root, place: place))
    case "StaticEmbedding": .staticVectors(try folder(of: module!, root: root, place: place))
    default:
      throw FileError(
        place: place, expected: "Transformer or StaticEmbedding as the first module",
        found: module.map { "\"\($0.type)\"" } ?? "no modules")
    }
  }

  private mutating func add(_ module: Module, root: URL, place: String) throws {
    let folder = try Self.folder(of: module, root: root, place: place)
    switch module.kind {
    case "Pooling":
      guard case .transformer = input, !hasPooling, finish.stages.isEmpty else {
        throw FileError(
          place: place, expected: "one Pooling, right after the Transformer",
          found: "\"\(module.type)\" elsewhere")
      }
      let settings = try PoolingSettings(contentsOf: folder.appendingPathComponent("config.json"))
      pooling = settings.pooling
      isScaledByLength = settings.isScaledByLength
      prompts.isPooled = settings.includesPrompt
      hasPooling = true
    case "Normalize": finish.stages.append(.normalize)
    case "Dense": finish.stages.append(.dense(try DenseLayer(folder: folder)))
    case "Dropout": break  // Does nothing outside training.
    default:
      throw FileError(
        place: place, expected: "modules Transformer, Pooling, Dense and Normalize",
        found: "\"\(module.type)\"",
        advice: module.kind == "LayerNorm"
          ? "a norm over the sentence vector is not supported" : nil)
    }
  }

  private func checkPooling(place: String) throws {
    if case .transformer = input, !hasPooling {
      throw FileError(place: place, expected: "a module Pooling", found: "none")
    }
    if isScaledByLength, case .dense = finish.stages.first {
      throw FileError(
        place: place, expected: "mean, cls or max pooling before a Dense module",
        found: "mean_sqrt_len")
    }
  }

  private static func folder(of module: Module, root: URL, place: String) throws -> URL {
    let components = module.path.split(separator: "/", omittingEmptySubsequences: false)
    guard !module.path.hasPrefix("/"), !components.contains("..") else {
      throw FileError(
        place: place, expected: "module paths inside the folder", found: "\"\(module.path)\"")
    }
    return module.path.isEmpty || module.path == "."
      ? root : root.appendingPathComponent(module.path)
  }

  /// `max_seq_length`, else the tokenizer's `model_max_length`, as sentence-transformers has it.
  private mutating func readMaximumTokens(_ folder: URL) throws {
    struct Settings: Decodable { var maxSeqLength: Int? }
    struct TokenizerSettings: Decodable { var modelMaxLength: Double? }
    let url = folder.appendingPathComponent("sentence_bert_config.json")
    if FileManager.default.fileExists(atPath: url.path) {
      let settings: Settings = try ModelFolder.decode(url)
      maximumTokens = settings.maxSeqLength
    }
    let other = folder.appendingPathComponent("tokenizer_config.json")
    if maximumTokens == nil, FileManager.default.fileExists(atPath: other.path) {
      let settings: TokenizerSettings = try ModelFolder.decode(other)
      // Files without a limit say 1e30.
      maximumTokens = settings.modelMaxLength.flatMap { $0 < 1e9 ? Int(exactly: $0) : nil }
    }
    guard maximumTokens ?? 2 >= 2 else {
      throw FileError(
        place: folder.path, expected: "max_seq_length or model_max_length of at least 2",
        found: "\(maximumTokens!)")
    }
  }
}
