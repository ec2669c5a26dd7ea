import Kernels
import Transformer

/// Tokenized sequences with what is to be learned of them.
package struct EncodedSet<Target: Sendable>: Sendable {
  /// Every example's sequences, one after the other.
  package let sentences: [[Int32]]
  /// Of each sequence's tokens; empty if all are 0.
  package let types: [[UInt8]]
  /// One an example.
  package let targets: [Target]
  /// Sequences of an example.
  package let width: Int

  package init(
    sentences: [[Int32]], types: [[UInt8]] = [], targets: [Target], width: Int = 1
  ) {
    precondition(sentences.count == targets.count * width, "one target per example")
    precondition(types.isEmpty || types.count == sentences.count, "types of every sequence")
    self.sentences = sentences
    self.types = types
    self.targets = targets
    self.width = width
  }

  /// Examples.
  var count: Int { targets.count }

  /// The places of an example's sequences.
  func sequences(_ example: Int) -> Range<Int> { example * width..<(example + 1) * width }

  /// Tokens of an example.
  func tokens(_ example: Int) -> Int { sequences(example).reduce(0) { $0 + sentences[$1].count } }

  /// How many types tokens have.
  var typeCount: Int { types.reduce(1) { max($0, Int($1.max() ?? 0) + 1) } }

  func append(_ index: Int, to batch: inout PackedTokens) {
    batch.append(sentences[index], types: types.isEmpty ? [] : types[index])
  }

  /// Some of its sequences, each of an example of its own, in the order given.
  func subset(_ indices: [Int]) -> EncodedSet {
    precondition(width == 1, "examples of one sequence")
    return EncodedSet(
      sentences: indices.map { sentences[$0] },
      types: types.isEmpty ? [] : indices.map { types[$0] },
      targets: indices.map { targets[$0] })
  }

  /// A 64-bit digest of tokens and targets in their order.
  package func digest(_ start: UInt64, _ digits: (Target) -> [Int]) -> UInt64 {
    var state = SplitMix64(state: start ^ UInt64(count))
    func add(_ value: Int) {
      state = SplitMix64(state: state.next() ^ UInt64(bitPattern: Int64(value)))
    }
    for (example, target) in targets.enumerated() {
      digits(target).forEach(add)
      for sequence in sequences(example) {
        add(sentences[sequence].count)
        for token in sentences[sequence] { add(Int(token)) }
      }
    }
    for type in types.joined() { add(Int(type)) }
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
  /// The head's outputs for each sentence, `[rows, outputs]` one after the other, without dropout.
  func outputs<Target>(_ set: EncodedSet<Target>, _ plan: EvaluationPlan) -> [[Float]] {
    var result = [[Float]](repeating: [], count: set.sentences.count)
    forEachBatch(set, plan) { values, indices in
      var start = 0
      for index in indices {
        let count = rows(of: set.sentences[index]) * outputs
        result[index] = Array(UnsafeBufferPointer(start: values + start, count: count))
        start += count
      }
    }
    return result
  }

  /// Runs all sentences forward without dropout; `body` gets a batch's outputs and the indices of its
  /// sentences.
  func forEachBatch<Target>(
    _ set: EncodedSet<Target>, _ plan: EvaluationPlan,
    _ body: (Pointer, ArraySlice<Int>) -> Void
  ) {
    let step = dropout.step
    dropout.step = 0
    defer { dropout.step = step }
    var batch = PackedTokens()
    for range in plan.batches {
      batch.removeAll()
      for index in plan.order[range] { set.append(index, to: &batch) }
      let values = forward(batch)
      body(values, plan.order[range])
    }
  }
}
