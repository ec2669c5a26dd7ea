import Kernels

/// The sum of word, position and type embeddings that trains, its norm, and dropout.
final class TrainableEmbeddings {
  typealias Pointer = UnsafeMutablePointer<Float>

  private let weights: EncoderWeights
  private let norm: TrainableNorm
  private let width: Int
  private let positionOffset: Int
  private let padding: Int?
  private let zeros: Buffer<Float>
  private let types: TypeEmbeddings
  /// Places of the tables among the parameters.
  let wordOffset: Int
  let positionTableOffset: Int?
  let typeOffset: Int?

  init(_ weights: EncoderWeights, _ configuration: ModelConfiguration, _ parameters: Parameters) {
    self.weights = weights
    width = configuration.hiddenSize
    norm = TrainableNorm(weights.embeddingNorm, epsilon: configuration.layerNormEpsilon)
    positionOffset = configuration.positionOffset
    padding = configuration.positionPadding
    zeros = Buffer(repeating: 0, count: configuration.hiddenSize)
    types = TypeEmbeddings(weights, size: configuration.hiddenSize)
    wordOffset = parameters.offset(of: weights.wordEmbeddings.pointer)!
    positionTableOffset = weights.positionEmbeddings.flatMap { parameters.offset(of: $0.pointer) }
    typeOffset = weights.tokenTypeEmbeddings.flatMap { parameters.offset(of: $0.pointer) }
  }

  /// Rows of the tables that `sentences` use, ascending.
  func rows(of sentences: some Sequence<[Int32]>) -> (words: [Int32], positions: [Int32]) {
    var words = [Bool](repeating: false, count: weights.wordEmbeddings.shape[0])
    var positions = [Bool](
      repeating: false, count: weights.positionEmbeddings?.shape[0] ?? 0)
    for sentence in sentences {
      forEachPosition(sentence[...]) { index, position in
        words[Int(sentence[index])] = true
        if !positions.isEmpty { positions[position] = true }
      }
    }
    func used(_ occurs: [Bool]) -> [Int32] { occurs.indices.filter { occurs[$0] }.map(Int32.init) }
    return (used(words), used(positions))
  }

  /// The row of the position table that each token takes.
  private func forEachPosition(
    _ ids: ArraySlice<Int32>, _ body: (_ index: Int, _ position: Int) -> Void
  ) {
    var next = positionOffset
    for index in ids.indices {
      let token = Int(ids[index])
      body(index, token == padding ? token : next)
      if token != padding { next += 1 }
    }
  }

  /// `[tokens, hidden]`, on the tape.
  func forward(_ pass: NetworkPass) -> Pointer {
    let (batch, width) = (pass.batch, width)
    let output = pass.tape.take(batch.tokens * width)
    let mark = pass.tape.mark
    let words = weights.wordEmbeddings.pointer
    let positions = weights.positionEmbeddings?.pointer ?? UnsafePointer(zeros.pointer)
    let step = weights.positionEmbeddings == nil ? 0 : width
    let types = types
    let places = positionRows(batch)
    norm.forward(batch.tokens, into: output, pass) { rows, target in
      for row in rows {
        Rows.sum(
          words + Int(batch.ids[row]) * width, positions + Int(places[row]) * step,
          types.vector(of: batch.types[row]), size: width, into: target + row * width)
      }
    }
    let (residual, dropout) = (ResidualPass(width: width), pass.dropout.stream(.embeddings))
    forEachRowBlock(batch.tokens) { residual.applyDropout($0, dropout, output) }
    if !pass.retains { pass.tape.release(to: mark) }
    return output
  }

  private var placeBuffer: [Int32] = []

  /// The row of the position table of every token of the batch.
  private func positionRows(_ batch: PackedTokens) -> [Int32] {
    placeBuffer.removeAll(keepingCapacity: true)
    for sentence in batch.sentences {
      forEachPosition(batch.ids[sentence.rows]) { placeBuffer.append(Int32($1)) }
    }
    return placeBuffer
  }

  /// From the gradient of the output in `states` (overwritten) to the rows of the tables and the norm.
  func backward(_ states: Pointer, _ pass: NetworkPass) {
    guard let arena = pass.gradients else { return }
    let (batch, layout) = (pass.batch, arena.layout)
    let (residual, dropout) = (ResidualPass(width: width), pass.dropout.stream(.embeddings))
    forEachRowBlock(batch.tokens) { residual.applyDropout($0, dropout, states) }
    norm.backward(states, rows: batch.tokens, into: states, dBranch: nil, pass)
    clear(arena)
    let gradient = arena.values.pointer
    let places = positionRows(batch)
    for row in 0..<batch.tokens {
      let source = states + row * width
      func add(_ table: GradientLayout.Table?, _ index: Int) {
        guard let table else { return }
        let target = table.gradient + Int(table.places[index]) * width
        Rows.add(source, size: width, to: gradient + target)
      }
      let token = Int(batch.ids[row])
      if let words = layout.words { arena.touched.append(words.places[token]) }
      add(layout.words, token)
      add(layout.positions, Int(places[row]))
      add(layout.types, types.row(of: batch.types[row]))
    }
  }

  private func clear(_ arena: GradientArena) {
    let (layout, gradient) = (arena.layout, arena.values.pointer)
    if let words = layout.words {
      for row in arena.touched {
        (gradient + words.gradient + Int(row) * width).update(repeating: 0, count: width)
      }
    }
    arena.touched.removeAll(keepingCapacity: true)
    for table in [layout.positions, layout.types] {
      guard let table else { continue }
      (gradient + table.gradient).update(repeating: 0, count: table.rows.count * width)
    }
  }
}
