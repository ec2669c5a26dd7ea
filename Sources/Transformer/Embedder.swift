/// What turns texts into unit vectors: our Transformer encoder, a static token table, or a test
/// double.
public protocol Embedder: Sendable {
  /// Length of a vector.
  var dimension: Int { get }

  var tokenizer: Tokenizer { get }

  /// Who made the vectors; two indexes may be compared only if their identities are equal.
  var identity: EmbedderIdentity { get }

  /// Embeds `texts` into `rows`, `[texts.count, dimension]` row-major, each row of unit length (or
  /// all zero where a text has no tokens at all).
  ///
  /// A text's vector depends on the text alone: not on its neighbors, their order or the number of
  /// threads. `progress` is told now and then, from any thread, how many texts are done in all.
  ///
  /// - Returns: what of each text reached the model.
  @discardableResult
  func embed(
    _ texts: [String], into rows: UnsafeMutablePointer<Float>,
    progress: (@Sendable (Int) -> Void)?
  ) throws -> [TextReading]

  /// What of each text reaches the model, without embedding it.
  func readings(of texts: [String]) -> [TextReading]

  /// How many of the texts embedded so far had more tokens than the model's limit, and so were cut
  /// or embedded in chunks.
  var longTextCount: Int { get }
}

/// What becomes of a text of more tokens than the limit.
public enum LongTexts: String, Codable, Sendable, CaseIterable {
  /// Its first tokens stand for it.
  case truncate
  /// It is embedded in windows of tokens; the vector is their mean, weighted by tokens.
  case chunk
}

/// Identity of an embedder, as recorded in an index's manifest.
public struct EmbedderIdentity: Codable, Hashable, Sendable {
  /// Folder name, for people.
  public var name: String
  /// SHA-256 (hexadecimal) over weights, configuration and tokenizer files.
  public var hash: String
  /// `mean`, `cls` or `max`.
  public var pooling: String
  /// `f32`, `bf16` or `int8`.
  public var precision: String
  /// The limit beyond which texts are long, in tokens, special tokens included.
  public var maximumTokens: Int
  /// What is put before each text; nil for nothing.
  public var prompt: String?
  /// What became of texts beyond the limit.
  public var longTexts: LongTexts

  /// See the properties of these names.
  public init(
    name: String, hash: String, pooling: String, precision: String, maximumTokens: Int,
    prompt: String? = nil, longTexts: LongTexts = .truncate
  ) {
    self.name = name
    self.hash = hash
    self.pooling = pooling
    self.precision = precision
    self.maximumTokens = maximumTokens
    self.prompt = prompt
    self.longTexts = longTexts
  }
}
