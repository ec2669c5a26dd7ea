/// A piece of a context that may be the answer.
public struct AnswerSpan: Hashable, Sendable {
  /// Place in the context, in Unicode scalars, as Python counts; empty for "no answer".
  public var range: Range<Int>
  /// Sum of the two logits, of its first token to begin and its last to end.
  public var score: Double
}

/// The best answers to a question, and how well "no answer" does.
public struct AnswerCandidates: Hashable, Sendable {
  /// The best first, each piece of the context once; empty if the context has no token.
  public var spans: [AnswerSpan]
  /// The score of "no answer": the lowest that a window gives to its first token.
  public var nullScore: Double

  /// How much better "no answer" is than the best span; infinite without any.
  public var nullMargin: Double { spans.first.map { nullScore - $0.score } ?? .infinity }

  /// The best span, unless "no answer" is better by more than `threshold`; an answer always if that is nil.
  public func best(threshold: Double?) -> AnswerSpan? {
    nullMargin > threshold ?? .infinity ? nil : spans.first
  }
}

/// Finds the pieces of a context that the logits of its windows speak for, as transformers' example does for
/// SQuAD: start not after end, both in the context, of at most so many tokens.
package struct SpanSearch: Sendable {
  /// Of an answer.
  package var maximumTokens = 30
  /// Answers kept.
  package var count = AnswerFinder.standardCount

  package init() {}

  /// - Parameters:
  ///   - windows: of one question.
  ///   - logits: of each window `[tokens, 2]`: to be the first of the answer, to be the last.
  /// - Returns: equal scores in the order of their places. O(tokens · ``maximumTokens``).
  package func candidates(_ windows: [QuestionWindow], _ logits: [[Float]]) -> AnswerCandidates {
    var best: [AnswerSpan] = []
    var nullScore = Double.infinity
    for (window, logits) in zip(windows, logits) {
      nullScore = min(nullScore, Double(logits[0]) + Double(logits[1]))
      let shift = window.contextStart - window.ranges.startIndex
      for start in window.ranges.indices where !window.ranges[start].isEmpty {
        let first = Double(logits[2 * (start + shift)])
        for end in start..<min(window.ranges.endIndex, start + maximumTokens)
        where !window.ranges[end].isEmpty {
          let score = first + Double(logits[2 * (end + shift) + 1])
          if best.count == count, score <= best[count - 1].score { continue }
          let range = window.ranges[start].lowerBound..<window.ranges[end].upperBound
          insert(AnswerSpan(range: range, score: score), into: &best)
        }
      }
    }
    return AnswerCandidates(spans: best, nullScore: nullScore)
  }

  private func insert(_ span: AnswerSpan, into best: inout [AnswerSpan]) {
    if let known = best.firstIndex(where: { $0.range == span.range }) {
      if best[known].score >= span.score { return }
      best.remove(at: known)
    }
    let index = best.firstIndex { $0.score < span.score } ?? best.count
    best.insert(span, at: index)
    if best.count > count { best.removeLast() }
  }
}
