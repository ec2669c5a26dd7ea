import Files
import Kernels
import Synchronization

/// Static token vectors with their tokenizer: texts in, unit vectors out.
///
/// A text's vector is the mean of its tokens' vectors, as model2vec, sentence-transformers'
/// StaticEmbedding and wordllama compute it, scaled to unit length. No special tokens are added.
public final class StaticEmbedder: Embedder {
  /// Texts a thread embeds at a time.
  private static let pieceSize = 256
  /// Stands for no limit, where a number is recorded.
  static let noLimit = Int(Int32.max)

  /// Length of a vector.
  public let dimension: Int
  /// The folder's own.
  public let tokenizer: Tokenizer
  private let folder: StaticFolder
  private let prompt: String
  private let longTexts: LongTexts
  private let limit: Int
  /// A token that is left out: model2vec's rule for the unknown.
  private let ignoredID: Int32?
  private let longTextCounter = Atomic(0)

  /// - Throws: `FileError` if the options ask for another precision than float32 or a limit below
  ///   1, or the tokenizer knows more tokens than there are vectors, or its file is damaged.
  public init(folder: StaticFolder, options: EmbeddingOptions = EmbeddingOptions()) throws {
    guard options.precision == .automatic || options.precision == .float32 else {
      throw FileError(
        place: "precision \(options.precision.rawValue)", expected: "f32 for static token vectors",
        found: options.precision.rawValue, advice: "their sums are float32 at any speed: use auto")
    }
    limit = options.maximumTokens ?? folder.maximumTokens ?? Self.noLimit
    guard limit >= 1 else {
      throw FileError(
        place: folder.url.path, expected: "a token limit of at least 1", found: "\(limit)")
    }
    tokenizer = try Tokenizer(folder: folder.tableURL, maximumTokens: Self.noLimit)
    guard tokenizer.vocabularySize <= folder.table.vocabularySize else {
      throw FileError(
        place: folder.url.path,
        expected: "vectors for the tokenizer's \(tokenizer.vocabularySize) tokens",
        found: "\(folder.table.vocabularySize)",
        advice: "the tokenizer's files belong to another model")
    }
    self.folder = folder
    prompt = try folder.prompts.text(options.prompt)
    longTexts = options.longTexts
    dimension = try folder.finish.outputSize(input: folder.table.dimension)
    ignoredID = folder.isModel2Vec ? tokenizer.unknownID : nil
  }

  /// Its hash reads every weight when first asked for.
  public var identity: EmbedderIdentity {
    EmbedderIdentity(
      name: folder.url.lastPathComponent, hash: folder.hash, pooling: "mean",
      precision: Precision.float32.rawValue, maximumTokens: limit,
      prompt: prompt.isEmpty ? nil : prompt, longTexts: longTexts)
  }

  /// Texts embedded so far that were beyond the limit.
  public var longTextCount: Int { longTextCounter.load(ordering: .relaxed) }

  /// What of each text reaches the table; O(bytes).
  public func readings(of texts: [String]) -> [TextReading] {
    texts.map { tokens(of: $0).reading }
  }

  /// As ``Embedder/embed(_:into:progress:)`` says.
  @discardableResult
  public func embed(
    _ texts: [String], into rows: UnsafeMutablePointer<Float>,
    progress: (@Sendable (Int) -> Void)? = nil
  ) -> [TextReading] {
    let done = Atomic(0)
    return Threads.flatMap(texts.count, by: Self.pieceSize) { range in
      let pooled = Buffer<Float>(count: folder.table.dimension)
      let readings = range.map { index in
        embed(texts[index], pooled: pooled.pointer, into: rows + index * dimension)
      }
      let total = done.add(range.count, ordering: .relaxed).newValue
      progress?(total)
      return readings
    }
  }

  private func embed(
    _ text: String, pooled: UnsafeMutablePointer<Float>, into row: UnsafeMutablePointer<Float>
  ) -> TextReading {
    let (ids, reading) = tokens(of: text, countsLong: true)
    let table = folder.table
    guard !folder.finish.denseLayers.isEmpty else {
      table.sum(ids, into: row)
      UnitVector.normalize(row, dimension)
      return reading
    }
    table.sum(ids, into: pooled)
    let scale = 1 / Float(max(ids.count, 1))
    for index in 0..<table.dimension { pooled[index] *= scale }
    folder.finish.run(pooled, size: table.dimension, into: row)
    return reading
  }

  /// The tokens whose vectors count. Chunks of a text weighted by their tokens are the whole text
  /// again, so it is taken whole then.
  private func tokens(
    of text: String, countsLong: Bool = false
  ) -> (ids: [Int32], reading: TextReading) {
    let seen = longTexts == .chunk || limit == Self.noLimit ? Int.max : limit
    let all = tokenizer.encodeContent(
      prompt.isEmpty ? text : prompt + text, limit: seen == .max ? .max : seen + 1)
    if all.count > limit, countsLong { longTextCounter.add(1, ordering: .relaxed) }
    var ids = all.count > seen ? Array(all.prefix(seen)) : all
    if let ignoredID { ids.removeAll { $0 == ignoredID } }
    return (
      ids, tokenizer.reading(of: text, after: prompt, all, limit: seen, tokens: ids.count)
    )
  }
}
