/// How one head's rows get from the packed matrices of a batch to a worker's scratch, and back.
extension AttentionPass {
  /// Copies rows of one head, times `scale`, to rows of ``depth`` with zeros at the end.
  func copy(
    _ source: Matrix, _ stride: Int, _ rows: Int, _ result: MutableMatrix, _ scale: Float
  ) {
    for row in 0..<rows {
      let (from, to) = (source + row * stride, result + row * depth)
      for column in 0..<headSize { to[column] = from[column] * scale }
      for column in headSize..<depth { to[column] = 0 }
    }
  }

  /// Writes rows of ``depth``, times `scale`, back to rows of one head.
  func paste(
    _ source: MutableMatrix, _ rows: Int, _ result: MutableMatrix, _ stride: Int,
    _ scale: Float = 1
  ) {
    for row in 0..<rows {
      let (from, to) = (source + row * depth, result + row * stride)
      for column in 0..<headSize { to[column] = from[column] * scale }
    }
  }

  /// Rows of one head as columns: `[headSize, width]` with zeros beyond `length`.
  func transpose(_ source: Matrix, _ length: Int, _ result: MutableMatrix, _ width: Int) {
    for column in 0..<headSize {
      let row = result + column * width
      for token in 0..<length { row[token] = source[token * 3 * hidden + column] }
      for token in length..<width { row[token] = 0 }
    }
  }
}
