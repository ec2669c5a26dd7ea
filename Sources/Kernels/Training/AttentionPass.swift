import CKernels

/// Softmax attention within each sentence of a packed batch, forward and backward, with dropout on
/// the probabilities.
///
/// A job is one head of one sentence, and takes its queries in blocks: of the probabilities only the
/// logarithm of each row's sum is kept, and the backward pass computes them again (Dao et al., arXiv
/// 2205.14135), so memory grows with a sentence's length and not with its square. Matrices are
/// row-major float32: queries, keys and values side by side in `[tokens, 3 hidden]`, the context in
/// `[tokens, hidden]`, or `[sentences, hidden]` where only the first token of each sentence asks
/// (`firstTokenOnly`: the last layer under a head that reads nothing else).
package struct AttentionPass: Sendable {
  package typealias Matrix = UnsafePointer<Float>
  package typealias MutableMatrix = UnsafeMutablePointer<Float>
  package let heads: Int
  package let headSize: Int
  package let firstTokenOnly: Bool
  /// If given, a query sees only keys at this distance or less.
  package let window: Int?

  package init(heads: Int, headSize: Int, firstTokenOnly: Bool, window: Int? = nil) {
    self.heads = heads
    self.headSize = headSize
    self.firstTokenOnly = firstTokenOnly
    self.window = window
  }

  /// A number for each head and distance that is added to the scores: `[heads, 2 reach - 1]`, column
  /// key position - query position + reach - 1.
  package struct Bias {
    let values: Matrix
    let reach: Int

    package init(_ values: Matrix, reach: Int) {
      self.values = values
      self.reach = reach
    }
  }

  /// The work of one batch.
  package struct Work {
    let batch: PackedBatch
    let projections: Matrix
    let logSums: MutableMatrix
    let bias: Bias?
    let dropout: DropoutStream

    /// - Parameters:
    ///   - projections: `[tokens, 3 hidden]`.
    ///   - logSums: `[tokens, heads]`, written by the forward pass and read by the backward pass.
    ///   - bias: reaches as far as the longest sentence.
    package init(
      _ batch: PackedBatch, projections: Matrix, logSums: MutableMatrix, bias: Bias?,
      dropout: DropoutStream
    ) {
      precondition(bias.map { $0.reach >= batch.longest } ?? true, "a bias for shorter sentences")
      self.batch = batch
      self.projections = projections
      self.logSums = logSums
      self.bias = bias
      self.dropout = dropout
    }
  }

  /// Queries taken together.
  private static let block = 64
  var hidden: Int { heads * headSize }
  /// ``headSize`` rounded up to whole vectors.
  var depth: Int { (headSize + 15) & ~15 }
  /// Of queries, before they meet keys.
  private var scale: Float { 1 / Float(headSize).squareRoot() }

  /// Jobs for a batch.
  package func jobs(_ batch: PackedBatch) -> Int { batch.sentences.count * heads }

  /// Floats of work area that a worker needs, for sentences of at most `longest` tokens.
  package func scratchCount(longest: Int) -> Int {
    let width = (longest + 15) & ~15
    let rows = min(Self.block, width)
    return width * (2 * headSize + 3 * depth) + rows * (3 * width + 3 * depth)
  }

  /// Floats that ``backward(_:_:scratch:dContext:dProjections:dBias:)`` writes for the bias, `[jobs,
  /// 2 length - 1]` by sentence.
  package func biasGradientCount(_ batch: PackedBatch) -> Int { heads * 2 * batch.tokens }

  /// One head of one sentence.
  private struct Head {
    let index: Int
    let number: Int
    let sentence: PackedBatch.Sentence
    let width: Int
    let queries: Int
    /// Row of the context's first row.
    let contextRow: Int
    let column: Int

    /// Place of a query's logarithm, and its row of the dropout's masks.
    func place(_ query: Int, heads: Int) -> Int { (sentence.row + query) * heads + number }
  }

  /// Where a head's queries begin in the projections; its keys and values follow, ``hidden`` apart.
  private func start(of head: Head) -> Int { head.sentence.row * 3 * hidden + head.column }

  private func head(_ job: Int, _ batch: PackedBatch) -> Head {
    let (index, number) = (job / heads, job % heads)
    let sentence = batch.sentences[index]
    return Head(
      index: index, number: number, sentence: sentence, width: (sentence.length + 15) & ~15,
      queries: firstTokenOnly ? 1 : sentence.length,
      contextRow: firstTokenOnly ? index : sentence.row, column: number * headSize)
  }

  /// Some queries of a head and the keys that they see, which begin at a whole vector.
  private struct Block {
    let queries: Range<Int>
    let keys: Range<Int>
    var width: Int { (keys.count + 15) & ~15 }
  }

  private func forEachBlock(_ head: Head, _ body: (Block) -> Void) {
    for first in stride(from: 0, to: head.queries, by: Self.block) {
      let last = min(head.queries, first + Self.block)
      let reach = window ?? head.sentence.length
      let begin = max(0, first - reach) & ~15
      let end = min(head.sentence.length, last + reach)
      body(Block(queries: first..<last, keys: begin..<end))
    }
  }

  /// Scores of a block's queries, `[queries, width]`, from queries that are already scaled.
  private func score(
    _ block: Block, _ head: Head, _ bias: Bias?, queries: Matrix, keys: Matrix,
    into scores: MutableMatrix
  ) {
    let width = block.width
    multiplySmall(
      StridedMatrix(queries, depth), Factor(keys + block.keys.lowerBound, stride: head.width),
      ProductShape(rows: block.queries.count, columns: width, depth: headSize),
      into: ProductTarget(scores, stride: width))
    guard bias != nil || window != nil else { return }
    for (index, query) in block.queries.enumerated() {
      let row = scores + index * width
      if let bias {
        let column = block.keys.lowerBound - query + bias.reach - 1
        ck_accumulate(
          row, bias.values + head.number * (2 * bias.reach - 1) + column, block.keys.count)
      }
      guard let window else { continue }
      for key in block.keys where abs(key - query) > window {
        row[key - block.keys.lowerBound] = -1e30
      }
    }
  }

  /// The probabilities of a query after dropout; they themselves where nothing is dropped.
  private func drop(
    _ block: Block, _ head: Head, _ dropout: DropoutStream, _ probabilities: MutableMatrix,
    into result: MutableMatrix
  ) -> Matrix {
    guard dropout.isActive else { return Matrix(probabilities) }
    let width = block.width
    result.update(from: probabilities, count: block.queries.count * width)
    for (index, query) in block.queries.enumerated() {
      let stream = dropout.row(head.place(query, heads: heads))
      ck_dropout_apply(
        stream.kernel, UInt32(truncatingIfNeeded: block.keys.lowerBound), width,
        result + index * width)
    }
    return Matrix(result)
  }

  /// context = dropout(softmax(Q Kᵀ / √headSize + bias)) V.
  ///
  /// - Parameter scratch: the worker's, of ``scratchCount(longest:)`` floats.
  package func forward(_ job: Int, _ work: Work, scratch: MutableMatrix, context: MutableMatrix) {
    let head = head(job, work.batch)
    let length = head.sentence.length
    var areas = Areas(scratch)
    let keys = areas.take(headSize * head.width)
    let values = areas.take(head.width * depth)
    let rows = min(Self.block, head.width)
    let scores = areas.take(rows * head.width)
    let dropped = areas.take(rows * head.width)
    let queries = areas.take(rows * depth)
    let result = areas.take(rows * depth)
    let source = work.projections + start(of: head)
    transpose(source + hidden, length, keys, head.width)
    copy(source + 2 * hidden, 3 * hidden, length, values, 1)
    forEachBlock(head) { block in
      let count = block.queries.count
      copy(source + block.queries.lowerBound * 3 * hidden, 3 * hidden, count, queries, scale)
      score(block, head, work.bias, queries: queries, keys: keys, into: scores)
      for (index, query) in block.queries.enumerated() {
        work.logSums[head.place(query, heads: heads)] = ck_softmax(
          scores + index * block.width, block.keys.count, block.width)
      }
      let weights = drop(block, head, work.dropout, scores, into: dropped)
      multiplySmall(
        StridedMatrix(weights, block.width),
        Factor(Matrix(values + block.keys.lowerBound * depth), stride: depth),
        ProductShape(rows: count, columns: depth, depth: block.keys.count),
        into: ProductTarget(result, stride: depth))
      let row = head.contextRow + block.queries.lowerBound
      paste(result, count, context + row * hidden + head.column, hidden)
    }
  }

  /// The probabilities of a job, `[queries, length]`, computed again from the logarithms that
  /// ``forward(_:_:scratch:context:)`` left; 0 where the window ends.
  ///
  /// - Parameters:
  ///   - scratch: the worker's, of ``scratchCount(longest:)`` floats.
  ///   - result: before dropout.
  package func probabilities(
    _ job: Int, _ work: Work, scratch: MutableMatrix, into result: MutableMatrix
  ) {
    let head = head(job, work.batch)
    let length = head.sentence.length
    var areas = Areas(scratch)
    let keys = areas.take(headSize * head.width)
    let rows = min(Self.block, head.width)
    let (scores, queries) = (areas.take(rows * head.width), areas.take(rows * depth))
    transpose(work.projections + start(of: head) + hidden, length, keys, head.width)
    result.update(repeating: 0, count: head.queries * length)
    forEachBlock(head) { block in
      repeatSoftmax(block, head, work, queries: queries, keys: keys, into: scores)
      for (index, query) in block.queries.enumerated() {
        (result + query * length + block.keys.lowerBound)
          .update(from: scores + index * block.width, count: block.keys.count)
      }
    }
  }

  /// Scales a block's queries into `queries` and computes their probabilities `[queries, width]` again.
  private func repeatSoftmax(
    _ block: Block, _ head: Head, _ work: Work, queries: MutableMatrix, keys: Matrix,
    into probabilities: MutableMatrix
  ) {
    copy(
      work.projections + start(of: head) + block.queries.lowerBound * 3 * hidden, 3 * hidden,
      block.queries.count, queries, scale)
    score(block, head, work.bias, queries: queries, keys: keys, into: probabilities)
    for (index, query) in block.queries.enumerated() {
      ck_softmax_again(
        probabilities + index * block.width, block.keys.count, block.width,
        work.logSums[head.place(query, heads: heads)])
    }
  }

  /// From the gradient of the context to that of queries, keys and values (all overwritten), and of
  /// the bias where there is one: `[2 length - 1]` of the job's head and sentence, by distance.
  ///
  /// - Parameters:
  ///   - scratch: the worker's, of ``scratchCount(longest:)`` floats.
  ///   - dBias: of ``biasGradientCount(_:)`` floats; read with
  ///     ``forEachBiasGradient(_:head:_:_:)``.
  package func backward(
    _ job: Int, _ work: Work, scratch: MutableMatrix, dContext: Matrix,
    dProjections: MutableMatrix, dBias: MutableMatrix?
  ) {
    let head = head(job, work.batch)
    let length = head.sentence.length
    let areas = BackwardAreas(scratch, self, head)
    let source = work.projections + start(of: head)
    let target = dProjections + start(of: head)
    transpose(source + hidden, length, areas.keys, head.width)
    transpose(source + 2 * hidden, length, areas.values, head.width)
    copy(source + hidden, 3 * hidden, length, areas.plainKeys, 1)
    areas.dKeys.update(repeating: 0, count: length * depth)
    areas.dValues.update(repeating: 0, count: length * depth)
    let dBias = dBias.map { $0 + biasStart(head) }
    dBias?.update(repeating: 0, count: 2 * length - 1)
    forEachBlock(head) { block in
      backward(block, head, work, areas, dContext: dContext, dQueries: target)
      if let dBias { addDistances(block, length, areas.dScores, to: dBias) }
    }
    for row in head.queries..<length {
      (target + row * 3 * hidden).update(repeating: 0, count: headSize)
    }
    paste(areas.dKeys, length, target + hidden, 3 * hidden)
    paste(areas.dValues, length, target + 2 * hidden, 3 * hidden)
  }

  /// From the gradient of the context of a block's queries to that of the queries and of the scores, and
  /// what they add to that of keys and values.
  private func backward(
    _ block: Block, _ head: Head, _ work: Work, _ areas: BackwardAreas, dContext: Matrix,
    dQueries: MutableMatrix
  ) {
    let (count, width, first) = (block.queries.count, block.width, block.keys.lowerBound)
    let row = block.queries.lowerBound
    repeatSoftmax(
      block, head, work, queries: areas.queries, keys: areas.keys, into: areas.probabilities)
    copy(
      dContext + (head.contextRow + row) * hidden + head.column, hidden, count, areas.dOut, 1)
    let ofKeys = ProductShape(rows: block.keys.count, columns: depth, depth: count)
    // dV = Pᵀ dO, with P as it was after dropout.
    let weights = drop(block, head, work.dropout, areas.probabilities, into: areas.dropped)
    multiplySmall(
      StridedMatrix(weights, 1, width), Factor(Matrix(areas.dOut), stride: depth), ofKeys,
      into: ProductTarget(areas.dValues + first * depth, stride: depth, accumulates: true))
    // dP = dO Vᵀ, then through dropout and softmax to the scores.
    multiplySmall(
      StridedMatrix(areas.dOut, depth), Factor(Matrix(areas.values + first), stride: head.width),
      ProductShape(rows: count, columns: width, depth: headSize),
      into: ProductTarget(areas.dScores, stride: width))
    for index in 0..<count {
      ck_softmax_backward(
        areas.probabilities + index * width, weights + index * width,
        areas.dScores + index * width, width, 1)
    }
    // dQ = dS K / √headSize and dK = dSᵀ Q / √headSize.
    multiplySmall(
      StridedMatrix(areas.dScores, width),
      Factor(Matrix(areas.plainKeys + first * depth), stride: depth),
      ProductShape(rows: count, columns: depth, depth: block.keys.count),
      into: ProductTarget(areas.result, stride: depth))
    paste(areas.result, count, dQueries + row * 3 * hidden, 3 * hidden, scale)
    multiplySmall(
      StridedMatrix(areas.dScores, 1, width), Factor(Matrix(areas.queries), stride: depth), ofKeys,
      into: ProductTarget(areas.dKeys + first * depth, stride: depth, accumulates: true))
  }

  private func biasStart(_ head: Head) -> Int {
    heads * 2 * head.sentence.row + head.number * (2 * head.sentence.length - 1)
  }

  /// Adds a block's gradients of scores to those of the distances they belong to.
  private func addDistances(
    _ block: Block, _ length: Int, _ dScores: Matrix, to dBias: MutableMatrix
  ) {
    for (index, query) in block.queries.enumerated() {
      ck_accumulate(
        dBias + block.keys.lowerBound - query + length - 1, dScores + index * block.width,
        block.keys.count)
    }
  }

  /// Calls `body` with what every sentence's scores of `head` add to the bias of a distance from query
  /// to key, in a fixed order.
  package func forEachBiasGradient(
    _ batch: PackedBatch, head number: Int, _ dBias: Matrix,
    _ body: (_ distance: Int, _ value: Float) -> Void
  ) {
    for index in batch.sentences.indices {
      let head = head(index * heads + number, batch)
      let (row, length) = (dBias + biasStart(head), head.sentence.length)
      for column in 0..<2 * length - 1 { body(column - length + 1, row[column]) }
    }
  }

  /// Hands out parts of a worker's scratch.
  private struct Areas {
    private var next: MutableMatrix
    init(_ scratch: MutableMatrix) { next = scratch }
    mutating func take(_ count: Int) -> MutableMatrix {
      defer { next += count }
      return next
    }
  }

  /// What a backward job works in: of the head, and of a block of its queries.
  private struct BackwardAreas {
    let keys, values, plainKeys, dKeys, dValues: MutableMatrix
    let queries, probabilities, dropped, dScores, dOut, result: MutableMatrix

    init(_ scratch: MutableMatrix, _ pass: AttentionPass, _ head: Head) {
      var areas = Areas(scratch)
      let (columns, rows) = (pass.headSize * head.width, head.width * pass.depth)
      (keys, values) = (areas.take(columns), areas.take(columns))
      (plainKeys, dKeys, dValues) = (areas.take(rows), areas.take(rows), areas.take(rows))
      let queries = min(AttentionPass.block, head.width)
      let (scores, states) = (queries * head.width, queries * pass.depth)
      (probabilities, dropped, dScores) = (
        areas.take(scores), areas.take(scores), areas.take(scores)
      )
      (self.queries, dOut, result) = (areas.take(states), areas.take(states), areas.take(states))
    }
  }
}
