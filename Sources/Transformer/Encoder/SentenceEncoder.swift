import Foundation
import Kernels
import Synchronization

/// A Transformer encoder with its tokenizer: texts in, unit vectors out.
///
/// Memory stays bounded whatever the number of texts: they are tokenized and run a window at a time.
public final class SentenceEncoder: Embedder {
  /// Texts tokenized before the first of them is run; sorting needs many, memory few.
  private static let windowSize = 8192

  /// The folder's own.
  public let tokenizer: Tokenizer
  /// Length of a vector.
  public let dimension: Int
  private let folder: ModelFolder
  private let encoder: TokenEncoder
  private let prompt: String
  private let chunker: TokenChunker
  private let longTextCounter = Atomic(0)

  /// - Throws: `FileError` if the processor cannot run the precision, the token limit is not
  ///   within `2...` the model's positions, or the prompt is unknown, or the tokenizer's
  ///   files are damaged.
  public init(folder: ModelFolder, options: EmbeddingOptions) throws {
    let limit = options.maximumTokens ?? folder.maximumTokens
    try options.precision.checkSupport()
    self.folder = folder
    tokenizer = try folder.tokenizer(maximumTokens: limit)
    prompt = try folder.prompts.text(options.prompt)
    chunker = try TokenChunker(
      tokenizer, limit: limit, prompt: prompt, longTexts: options.longTexts,
      place: folder.url.path)
    dimension = try folder.finish.outputSize(input: folder.configuration.hiddenSize)
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: folder.pooling,
      precision: options.precision, normalizes: folder.finish.denseLayers.isEmpty)
  }

  /// - Parameter maximumTokens: texts are cut to this many tokens, special tokens included; the
  ///   folder's own limit if `nil`.
  /// - Throws: as ``init(folder:options:)``.
  public convenience init(
    folder: ModelFolder, precision: Precision = .automatic, maximumTokens: Int? = nil
  ) throws {
    try self.init(
      folder: folder,
      options: EmbeddingOptions(precision: precision, maximumTokens: maximumTokens))
  }

  /// Its hash reads every weight when first asked for.
  public var identity: EmbedderIdentity {
    EmbedderIdentity(
      name: folder.url.lastPathComponent, hash: folder.hash, pooling: folder.pooling.rawValue,
      precision: encoder.precision.rawValue, maximumTokens: tokenizer.maximumTokens,
      prompt: prompt.isEmpty ? nil : prompt, longTexts: chunker.longTexts)
  }

  /// Texts embedded so far that were beyond the limit.
  public var longTextCount: Int { longTextCounter.load(ordering: .relaxed) }

  /// What of each text reaches the model; O(bytes) on all threads.
  public func readings(of texts: [String]) -> [TextReading] {
    chunker.tokens(of: texts[...]).map(\.reading)
  }

  /// - Throws: `FileError` if the tokenizer gives an id beyond the model's vocabulary.
  @discardableResult
  public func embed(
    _ texts: [String], into rows: UnsafeMutablePointer<Float>,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> [TextReading] {
    var readings: [TextReading] = []
    for start in stride(from: 0, to: texts.count, by: Self.windowSize) {
      let window = texts[start..<min(texts.count, start + Self.windowSize)]
      let tokenized = chunker.tokens(of: window)
      longTextCounter.add(tokenized.count(where: \.isLong), ordering: .relaxed)
      let sentences = tokenized.flatMap(\.windows)
      try folder.check(sentences)
      let isWhole = sentences.count == tokenized.count
      let progress = progress.map { progress in { progress(start + $0) } }
      if isWhole, folder.finish.denseLayers.isEmpty {
        encoder.embed(sentences, into: rows + start * dimension, progress: progress)
      } else {
        embed(sentences, of: tokenized, into: rows + start * dimension)
        progress?(window.count)
      }
      readings += tokenized.map(\.reading)
    }
    return readings
  }

  /// The way of windows and dense layers: pooled vectors first, then each text's own from them.
  private func embed(
    _ sentences: [[Int32]], of texts: [TokenChunker.Tokens],
    into rows: UnsafeMutablePointer<Float>
  ) {
    let size = folder.configuration.hiddenSize
    let pooled = Buffer<Float>(count: sentences.count * size)
    encoder.embed(sentences, into: pooled.pointer, progress: nil)
    var first = 0
    let starts = texts.map { text in
      defer { first += text.windows.count }
      return first
    }
    Threads.forEach(texts.count) { index in
      let windows = texts[index].windows
      let row = rows + index * dimension
      let vector = Buffer<Float>(count: dimension)
      row.update(repeating: 0, count: dimension)
      for (offset, window) in windows.enumerated() where !window.isEmpty {
        folder.finish.run(
          pooled.pointer + (starts[index] + offset) * size, size: size, into: vector.pointer)
        let weight = Float(window.count)
        for position in 0..<dimension { row[position] += weight * vector.pointer[position] }
      }
      UnitVector.normalize(row, dimension)
    }
  }
}
