/// How well answers to questions agree with those that people gave, as SQuAD's official scorer has it
/// (Rajpurkar et al., arXiv 1806.03822, `evaluate-v2.0.py`): of each question the best of its right answers
/// counts, and of one without any "no answer" alone is right.
public struct AnswerReport: Codable, Hashable, Sendable {
  /// Scores of some of the questions.
  public struct Part: Codable, Hashable, Sendable {
    /// Questions.
    public var items: Int
    /// Share of the questions that are answered word for word.
    public var exactMatch: Double
    /// Mean over the questions.
    public var f1: Double

    init(_ scores: [AnswerScores]) {
      let count = Double(max(1, scores.count))
      items = scores.count
      exactMatch = scores.reduce(0) { $0 + ($1.isExact ? 1 : 0) } / count
      f1 = scores.reduce(0) { $0 + $1.f1 } / count
    }
  }

  /// Questions.
  public var items: Int
  /// Share of the questions that are answered word for word.
  public var exactMatch: Double
  /// Mean over the questions of the F1 of an answer's words.
  public var f1: Double
  /// Of the questions that have an answer; nil without any.
  public var hasAnswer: Part?
  /// Of those that have none; nil without any.
  public var noAnswer: Part?

  /// - Parameters:
  ///   - predictions: one a question, empty for "no answer".
  ///   - answers: all right ones of each question.
  public init(predictions: [String], answers: [[String]]) {
    let scores = zip(predictions, answers).map { AnswerScores(prediction: $0, answers: $1) }
    self.init(scores, hasAnswer: answers.map { !$0.isEmpty })
  }

  /// - Parameter hasAnswer: which questions have one.
  public init(_ scores: [AnswerScores], hasAnswer: [Bool]) {
    let whole = Part(scores)
    (items, exactMatch, f1) = (whole.items, whole.exactMatch, whole.f1)
    let parts = [true, false].map { wanted in
      zip(scores, hasAnswer).filter { $0.1 == wanted }.map(\.0)
    }
    self.hasAnswer = parts[0].isEmpty ? nil : Part(parts[0])
    noAnswer = parts[1].isEmpty ? nil : Part(parts[1])
  }

  /// The margin above which "no answer" is to be the answer, for the highest sum of scores: half way between
  /// two margins, beyond the last if all spans or none are.
  ///
  /// - Parameter questions: of each how much better "no answer" is than the best span, and what the one and
  ///   the other score.
  package static func bestThreshold(_ questions: [(margin: Double, span: Double, none: Double)])
    -> Double
  {
    let sorted = questions.filter(\.margin.isFinite).sorted { $0.margin < $1.margin }
    guard let first = sorted.first, let last = sorted.last else { return 0 }
    var sum = sorted.reduce(0) { $0 + $1.none }
    var best = (sum: sum, threshold: first.margin - 1)
    for (index, question) in sorted.enumerated() {
      sum += question.span - question.none
      let next = index + 1 < sorted.count ? sorted[index + 1].margin : last.margin + 2
      // Equal margins are on the same side.
      if sum > best.sum + 1e-9, next > question.margin {
        best = (sum, question.margin + (next - question.margin) / 2)
      }
    }
    return best.threshold
  }
}

/// Of the answer to one question.
public struct AnswerScores: Hashable, Sendable {
  /// Whether its words are those of a right answer.
  public var isExact: Bool
  /// Of the words that it shares with the right answer that it shares most with.
  public var f1: Double

  /// - Parameters:
  ///   - prediction: empty for "no answer".
  ///   - answers: the right ones; "no answer" if there are none, or none with a word.
  public init(prediction: String, answers: [String]) {
    let words = AnswerWords.words(prediction)
    var right = answers.map(AnswerWords.words).filter { !$0.isEmpty }
    if right.isEmpty { right = [[]] }
    isExact = right.contains(words)
    f1 = right.reduce(0) { max($0, Self.f1(words, $1)) }
  }

  private static func f1(_ words: [String], _ right: [String]) -> Double {
    if words.isEmpty || right.isEmpty { return words == right ? 1 : 0 }
    var counts = Dictionary(right.map { ($0, 1) }, uniquingKeysWith: +)
    var shared = 0
    for word in words where counts[word, default: 0] > 0 {
      counts[word]! -= 1
      shared += 1
    }
    if shared == 0 { return 0 }
    let (precision, recall) = (
      Double(shared) / Double(words.count), Double(shared) / Double(right.count)
    )
    return 2 * precision * recall / (precision + recall)
  }
}
