import Files
import Kernels
import Synchronization

/// A fine-tuned classifier for inference: texts in, logits out, through the same packed encoder that
/// embeds. Every family's class for sequences in transformers is read.
///
/// A text's logits depend on that text alone, to the last bit, whatever batch, order and threads.
public final class TextClassifier: Sendable {
  /// Texts are cut to this many tokens, special tokens included.
  public let maximumTokens: Int
  /// Where a text may have several labels, those of at least this probability hold.
  public let threshold: Double
  private let folder: ModelFolder
  private let tokenizer: Tokenizer
  private let chunker: TokenChunker
  /// Of a model for relations, whose texts mark two entities.
  private let entities: EntityWindows?
  private let network: ClassifyingEncoder
  private let longTextCounter = Atomic(0)

  /// - Parameter maximumTokens: the folder's own limit if nil.
  /// - Throws: `FileError` if the folder has no classifier, the processor cannot run the precision
  ///   or the token limit is not within `2...` the model's positions, or the tokenizer's files
  ///   are damaged.
  public init(
    folder: ModelFolder, precision: Precision = .automatic, maximumTokens: Int? = nil,
    threshold: Double = 0.5
  ) throws {
    let limit = maximumTokens ?? folder.maximumTokens
    self.threshold = threshold
    self.folder = folder
    self.maximumTokens = limit
    let tokenizer = try folder.tokenizer(maximumTokens: limit)
    let markers = folder.configuration.entityMarkers
    entities =
      markers.isEmpty
      ? nil : try EntityWindows(tokenizer, markers: markers, place: folder.url.path)
    let hasVectors = folder.vectorHead != nil
    network = try ClassifyingEncoder(
      folder,
      entities.map { .entities(starts: $0.starts) } ?? (hasVectors ? .vectors : .sequences),
      precision: precision)
    self.tokenizer = tokenizer
    chunker = try TokenChunker(
      tokenizer, limit: limit, prompt: hasVectors ? folder.prompts.text(.standard) : "",
      longTexts: .truncate,
      place: folder.url.path)
  }

  /// Names of the classes, in the order of their ids; `LABEL_0`, … where the folder names none.
  public var labels: [String] { network.labels }

  /// Whether every text has to mark two entities.
  public var readsEntities: Bool { entities != nil }

  /// What the logits mean.
  public var problem: ClassificationProblem { network.problem }

  /// The precision used: never `.automatic`.
  public var precision: Precision { network.precision }

  /// Texts so far that were longer than the limit, and so cut.
  public var longTextCount: Int { longTextCounter.load(ordering: .relaxed) }

  /// `[texts, labels]`, in the order given.
  ///
  /// - Throws: `FileError` for a text without tokens (only tokenizers without special tokens), an id beyond
  ///   the model's vocabulary, or a text without the markers that ``readsEntities`` asks for.
  public func logits(_ texts: [String]) throws -> [[Float]] {
    if let entities {
      let windows = try texts.map(entities.window)
      longTextCounter.add(windows.count(where: \.isCut), ordering: .relaxed)
      try folder.check(windows.map(\.ids))
      return network.logits(windows.map(\.ids))
    }
    let tokenized = chunker.tokens(of: texts[...])
    longTextCounter.add(tokenized.count(where: \.isLong), ordering: .relaxed)
    let sentences = tokenized.map { $0.windows[0] }
    try folder.check(sentences)
    if let index = sentences.firstIndex(where: \.isEmpty) {
      throw FileError(
        place: "text \(index)", expected: "at least one token", found: "none",
        advice: "the tokenizer adds no special tokens, so texts must not be empty")
    }
    return network.logits(sentences)
  }

  /// The same of pairs of texts, each run as one sequence: what is too long is cut, the longer text first.
  public func logits(_ pairs: [(first: String, second: String)]) throws -> [[Float]] {
    let tokens = Threads.map(pairs.count) {
      tokenizer.encodePair(pairs[$0].first, pairs[$0].second)
    }
    longTextCounter.add(tokens.count(where: \.isCut), ordering: .relaxed)
    try folder.check(tokens.map(\.ids))
    if let index = tokens.firstIndex(where: \.ids.isEmpty) {
      throw FileError(
        place: "pair \(index)", expected: "at least one token", found: "none",
        advice: "the tokenizer adds no special tokens, so both texts must not be empty")
    }
    return network.logits(tokens.map(\.ids), types: tokens.map(\.types))
  }
}
