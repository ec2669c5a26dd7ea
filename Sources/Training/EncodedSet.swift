import Kernels

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

  /// Room for the largest batch of `size` sentences, whichever they are.
  func capacity(batchSize size: Int) -> Activations.Capacity {
    var batch = PackedBatch()
    for length in sentences.map(\.count).sorted(by: >).prefix(size) { batch.append(length: length) }
    return Activations.Capacity(
      tokens: batch.tokens, sentences: batch.sentences.count, widths: batch.widths,
      squares: batch.squares)
  }
}

/// Sentences grouped by length into batches of a bounded number of tokens, for evaluation.
struct EvaluationPlan {
  /// Indices of the sentences of each batch.
  private(set) var batches: [Range<Int>] = []
  /// Indices of all sentences, by length; ``batches`` are runs of it.
  let order: [Int]
  private(set) var capacity = Activations.Capacity()

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
      var batch = PackedBatch()
      for index in order[start..<end] { batch.append(length: sentences[index].count) }
      capacity = capacity.union(
        Activations.Capacity(
          tokens: batch.tokens, sentences: batch.sentences.count, widths: batch.widths,
          squares: batch.squares))
      start = end
    }
  }
}

extension Network {
  /// Logits of all sentences `[sentences, labels]`, without dropout.
  func logits(_ sentences: [[Int32]], _ plan: EvaluationPlan) -> [Float] {
    var result = [Float](repeating: 0, count: sentences.count * labels)
    forEachBatch(sentences, plan) { row, index in
      for label in 0..<labels {
        result[index * labels + label] = activations.logits[row * labels + label]
      }
    }
    return result
  }

  /// Runs all sentences forward without dropout; `body` gets the place of each in ``activations``
  /// and among `sentences`.
  func forEachBatch(
    _ sentences: [[Int32]], _ plan: EvaluationPlan, _ body: (_ row: Int, _ index: Int) -> Void
  ) {
    dropout.step = 0
    reserve(plan.capacity, retains: false)
    var batch = TokenBatch()
    for range in plan.batches {
      batch.removeAll()
      for index in plan.order[range] { batch.append(sentences[index]) }
      forward(batch)
      for (row, index) in plan.order[range].enumerated() { body(row, index) }
    }
  }
}
