import Files
import Kernels

/// A fine-tuned model for questions about texts, for inference: a question and its context in, the best
/// pieces of the context out, through the same packed encoder that embeds. Every family's class for
/// question answering in transformers is read.
///
/// Answers depend on that question and context alone, to the last bit, whatever batch, order and threads.
public final class AnswerFinder: Sendable {
  /// Tokens that neighboring windows have in common where nobody says.
  public static let standardStride = 128
  /// Tokens of a window where nobody says, as in transformers' example.
  public static let standardTokens = 384
  /// Answers to a question where nobody says.
  public static let standardCount = 20

  private let folder: ModelFolder
  private let windows: QuestionWindows
  private let head: ClassificationHead
  private let encoder: TokenEncoder
  private let search: SpanSearch
  /// Tokens of a window, special ones included; longer contexts are run as several.
  public let maximumTokens: Int

  /// - Parameters:
  ///   - maximumTokens: ``standardTokens``, or the folder's own limit if that is less, if nil.
  ///   - stride: tokens that neighboring windows have in common.
  ///   - count: answers to a question.
  /// - Throws: `FileError` if the folder has no head for spans, the processor cannot run the precision or
  ///   the token limit is not within the model's positions, or the tokenizer's files are damaged.
  public init(
    folder: ModelFolder, precision: Precision = .automatic, maximumTokens: Int? = nil,
    stride: Int = AnswerFinder.standardStride, count: Int = AnswerFinder.standardCount
  ) throws {
    try precision.checkSupport()
    self.folder = folder
    self.maximumTokens = maximumTokens ?? min(Self.standardTokens, folder.maximumTokens)
    head = try ClassificationHead(folder, .spans)
    guard head.labels.count == 2 else {
      throw FileError(
        place: folder.url.path, expected: "two outputs a token, for the answer's start and end",
        found: "\(head.labels.count)")
    }
    windows = QuestionWindows(
      try folder.tokenizer(maximumTokens: self.maximumTokens), stride: stride)
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: .cls, precision: precision, normalizes: false)
    var search = SpanSearch()
    search.count = count
    self.search = search
  }

  /// Whether `folder` holds a model for questions, as its configuration says.
  public static func isOne(_ folder: ModelFolder) -> Bool {
    folder.configuration.classNames.contains { $0.hasSuffix("ForQuestionAnswering") }
  }

  /// The precision used: never `.automatic`. The head itself is float32 in all of them.
  public var precision: Precision { encoder.precision }

  /// The answers to each question, in the order given.
  ///
  /// - Throws: `FileError` for an id beyond the model's vocabulary.
  public func answers(_ questions: [(question: String, context: String)]) throws
    -> [AnswerCandidates]
  {
    let pieces = windows(questions)
    let all = pieces.flatMap { $0 }
    let logits = try logits(all)
    var start = 0
    return pieces.map { pieces in
      defer { start += pieces.count }
      return search.candidates(pieces, Array(logits[start..<start + pieces.count]))
    }
  }

  private func windows(_ questions: [(question: String, context: String)]) -> [[QuestionWindow]] {
    Threads.map(questions.count) {
      windows.windows(questions[$0].question, questions[$0].context)
    }
  }

  /// `[tokens, 2]` for each window.
  package func logits(_ windows: [QuestionWindow]) throws -> [[Float]] {
    try folder.check(windows.map(\.ids))
    let size = encoder.dimension
    return encoder.mapStates(windows.map(\.ids), types: windows.map(\.types)) { index, states in
      windows[index].ids.indices.flatMap {
        head.logits(UnsafeBufferPointer(start: states + $0 * size, count: size))
      }
    }
  }
}
