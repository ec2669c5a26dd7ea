import Corpus
import Kernels
import Transformer

/// What is to be learned of one window of a question's context.
package struct SpanTarget: Sendable {
  /// Tells the questions of a set apart; one with a long context has several windows.
  var question: Int
  /// Tokens of the window.
  var count: Int
  /// Places of the answer's first and last token; both 0 where this window has no answer.
  var start: Int
  var end: Int

  package init(question: Int, count: Int, start: Int, end: Int) {
    self.question = question
    self.count = count
    self.start = start
    self.end = end
  }
}

/// Where an answer begins and where it ends, each by softmax cross-entropy over all tokens of a window, as
/// transformers' classes for question answering have it; a window without the answer points at its first
/// token.
package struct SpanTask: TrainingTask {
  private let smoothing: Float
  private let judged: QuestionSet
  private let canBeUnanswerable: Bool

  /// - Parameters:
  ///   - judged: the questions whose windows ``judge(_:_:)`` is given.
  ///   - canBeUnanswerable: whether "no answer" is one; else the best span always is.
  package init(judged: QuestionSet, canBeUnanswerable: Bool, options: TrainingOptions) {
    smoothing = options.labelSmoothing
    self.judged = judged
    self.canBeUnanswerable = canBeUnanswerable
  }

  package func total(_ targets: [SpanTarget]) -> Double { Double(targets.count) }

  package func loss(_ outputs: Pointer, _ targets: [SpanTarget], total: Double) -> Float {
    var loss: Float = 0
    var row = outputs
    for target in targets {
      loss += Self.loss(row, target, smoothing: smoothing, total: total)
      row += 2 * target.count
    }
    return loss
  }

  /// Half of the sum of both, divided by `total`; the gradient replaces the outputs.
  private static func loss(
    _ outputs: Pointer, _ target: SpanTarget, smoothing: Float, total: Double
  ) -> Float {
    let crossEntropy = CrossEntropy(labels: target.count, smoothing: smoothing)
    var loss: Float = 0
    var logits = [Float](repeating: 0, count: target.count)
    for (column, right) in [target.start, target.end].enumerated() {
      for token in 0..<target.count { logits[token] = outputs[2 * token + column] }
      logits.withUnsafeMutableBufferPointer { logits in
        loss += crossEntropy.loss(
          logits.baseAddress!, targets: CollectionOfOne(right), dLogits: logits.baseAddress!,
          total: 2 * total)
      }
      for token in 0..<target.count { outputs[2 * token + column] = logits[token] }
    }
    return loss
  }

  package func judge(_ outputs: [[Float]], _ targets: [SpanTarget]) -> Judgment {
    var loss: Float = 0
    for (var row, target) in zip(outputs, targets) {
      row.withUnsafeMutableBufferPointer {
        loss += Self.loss($0.baseAddress!, target, smoothing: 0, total: Double(targets.count))
      }
    }
    let answers = judged.candidates(outputs)
    let threshold = canBeUnanswerable ? judged.threshold(answers) : nil
    let report = judged.report(answers, threshold: threshold)
    return Judgment(
      loss: loss, scores: [.answerF1: report.f1, .exactMatch: report.exactMatch])
  }

  package var metrics: [TrainingOptions.Metric] { [.answerF1, .exactMatch, .loss] }

  package static func digits(_ target: SpanTarget) -> [Int] {
    [target.question, target.start, target.end]
  }
}

/// Questions with their windows.
package struct QuestionSet: Sendable {
  package let questions: [ContextQuestion]
  /// Of each question.
  let windows: [[QuestionWindow]]

  package init(_ questions: [ContextQuestion], _ windows: QuestionWindows) {
    self.questions = questions
    self.windows = questions.map { windows.windows($0.question, $0.context) }
  }

  /// Windows as sequences, one an example.
  package var encoded: EncodedSet<SpanTarget> {
    var targets: [SpanTarget] = []
    for (number, (question, windows)) in zip(questions, windows).enumerated() {
      for window in windows {
        let place = question.target.flatMap(window.place)
        targets.append(
          SpanTarget(
            question: number, count: window.ids.count, start: place?.lowerBound ?? 0,
            end: place?.upperBound ?? 0))
      }
    }
    let all = windows.joined()
    return EncodedSet(sentences: all.map(\.ids), types: all.map(\.types), targets: targets)
  }

  /// The answers to each question.
  ///
  /// - Parameter outputs: of every window, in the order of ``encoded``.
  package func candidates(_ outputs: [[Float]]) -> [AnswerCandidates] {
    var start = 0
    let search = SpanSearch()
    return windows.map { windows in
      defer { start += windows.count }
      return search.candidates(windows, Array(outputs[start..<start + windows.count]))
    }
  }

  /// By how much "no answer" has to be better than the best span to be the answer, so that F1 is highest.
  func threshold(_ answers: [AnswerCandidates]) -> Double {
    AnswerReport.bestThreshold(
      zip(questions, answers).map { question, answers in
        let scores = { AnswerScores(prediction: $0, answers: question.answers.map(\.text)).f1 }
        let span = answers.spans.first.map { question.text($0.range) } ?? ""
        return (margin: answers.nullMargin, span: scores(span), none: scores(""))
      })
  }

  package func report(_ answers: [AnswerCandidates], threshold: Double?) -> AnswerReport {
    AnswerReport(
      predictions: zip(questions, answers).map { question, answers in
        answers.best(threshold: threshold).map { question.text($0.range) } ?? ""
      }, answers: questions.map { $0.answers.map(\.text) })
  }
}

extension ContextQuestion {
  /// Where the answer that is learned lies, white space at its ends left out; nil without one.
  fileprivate var target: Range<Int>? {
    guard let answer = answers.first else { return nil }
    let scalars = Array(answer.text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return nil }
    return answer.start + first..<answer.start + last + 1
  }
}
