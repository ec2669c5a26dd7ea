import Kernels

/// Gradients (or moments) of the parameters that training changes, in one flat array.
///
/// The part before the embedding tables is laid out as the parameters are. Of the tables only the
/// rows follow that the data set uses: the others have no gradient, so their moments stay zero and
/// AdamW only decays them, which one factor at the end does (``AdamW``).
package struct GradientLayout {
  let table: ParameterTable
  let hidden: Int
  /// Tokens that occur, ascending.
  let words: [Int32]
  /// Compact row of a token, -1 where it does not occur.
  let wordRows: [Int32]
  /// Leading rows of the position table that occur.
  let positions: Int
  /// Layers below have no gradient.
  let frozenLayers: Int
  /// Whether the embedding tables and their norm have none either.
  let freezesEmbeddings: Bool

  /// - Parameter sentences: all that the gradient or an evaluation will ever see.
  package init(
    _ network: Network, sentences: some Sequence<[Int32]>, frozenLayers: Int = 0,
    freezesEmbeddings: Bool = false
  ) {
    let vocabulary = network.configuration.vocabularySize
    var occurs = [Bool](repeating: false, count: vocabulary)
    var longest = 0
    for sentence in sentences {
      for token in sentence { occurs[Int(token)] = true }
      longest = max(longest, sentence.count)
    }
    table = network.table
    hidden = network.hiddenSize
    self.frozenLayers = frozenLayers
    self.freezesEmbeddings = freezesEmbeddings || frozenLayers > 0
    positions = longest
    var rows = [Int32](repeating: -1, count: vocabulary)
    var used: [Int32] = []
    for token in 0..<vocabulary where occurs[token] {
      rows[token] = Int32(used.count)
      used.append(Int32(token))
    }
    words = used
    wordRows = rows
  }

  var wordStart: Int { table.denseCount }
  var positionStart: Int { wordStart + words.count * hidden }
  var typeStart: Int { positionStart + positions * hidden }
  /// Floats in all; with frozen embeddings the tables have no part.
  var count: Int { freezesEmbeddings ? table.denseCount : typeStart + hidden }

  /// A run of parameters that one AdamW job updates.
  package struct Piece {
    /// Place among the parameters.
    package let value: Int
    /// Place among gradients and moments.
    package let gradient: Int
    package let count: Int
    let decays: Bool
    /// How far below the head: 0 the head, 1 the last layer, …; see ``embeddingDepth``.
    let depth: Int
  }

  /// The depth of the embeddings, below the first layer.
  var embeddingDepth: Int { table.layers.count + 1 }

  private func depth(_ offset: Int) -> Int {
    if offset >= table.embeddingNorm.weight { return embeddingDepth }
    if offset >= table.pooler.weight { return 0 }
    return table.layers.count { $0.start > offset } + 1
  }

  /// All trained parameters in runs of at most 2¹⁵, in a fixed order.
  package func pieces() -> [Piece] {
    var pieces: [Piece] = []
    func add(_ value: Int, _ gradient: Int, _ count: Int, _ decays: Bool) {
      for start in stride(from: 0, to: count, by: 1 << 15) {
        pieces.append(
          Piece(
            value: value + start, gradient: gradient + start, count: min(1 << 15, count - start),
            decays: decays, depth: depth(value)))
      }
    }
    let firstDense =
      frozenLayers < table.layers.count ? table.layers[frozenLayers].start : table.pooler.weight
    for entry in table.entries where (firstDense..<table.denseCount).contains(entry.offset) {
      if freezesEmbeddings && entry.offset >= table.embeddingNorm.weight { continue }
      add(entry.offset, entry.offset, entry.count, entry.decays)
    }
    if freezesEmbeddings { return pieces }
    for (row, token) in words.enumerated() {
      add(table.words + Int(token) * hidden, wordStart + row * hidden, hidden, true)
    }
    add(table.positions, positionStart, positions * hidden, true)
    add(table.types, typeStart, hidden, true)
    return merged(pieces)
  }

  /// Joins neighbors (runs of adjacent tokens) as far as the limit allows.
  private func merged(_ pieces: [Piece]) -> [Piece] {
    var result: [Piece] = []
    for piece in pieces {
      guard let last = result.last, last.decays == piece.decays, last.depth == piece.depth,
        last.value + last.count == piece.value, last.gradient + last.count == piece.gradient,
        last.count + piece.count <= 1 << 15
      else {
        result.append(piece)
        continue
      }
      result[result.count - 1] = Piece(
        value: last.value, gradient: last.gradient, count: last.count + piece.count,
        decays: last.decays, depth: last.depth)
    }
    return result
  }

  /// The rows of the tables that training never touches, as runs of parameters.
  func dormant() -> [Range<Int>] {
    if freezesEmbeddings { return [] }
    var runs: [Range<Int>] = []
    func add(_ start: Int, _ count: Int) {
      if count > 0 { runs.append(start..<start + count) }
    }
    var next = 0
    for token in words.map(Int.init) + [wordRows.count] {
      add(table.words + next * hidden, (token - next) * hidden)
      next = token + 1
    }
    add(table.positions + positions * hidden, table.types - table.positions - positions * hidden)
    add(table.types + hidden, table.count - table.types - hidden)
    return runs
  }
}
