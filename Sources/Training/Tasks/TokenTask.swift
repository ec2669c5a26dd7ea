import Kernels
import Transformer

/// What is to be learned of one sequence of a sentence's tokens.
package struct TokenTarget: Sendable {
  /// Tells the sentences of a set apart; a long one has several sequences.
  var sentence: Int
  /// The word that each token answers for, or -1.
  var words: [Int32]
  /// The true tag of every word of the sentence.
  var tags: [Int]

  package init(sentence: Int, words: [Int32], tags: [Int]) {
    self.sentence = sentence
    self.words = words
    self.tags = tags
  }
}

/// A tag for each word, by softmax cross-entropy on its first token: the other tokens are neither trained
/// nor scored.
package struct TokenTask: TrainingTask {
  let labels: [String]
  private let crossEntropy: CrossEntropy
  private let decoder: TagDecoder
  private let tags: [Tag]

  /// - Parameter examples: the training sequences, for balanced weights.
  /// - Throws: `FileError` if a label is no tag.
  package init(labels: [String], examples: [TokenTarget], options: TrainingOptions) throws {
    self.labels = labels
    decoder = try TagDecoder(labels: labels)
    tags = labels.compactMap(Tag.init)
    let balanced =
      options.balancesClasses
      ? CrossEntropy.balancedWeights(
        labels: labels.count, of: examples.flatMap { target in target.answers.map(\.tag) }) : nil
    crossEntropy = CrossEntropy(
      labels: labels.count, smoothing: options.labelSmoothing,
      weights: options.classWeights ?? balanced)
  }

  package func total(_ targets: [TokenTarget]) -> Double {
    // A batch of sequences that answer for no word has no loss, and must not divide by nothing.
    max(targets.reduce(0) { $0 + crossEntropy.total($1.answers.map(\.tag)) }, 1e-9)
  }

  package func loss(_ outputs: Pointer, _ targets: [TokenTarget], total: Double) -> Float {
    var loss: Float = 0
    var row = outputs
    for target in targets {
      for word in target.words {
        defer { row += labels.count }
        guard word >= 0 else {
          row.update(repeating: 0, count: labels.count)
          continue
        }
        loss += crossEntropy.loss(
          row, targets: CollectionOfOne(target.tags[Int(word)]), dLogits: row, total: total)
      }
    }
    return loss
  }

  package func judge(_ outputs: [[Float]], _ targets: [TokenTarget]) -> Judgment {
    let sentences = Self.sentences(outputs, targets, labels: labels)
    let plain = CrossEntropy(labels: labels.count)
    var (loss, count) = (0.0, 0)
    for (row, target) in zip(outputs, targets) {
      for answer in target.answers {
        row.withUnsafeBufferPointer { row in
          let start = row.baseAddress! + answer.place * labels.count
          loss += Double(
            plain.loss(start, targets: CollectionOfOne(answer.tag), dLogits: nil, total: 1))
        }
        count += 1
      }
    }
    let predicted = sentences.map { decoder.decode($0.logits) }
    let truth = sentences.map(\.tags)
    let report = EntityReport(
      truth: truth.map(entities), predictions: predicted.map(entities))
    let pairs = zip(predicted.joined(), truth.joined())
    let accuracy =
      Double(pairs.count { $0 == $1 }) / Double(max(1, truth.reduce(0) { $0 + $1.count }))
    return Judgment(
      loss: Float(loss / Double(max(1, count))),
      scores: [.entityF1: report.micro.f1, .accuracy: accuracy])
  }

  private func entities(_ numbers: [Int]) -> [EntitySpan] {
    EntitySpan.entities(of: numbers.map { tags[$0] })
  }

  /// Every sentence's logits `[words, labels]` out of its sequences', with its true tags.
  static func sentences(
    _ outputs: [[Float]], _ targets: [TokenTarget], labels: [String]
  ) -> [(logits: [Float], tags: [Int])] {
    let outside = labels.firstIndex(of: Tag.outside.name)
    var result: [(logits: [Float], tags: [Int])] = []
    var indices: [Int: Int] = [:]
    for (row, target) in zip(outputs, targets) {
      let index = indices[target.sentence] ?? result.count
      if index == result.count {
        indices[target.sentence] = index
        var logits = [Float](repeating: 0, count: target.tags.count * labels.count)
        // A word without tokens is none of the entities.
        if let outside {
          for word in target.tags.indices { logits[word * labels.count + outside] = 1 }
        }
        result.append((logits, target.tags))
      }
      for answer in target.answers {
        let (from, to) = (answer.place * labels.count, answer.word * labels.count)
        for column in 0..<labels.count { result[index].logits[to + column] = row[from + column] }
      }
    }
    return result
  }

  package var metrics: [TrainingOptions.Metric] { [.entityF1, .accuracy, .loss] }

  package static func digits(_ target: TokenTarget) -> [Int] {
    [target.sentence] + target.words.map(Int.init) + target.tags
  }
}

extension TokenTarget {
  /// The tokens that answer for a word.
  var answers: [(place: Int, word: Int, tag: Int)] {
    words.enumerated().filter { $0.element >= 0 }
      .map { ($0.offset, Int($0.element), tags[Int($0.element)]) }
  }
}
