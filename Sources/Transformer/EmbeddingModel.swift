import Foundation

/// How a model embeds, where the caller wants it otherwise than the model's folder says.
public struct EmbeddingOptions: Sendable {
  /// Of weights and activations.
  public var precision: Precision
  /// The limit beyond which texts are long, in tokens, special tokens included; the folder's own if
  /// nil.
  public var maximumTokens: Int?
  /// What is put before each text.
  public var prompt: PromptChoice
  /// What becomes of texts beyond the limit.
  public var longTexts: LongTexts

  /// See the properties of these names.
  public init(
    precision: Precision = .automatic, maximumTokens: Int? = nil, prompt: PromptChoice = .standard,
    longTexts: LongTexts = .truncate
  ) {
    self.precision = precision
    self.maximumTokens = maximumTokens
    self.prompt = prompt
    self.longTexts = longTexts
  }
}

/// A model folder that embeds, of whatever kind: the one way in for commands.
public enum EmbeddingModel: Sendable {
  case encoder(ModelFolder)
  case staticTable(StaticFolder)

  /// Opens a Transformer's folder, a sentence-transformers folder, or a folder of static token
  /// vectors (model2vec, sentence-transformers' StaticEmbedding).
  ///
  /// - Throws: `FileError` if the folder is none of these, damaged, or asks for what we cannot do.
  public init(at url: URL) throws {
    try ModelFolder.checkFolder(url)
    let modules = try SentenceModules(folder: url)
    if case .staticVectors = modules.input {
      self = .staticTable(try StaticFolder(at: url, modules: modules))
    } else {
      self = .encoder(try ModelFolder(at: url, modules: modules))
    }
  }

  /// - Throws: `FileError` if the options do not fit the model or the processor, or the
  ///   tokenizer's files are damaged.
  public func embedder(_ options: EmbeddingOptions = EmbeddingOptions()) throws -> any Embedder {
    switch self {
    case .encoder(let folder): try SentenceEncoder(folder: folder, options: options)
    case .staticTable(let folder): try StaticEmbedder(folder: folder, options: options)
    }
  }

  /// As ``init(at:)`` and ``embedder(_:)`` together.
  public static func open(
    _ folder: URL, options: EmbeddingOptions = EmbeddingOptions()
  ) throws -> any Embedder {
    try EmbeddingModel(at: folder).embedder(options)
  }

  /// The folder.
  public var url: URL {
    switch self {
    case .encoder(let folder): folder.url
    case .staticTable(let folder): folder.url
    }
  }

  /// Where the tokenizer's files lie.
  public var tokenizerFolder: URL {
    switch self {
    case .encoder(let folder): folder.transformerURL
    case .staticTable(let folder): folder.tableURL
    }
  }

  /// Texts of more tokens are long, unless the caller sets another limit; nil where there is none.
  public var maximumTokens: Int? {
    switch self {
    case .encoder(let folder): folder.maximumTokens
    case .staticTable(let folder): folder.maximumTokens
    }
  }

  /// The tensors of its weight files.
  package var tensors: Safetensors {
    switch self {
    case .encoder(let folder): folder.tensors
    case .staticTable(let folder): folder.tensors
    }
  }

  /// SHA-256 (hexadecimal) over what decides its vectors.
  public var hash: String {
    switch self {
    case .encoder(let folder): folder.hash
    case .staticTable(let folder): folder.hash
    }
  }

  /// The prompts the folder names.
  public var prompts: Prompts {
    switch self {
    case .encoder(let folder): folder.prompts
    case .staticTable(let folder): folder.prompts
    }
  }
}
