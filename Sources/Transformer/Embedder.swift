/// What turns texts into unit vectors: our Transformer encoder, a static token table, or a test
/// double.
public protocol Embedder: Sendable {
  /// Length of a vector.
  var dimension: Int { get }

  /// Who made the vectors; two indexes may be compared only if their identities are equal.
  var identity: EmbedderIdentity { get }

  /// Embeds `texts` into `rows`, `[texts.count, dimension]` row-major, each row of unit length (or
  /// all zero where a text has no tokens at all).
  ///
  /// A text's vector depends on the text alone: not on its neighbors, their order or the number of
  /// threads. `progress` is told now and then, from any thread, how many texts are done in all.
  func embed(
    _ texts: [String], into rows: UnsafeMutablePointer<Float>,
    progress: (@Sendable (Int) -> Void)?
  ) throws

  /// How many tokens of each text the model sees, special tokens included; nil for an embedder
  /// that does not count them.
  func tokenCounts(_ texts: [String]) -> [Int]?
}

extension Embedder {
  public func tokenCounts(_ texts: [String]) -> [Int]? { nil }
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
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int

  public init(name: String, hash: String, pooling: String, precision: String, maximumTokens: Int) {
    self.name = name
    self.hash = hash
    self.pooling = pooling
    self.precision = precision
    self.maximumTokens = maximumTokens
  }
}
