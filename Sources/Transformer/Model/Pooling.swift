import Foundation

/// How token vectors become a sentence vector, from a sentence-transformers folder's `modules.json`.
public enum Pooling: String, Sendable, CaseIterable {
  case mean
  case cls
  case max
}

/// What `modules.json` says of a sentence-transformers folder.
struct SentenceModules {
  /// Where the Transformer's own files lie.
  var transformerFolder: URL
  var pooling = Pooling.mean
  /// `max_seq_length`, where the folder sets one.
  var maximumTokens: Int?

  private struct Module: Decodable {
    var path: String
    var type: String
  }

  /// A folder without `modules.json` is a plain Transformer: mean pooling, as
  /// sentence-transformers does with such a folder.
  init(folder: URL) throws {
    transformerFolder = folder
    let url = folder.appendingPathComponent("modules.json")
    if FileManager.default.fileExists(atPath: url.path) {
      let modules: [Module] = try ModelFolder.decode(url)
      for module in modules { try add(module, root: folder, place: url.path) }
    }
    try readMaximumTokens()
  }

  private mutating func add(_ module: Module, root: URL, place: String) throws {
    let components = module.path.split(separator: "/", omittingEmptySubsequences: false)
    guard !module.path.hasPrefix("/"), !components.contains("..") else {
      throw ModelError(
        place: place, expected: "module paths inside the folder", found: "\"\(module.path)\"")
    }
    let folder = module.path.isEmpty ? root : root.appendingPathComponent(module.path)
    switch module.type.split(separator: ".").last {
    case "Transformer": transformerFolder = folder
    case "Pooling": pooling = try Pooling(contentsOf: folder.appendingPathComponent("config.json"))
    case "Normalize": break  // Every vector we give has unit length.
    default:
      throw ModelError(
        place: place, expected: "modules Transformer, Pooling and Normalize",
        found: "\"\(module.type)\"")
    }
  }

  private mutating func readMaximumTokens() throws {
    struct Settings: Decodable { var maxSeqLength: Int? }
    let url = transformerFolder.appendingPathComponent("sentence_bert_config.json")
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let settings: Settings = try ModelFolder.decode(url)
    guard let length = settings.maxSeqLength else { return }
    guard length >= 2 else {
      throw ModelError(
        place: url.path, expected: "max_seq_length of at least 2", found: "\(length)")
    }
    maximumTokens = length
  }
}

extension Pooling {
  /// From `1_Pooling/config.json`.
  init(contentsOf url: URL) throws {
    struct Settings: Decodable {
      var poolingModeClsToken: Bool?
      var poolingModeMeanTokens: Bool?
      var poolingModeMaxTokens: Bool?
      var poolingModeMeanSqrtLenTokens: Bool?
      var poolingModeWeightedmeanTokens: Bool?
      var poolingModeLasttoken: Bool?
    }
    let settings: Settings = try ModelFolder.decode(url)
    let modes: [(name: String, isOn: Bool?)] = [
      ("cls", settings.poolingModeClsToken), ("mean", settings.poolingModeMeanTokens),
      ("max", settings.poolingModeMaxTokens),
      ("mean_sqrt_len", settings.poolingModeMeanSqrtLenTokens),
      ("weightedmean", settings.poolingModeWeightedmeanTokens),
      ("lasttoken", settings.poolingModeLasttoken),
    ]
    let names = modes.filter { $0.isOn == true }.map(\.name)
    guard names.count == 1, let pooling = Pooling(rawValue: names[0]) else {
      throw ModelError(
        place: url.path, expected: "one pooling mode of mean, cls or max",
        found: names.isEmpty ? "none" : names.joined(separator: " and "))
    }
    self = pooling
  }
}
