import Foundation
import Kernels
import Synchronization

/// A Transformer encoder with its tokenizer: texts in, unit vectors out.
///
/// Memory stays bounded whatever the number of texts: they are tokenized and run a window at a time.
public final class SentenceEncoder: Embedder {
  /// Texts tokenized before the first of them is run; sorting needs many, memory few.
  private static let windowSize = 8192
  /// Texts a thread tokenizes at a time.
  private static let pieceSize = 64

  public let tokenizer: Tokenizer
  private let folder: ModelFolder
  private let encoder: TokenEncoder

  /// - Parameter maximumTokens: texts are cut to this many tokens, special tokens included; the
  ///   folder's own limit if `nil`.
  /// - Throws: ``ModelError`` if the processor cannot run `precision` or the limit is not within
  ///   `2...` the model's positions; the tokenizer's error if its files are damaged.
  public init(
    folder: ModelFolder, precision: Precision = .automatic, maximumTokens: Int? = nil
  ) throws {
    let positions = folder.configuration.maximumPositions
    let limit = maximumTokens ?? folder.maximumTokens
    guard limit >= 2, limit <= positions else {
      throw ModelError(
        place: folder.url.path, expected: "a token limit in 2...\(positions)", found: "\(limit)")
    }
    try precision.checkSupport()
    self.folder = folder
    tokenizer = try Tokenizer(folder: folder.transformerURL, maximumTokens: limit)
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: folder.pooling, precision: precision)
  }

  public var dimension: Int { encoder.dimension }

  /// Its hash reads every weight when first asked for.
  public var identity: EmbedderIdentity {
    EmbedderIdentity(
      name: folder.url.lastPathComponent, hash: folder.hash, pooling: folder.pooling.rawValue,
      precision: encoder.precision.rawValue, maximumTokens: tokenizer.maximumTokens)
  }

  /// - Throws: ``ModelError`` if the tokenizer gives an id beyond the model's vocabulary.
  public func embed(
    _ texts: [String], into rows: UnsafeMutablePointer<Float>,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    for start in stride(from: 0, to: texts.count, by: Self.windowSize) {
      let window = texts[start..<min(texts.count, start + Self.windowSize)]
      let sentences = tokenize(window)
      try check(sentences)
      encoder.embed(
        sentences, into: rows + start * dimension,
        progress: progress.map { progress in { progress(start + $0) } })
    }
  }

  public func tokenCounts(_ texts: [String]) -> [Int]? { tokenize(texts[...]).map(\.count) }

  private func tokenize(_ texts: ArraySlice<String>) -> [[Int32]] {
    let pieces = (texts.count + Self.pieceSize - 1) / Self.pieceSize
    let tokenized = Mutex([[[Int32]]](repeating: [], count: pieces))
    Threads.forEach(pieces) { piece in
      let start = texts.startIndex + piece * Self.pieceSize
      let end = min(texts.endIndex, start + Self.pieceSize)
      let ids = texts[start..<end].map { tokenizer.encode($0) }
      tokenized.withLock { $0[piece] = ids }
    }
    return tokenized.withLock { $0.flatMap { $0 } }
  }

  /// A tokenizer file may name ids that the weights have no row for.
  private func check(_ sentences: [[Int32]]) throws {
    let limit = Int32(clamping: folder.configuration.vocabularySize)
    for sentence in sentences {
      for id in sentence where id < 0 || id >= limit {
        throw ModelError(
          place: folder.url.path, expected: "token ids below vocab_size \(limit)", found: "\(id)",
          advice: "the tokenizer's files belong to another model")
      }
    }
  }
}
