import Corpus
import Files
import Foundation
import Synchronization

/// A folder of static token vectors: a text's vector is the mean of its tokens' vectors.
///
/// Two kinds: model2vec's (a tensor `embeddings`, optionally `weights` and `mapping`, settings in
/// `config.json`), and sentence-transformers' StaticEmbedding (a tensor `embedding.weight`), which
/// is also what wordllama publishes.
public final class StaticFolder: Sendable {
  /// The folder itself.
  public let url: URL
  /// Where table and tokenizer lie: ``url``, or the folder inside it that `modules.json` names.
  public let tableURL: URL
  package let tensors: Safetensors
  /// What the folder's prompts are; which one is used is the caller's choice.
  public let prompts: Prompts
  /// Texts are cut to this many tokens unless the caller asks otherwise; nil for never.
  public let maximumTokens: Int?
  /// Whether this is model2vec's kind, which leaves unknown tokens out of the mean.
  public let isModel2Vec: Bool
  let table: StaticTable
  let finish: VectorFinish
  /// Lengths of the vectors that each Dense module gives, in order; the last is the embedding's.
  public var denseSizes: [Int] { finish.denseLayers.map(\.outputSize) }
  private let companions: [MappedFile]
  private let hashLock = Mutex<String?>(nil)

  /// - Throws: `FileError` if a file is missing or damaged or holds no token vectors.
  public convenience init(at url: URL) throws {
    try ModelFolder.checkFolder(url)
    try self.init(at: url, modules: SentenceModules(folder: url))
  }

  init(at url: URL, modules: SentenceModules) throws {
    guard case .staticVectors(let folder) = modules.input else {
      throw FileError(
        place: url.path, expected: "static token vectors", found: "a Transformer encoder")
    }
    self.url = url
    tableURL = folder
    prompts = modules.prompts
    finish = modules.finish
    tensors = try Safetensors(folder: folder)
    isModel2Vec = tensors["embeddings"] != nil
    table = try StaticTable(tensors, place: folder.path)
    _ = try finish.outputSize(input: table.dimension)
    maximumTokens = isModel2Vec ? try Self.settings(folder).maximumTokens : nil
    companions = try ["config.json", "tokenizer.json"].map(folder.appendingPathComponent)
      .filter { FileManager.default.fileExists(atPath: $0.path) }.map(MappedFile.init)
  }

  /// Whether a folder without `modules.json` holds static vectors, as far as a look can tell.
  static func isOne(_ folder: URL) -> Bool {
    struct Kind: Decodable { var modelType: String? }
    let configuration = folder.appendingPathComponent("config.json")
    if let kind: Kind = try? ModelFolder.decode(configuration), kind.modelType != nil {
      return kind.modelType == "model2vec"
    }
    guard let tensors = try? Safetensors(folder: folder) else { return false }
    return tensors["embeddings"] != nil || tensors["embedding.weight"] != nil
  }

  private struct Settings: Decodable {
    /// model2vec's own limit where the file names none; null is for no limit.
    private(set) var maximumTokens: Int? = 512

    private enum Key: CodingKey { case maxLength }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      maximumTokens =
        container.contains(.maxLength)
        ? try container.decodeIfPresent(Int.self, forKey: .maxLength) : 512
    }
  }

  private static func settings(_ folder: URL) throws -> Settings {
    let url = folder.appendingPathComponent("config.json")
    let isThere = FileManager.default.fileExists(atPath: url.path)
    let settings: Settings = try isThere ? ModelFolder.decode(url) : Settings()
    if let limit = settings.maximumTokens, limit < 1 {
      throw FileError(place: url.path, expected: "max_length of at least 1", found: "\(limit)")
    }
    return settings
  }

  /// SHA-256 (hexadecimal) over weights, configuration and tokenizer.
  public var hash: String {
    hashLock.withLock { known in
      if let known { return known }
      var hasher = SHA256Hasher()
      let files = tensors.files + companions + finish.denseLayers.flatMap(\.files)
      for file in files {
        hasher.update("\(file.url.lastPathComponent) \(file.bytes.count)\n")
        hasher.update(file.bytes)
      }
      known = SHA256Hasher.hexadecimal(hasher.finish())
      return known!
    }
  }
}
