import CKernels

/// Softmax attention within each sentence of a packed batch, forward and backward, with dropout on
/// the probabilities.
///
/// A job is a sentence and up to four of its heads. Matrices are row-major float32: queries, keys
/// and values side by side in `[tokens, 3 hidden]`, the context in `[tokens, hidden]`, or
/// `[sentences, hidden]` where only the first token of each sentence asks (`firstTokenOnly`: the
/// last layer under a head that reads nothing else).
public struct AttentionPass: Sendable {
  public typealias Matrix = UnsafePointer<Float>
  public typealias MutableMatrix = UnsafeMutablePointer<Float>
  public let heads: Int
  public let headSize: Int
  public let firstTokenOnly: Bool

  public init(heads: Int, headSize: Int, firstTokenOnly: Bool) {
    self.heads = heads
    self.headSize = headSize
    self.firstTokenOnly = firstTokenOnly
  }

  private static let headsPerJob = 4
  private var groups: Int { (heads + Self.headsPerJob - 1) / Self.headsPerJob }
  private var hidden: Int { heads * headSize }
  /// ``headSize`` rounded up to whole vectors.
  private var depth: Int { (headSize + 15) & ~15 }

  /// Jobs for a batch.
  public func jobs(_ batch: PackedBatch) -> Int { batch.sentences.count * groups }
  /// Floats of saved probabilities for a batch.
  public func probabilityCount(squares: Int) -> Int { heads * squares }
  /// Floats of work area for a batch; jobs use disjoint parts of it.
  public func scratchCount(widths: Int, squares: Int) -> Int {
    heads * (6 * depth * widths + 2 * squares)
  }

  private struct Head {
    let sentence: PackedBatch.Sentence
    let number: Int
    let queries: Int
    /// Row of the context's first row.
    let contextRow: Int
    let column: Int
    let probabilities: MutableMatrix
    let scratch: MutableMatrix
  }

  private func forEachHead(
    _ job: Int, _ batch: PackedBatch, _ probabilities: MutableMatrix, _ scratch: MutableMatrix,
    _ body: (Head) -> Void
  ) {
    let index = job / groups
    let sentence = batch.sentences[index]
    let first = job % groups * Self.headsPerJob
    let square = sentence.length * sentence.width
    let area = 6 * depth * sentence.width + 2 * square
    let areas = heads * (6 * depth * sentence.widthsBefore + 2 * sentence.squaresBefore)
    for number in first..<min(heads, first + Self.headsPerJob) {
      body(
        Head(
          sentence: sentence, number: number, queries: firstTokenOnly ? 1 : sentence.length,
          contextRow: firstTokenOnly ? index : sentence.row, column: number * headSize,
          probabilities: probabilities + heads * sentence.squaresBefore + number * square,
          scratch: scratch + areas + number * area))
    }
  }

  /// context = dropout(softmax(Q Kᵀ / √headSize)) V; saves the probabilities before dropout.
  public func forward(
    _ job: Int, batch: PackedBatch, qkv: Matrix, probabilities: MutableMatrix,
    scratch: MutableMatrix, dropout: DropoutStream, context: MutableMatrix
  ) {
    forEachHead(job, batch, probabilities, scratch) { head in
      let (length, width) = (head.sentence.length, head.sentence.width)
      let area = depth * width
      let queries = head.scratch
      let keys = queries + area
      let values = keys + area
      let result = values + area
      let dropped = head.scratch + 6 * area
      let source = qkv + head.sentence.row * 3 * hidden + head.column
      let scale = 1 / Float(headSize).squareRoot()
      copy(source, 3 * hidden, head.queries, queries, scale)
      transpose(source + hidden, length, keys, width)
      copy(source + 2 * hidden, 3 * hidden, length, values, 1)
      multiplySmall(
        head.queries, width, headSize, StridedMatrix(queries, depth), keys, width,
        head.probabilities, width)
      for row in 0..<head.queries { ck_softmax(head.probabilities + row * width, length, width) }
      let weights = drop(head, dropout, into: dropped)
      multiplySmall(
        head.queries, depth, length, StridedMatrix(weights, width), values, depth, result, depth)
      paste(result, head.queries, context + head.contextRow * hidden + head.column, hidden)
    }
  }

  /// From the gradient of the context to that of queries, keys and values (all overwritten).
  public func backward(
    _ job: Int, batch: PackedBatch, qkv: Matrix, probabilities: MutableMatrix,
    scratch: MutableMatrix, dropout: DropoutStream, dContext: Matrix, dQKV: MutableMatrix
  ) {
    forEachHead(job, batch, probabilities, scratch) { head in
      let (length, width) = (head.sentence.length, head.sentence.width)
      let area = depth * width
      let (left, right, dOut) = (head.scratch, head.scratch + area, head.scratch + 2 * area)
      let result = head.scratch + 3 * area
      let dropped = head.scratch + 6 * area
      let dScores = dropped + length * width
      let source = qkv + head.sentence.row * 3 * hidden + head.column
      let target = dQKV + head.sentence.row * 3 * hidden + head.column
      let scale = 1 / Float(headSize).squareRoot()
      copy(dContext + head.contextRow * hidden + head.column, hidden, head.queries, dOut, 1)
      // dV = Pᵀ dO, with P as it was after dropout.
      let weights = drop(head, dropout, into: dropped)
      multiplySmall(
        length, depth, head.queries, StridedMatrix(weights, 1, width), dOut, depth, result, depth)
      paste(result, length, target + 2 * hidden, 3 * hidden)
      // dP = dO Vᵀ, then through dropout and softmax to the scores.
      transpose(source + 2 * hidden, length, right, width)
      multiplySmall(
        head.queries, width, headSize, StridedMatrix(dOut, depth), right, width, dScores, width)
      for row in 0..<head.queries {
        ck_softmax_backward(
          head.probabilities + row * width, weights + row * width, dScores + row * width, width,
          scale)
      }
      // dQ = dS K / √headSize and dK = dSᵀ Q / √headSize.
      copy(source + hidden, 3 * hidden, length, left, 1)
      multiplySmall(
        head.queries, depth, length, StridedMatrix(dScores, width), left, depth, result, depth)
      paste(result, head.queries, target, 3 * hidden)
      clear(target, head.queries..<length)
      copy(source, 3 * hidden, head.queries, left, 1)
      multiplySmall(
        length, depth, head.queries, StridedMatrix(dScores, 1, width), left, depth, result, depth)
      paste(result, length, target + hidden, 3 * hidden)
    }
  }

  /// The probabilities after dropout; the saved ones themselves where nothing is dropped.
  private func drop(_ head: Head, _ dropout: DropoutStream, into result: MutableMatrix) -> Matrix {
    guard dropout.isActive else { return Matrix(head.probabilities) }
    let width = head.sentence.width
    for row in 0..<head.queries {
      // Rows of one head are 2¹² apart, so that no two elements share an index.
      let counter = ((head.sentence.row + row) * heads + head.number) << 12
      (result + row * width).update(from: head.probabilities + row * width, count: width)
      ck_dropout_apply(
        dropout.kernel, UInt32(truncatingIfNeeded: counter), width, result + row * width)
    }
    return Matrix(result)
  }

  /// Copies rows of one head, times `scale`, to rows of ``depth`` with zeros at the end.
  private func copy(
    _ source: Matrix, _ stride: Int, _ rows: Int, _ result: MutableMatrix, _ scale: Float
  ) {
    for row in 0..<rows {
      let (from, to) = (source + row * stride, result + row * depth)
      for column in 0..<headSize { to[column] = from[column] * scale }
      for column in headSize..<depth { to[column] = 0 }
    }
  }

  /// Writes rows of ``depth`` back to rows of one head.
  private func paste(_ source: MutableMatrix, _ rows: Int, _ result: MutableMatrix, _ stride: Int) {
    for row in 0..<rows {
      (result + row * stride).update(from: source + row * depth, count: headSize)
    }
  }

  /// Zeroes one head's part of rows of `[tokens, 3 hidden]`.
  private func clear(_ matrix: MutableMatrix, _ rows: Range<Int>) {
    for row in rows {
      (matrix + row * 3 * hidden).update(repeating: 0, count: headSize)
    }
  }

  /// Rows of one head as columns: `[headSize, width]` with zeros beyond `length`.
  private func transpose(_ source: Matrix, _ length: Int, _ result: MutableMatrix, _ width: Int) {
    for column in 0..<headSize {
      let row = result + column * width
      for token in 0..<length { row[token] = source[token * 3 * hidden + column] }
      for token in length..<width { row[token] = 0 }
    }
  }
}
