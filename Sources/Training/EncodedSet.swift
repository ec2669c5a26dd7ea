import Kernels
import Transformer

/// Tokenized sentences with their classes.
package struct EncodedSet: Sendable {
  package let sentences: [[Int32]]
  package let labels: [Int]

  package init(sentences: [[Int32]], labels: [Int]) {
    precondition(sentences.count == labels.count, "one label per sentence")
    self.sentences = sentences
    self.labels = labels
  }

  var count: Int { sentences.count }

  /// A 64-bit digest of tokens and labels in their order.
  func digest(_ start: UInt64) -> UInt64 {
    var state = SplitMix64(state: start ^ UInt64(count))
    func add(_ value: Int) {
      state = SplitMix64(state: state.next() ^ UInt64(bitPattern: Int64(value)))
    }
    for (sentence, label) in zip(sentences, labels) {
      add(label)
      add(sentence.count)
      for token in sentence { add(Int(token)) }
    }
    return state.next()
  }
}

/// Sentences grouped by length into batches of a bounded number of tokens, for evaluation.
struct EvaluationPlan {
  /// Indices of the sentences of each batch.
  private(set) var batches: [Range<Int>] = []
  /// Indices of all sentences, by length; ``batches`` are runs of it.
  let order: [Int]

  /// A batch has at most `tokens` tokens, or a single sentence.
  init(_ sentences: [[Int32]], tokens: Int) {
    let order = sentences.indices.sorted {
      (sentences[$0].count, $0) < (sentences[$1].count, $1)
    }
    self.order = order
    var start = 0
    while start < order.count {
      var end = start + 1
      var sum = sentences[order[start]].count
      while end < order.count, sum + sentences[order[end]].count <= tokens {
        sum += sentences[order[end]].count
        end += 1
      }
      batches.append(start..<end)
      start = end
    }
  }
}

extension TrainableNetwork {
  /// The head's outputs for all sentences `[sentences, outputs]`, without dropout.
  func outputs(_ sentences: [[Int32]], _ plan: EvaluationPlan) -> [Float] {
    var result = [Float](repeating: 0, count: sentences.count * outputs)
    forEachBatch(sentences, plan) { values, indices in
      for (row, index) in indices.enumerated() {
        for column in 0..<outputs {
          result[index * outputs + column] = values[row * outputs + column]
        }
      }
    }
    return result
  }

  /// Runs all sentences forward without dropout; `body` gets a batch's outputs and the indices of its
  /// sentences.
  func forEachBatch(
    _ sentences: [[Int32]], _ plan: EvaluationPlan,
    _ body: (Pointer, ArraySlice<Int>) -> Void
  ) {
    let step = dropout.step
    dropout.step = 0
    defer { dropout.step = step }
    var batch = PackedTokens()
    for range in plan.batches {
      batch.removeAll()
      for index in plan.order[range] { batch.append(sentences[index]) }
      let values = forward(batch)
      body(values, plan.order[range])
    }
  }
}
