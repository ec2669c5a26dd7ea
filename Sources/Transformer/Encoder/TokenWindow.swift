/// Where one sentence's tokens lie, and which row its vector is.
struct TokenSpan {
  var start: Int
  var count: Int
  var row: Int
}

/// Some sentences of a window, to be run together.
struct TokenBatch {
  /// Of the whole window.
  let ids: UnsafePointer<Int32>
  /// The same of their types; nil if all are 0.
  let types: UnsafePointer<UInt8>?
  let sentences: UnsafeBufferPointer<TokenSpan>
  /// In all sentences together.
  let tokens: Int
}

/// Sentences sorted by length, longest first, and cut into batches of at most a token budget.
///
/// Neighbors of equal length waste nothing, and the short batches at the end keep all threads busy
/// to the last.
struct TokenWindow {
  private(set) var ids: [Int32] = []
  /// Of each token; empty if all are 0.
  private(set) var types: [UInt8] = []
  private(set) var spans: [TokenSpan] = []
  private(set) var batches: [(sentences: Range<Int>, tokens: Int)] = []

  /// - Parameters:
  ///   - types: of each sentence's tokens; empty if all are 0.
  ///   - budget: at least as many tokens as the longest sentence has.
  init(_ sentences: some Collection<[Int32]>, types: [[UInt8]] = [], budget: Int) {
    self.types = types.flatMap { $0 }
    ids.reserveCapacity(sentences.reduce(0) { $0 + $1.count })
    spans.reserveCapacity(sentences.count)
    for (row, sentence) in sentences.enumerated() {
      spans.append(TokenSpan(start: ids.count, count: sentence.count, row: row))
      ids += sentence
    }
    spans.sort { ($1.count, $0.row) < ($0.count, $1.row) }
    var start = 0
    var tokens = 0
    for (index, span) in spans.enumerated() {
      precondition(span.count <= budget, "a sentence of \(span.count) tokens, budget \(budget)")
      if tokens + span.count > budget {
        batches.append((start..<index, tokens))
        start = index
        tokens = 0
      }
      tokens += span.count
    }
    if start < spans.count { batches.append((start..<spans.count, tokens)) }
  }

  /// Runs `body` with the window's batches, one after the other or at once.
  func withBatches<Result>(_ body: ([TokenBatch]) throws -> Result) rethrows -> Result {
    try types.withUnsafeBufferPointer { types in
      try ids.withUnsafeBufferPointer { ids in
        try spans.withUnsafeBufferPointer { spans in
          // An empty window has only sentences without tokens; nobody reads the ids then.
          let ids = ids.baseAddress ?? UnsafePointer(bitPattern: 4)!
          return try body(
            batches.map {
              TokenBatch(
                ids: ids, types: types.isEmpty ? nil : types.baseAddress,
                sentences: UnsafeBufferPointer(rebasing: spans[$0.sentences]),
                tokens: $0.tokens)
            })
        }
      }
    }
  }
}
