import Kernels

/// Gradient memory of one training, with what the next backward pass has to clear.
package struct GradientArena {
  let layout: GradientLayout
  package let values: Buffer<Float>
  /// Compact word rows that the last backward pass added to.
  fileprivate var touched: [Int32] = []

  package init(_ layout: GradientLayout) {
    self.layout = layout
    values = Buffer(repeating: 0, count: layout.count)
  }
}

extension Network {
  /// From `activations.dLogits` to the gradient of every trained parameter; follows ``forward(_:)``
  /// of the same batch with memory reserved to retain.
  package func backward(_ batch: TokenBatch, into arena: inout GradientArena) {
    precondition(activations.isRetaining, "reserve with retains before backward")
    let gradient = arena.values.pointer
    let layout = arena.layout
    pooledBackward(batch.packed.sentences.count, gradient)
    for layer in stride(from: configuration.layers - 1, through: layout.frozenLayers, by: -1) {
      let isLowest = layer == layout.frozenLayers && layout.freezesEmbeddings
      layerBackward(layer, batch.packed, gradient, inputGradient: !isLowest)
    }
    if !layout.freezesEmbeddings { embeddingBackward(batch, &arena) }
  }

  /// Leaves the gradient of the last layer's output `[sentences, hidden]` in `dHidden`.
  private func pooledBackward(_ sentences: Int, _ gradient: Pointer) {
    let (pooled, dropped) = (activations.pooled, activations.droppedPooled)
    let (dLogits, dPooled) = (activations.dLogits, activations.dMiddle)
    let first = activations.hidden[configuration.layers]
    let values = values.pointer
    let dropout = dropout.stream(.pooled)
    let classifier = LinearPass(rows: sentences, inputs: hiddenSize, outputs: labels)
    runJobs(classifier.inputGradientJobs, classifier.weightGradientJobs) { job in
      classifier.inputGradient(
        job, dy: dLogits, weight: values + table.classifier.weight, dx: dPooled,
        accumulates: false)
    } _: { job in
      classifier.weightGradient(
        job, dy: dLogits, x: dropped, dWeight: gradient + table.classifier.weight,
        dBias: gradient + table.classifier.bias)
    }
    for index in 0..<sentences * hiddenSize {
      let factor = dropout.isActive ? dropout.factor(index) : 1
      dPooled[index] *= factor * (1 - pooled[index] * pooled[index])
    }
    let pooler = LinearPass(rows: sentences, inputs: hiddenSize, outputs: hiddenSize)
    let dHidden = activations.dHidden
    runJobs(pooler.inputGradientJobs, pooler.weightGradientJobs) { job in
      pooler.inputGradient(
        job, dy: dPooled, weight: values + table.pooler.weight, dx: dHidden, accumulates: false)
    } _: { job in
      pooler.weightGradient(
        job, dy: dPooled, x: first, dWeight: gradient + table.pooler.weight,
        dBias: gradient + table.pooler.bias)
    }
  }

  /// From the gradient of a layer's output in `dHidden` to that of its input, in `dHidden` too.
  private func layerBackward(
    _ number: Int, _ batch: PackedBatch, _ gradient: Pointer, inputGradient: Bool
  ) {
    feedForwardBackward(number, rows(number, batch), gradient)
    attentionBackward(number, batch, gradient, inputGradient: inputGradient)
  }

  /// `dHidden` (layer output) to `dMiddle` (output of the attention half).
  private func feedForwardBackward(_ number: Int, _ rows: Int, _ gradient: Pointer) {
    let (width, wide, norm) = (hiddenSize, configuration.intermediateSize, norm)
    let (layer, offsets) = (activations.layers[number], table.layers[number])
    let (dHidden, dMiddle, dWide) = (activations.dHidden, activations.dMiddle, activations.dWide)
    let (dBranch, values) = (activations.branch, values.pointer)
    let dropout = dropout.stream(.output(number))
    forEachRowBlock(rows) { rows in
      norm.backward(
        rows, dOutput: dHidden, gamma: values + offsets.outputNorm.weight,
        saved: layer.outputNorm, dropout: dropout, residualGradient: dMiddle,
        branchGradient: dBranch)
    }
    let down = LinearPass(rows: rows, inputs: wide, outputs: width)
    runJobs(down.inputGradientJobs, down.weightGradientJobs, norm.parameterJobs) { job in
      down.inputGradient(
        job, dy: dBranch, weight: values + offsets.output.weight, dx: dWide, accumulates: false)
      GELUPass.backward(
        dy: dWide, derivative: layer.derivative, rows: rows, width: wide,
        columns: down.inputRange(job))
    } _: { job in
      down.weightGradient(
        job, dy: dBranch, x: layer.activated, dWeight: gradient + offsets.output.weight,
        dBias: gradient + offsets.output.bias)
    } _: { job in
      norm.parameterGradient(
        job, rows: rows, dOutput: dHidden, saved: layer.outputNorm,
        dGamma: gradient + offsets.outputNorm.weight, dBeta: gradient + offsets.outputNorm.bias)
    }
    let up = LinearPass(rows: rows, inputs: width, outputs: wide)
    runJobs(up.inputGradientJobs, up.weightGradientJobs) { job in
      up.inputGradient(
        job, dy: dWide, weight: values + offsets.intermediate.weight, dx: dMiddle,
        accumulates: true)
    } _: { job in
      up.weightGradient(
        job, dy: dWide, x: layer.middle, dWeight: gradient + offsets.intermediate.weight,
        dBias: gradient + offsets.intermediate.bias)
    }
  }

  /// `dMiddle` (output of the attention half) to `dHidden` (layer input).
  private func attentionBackward(
    _ number: Int, _ batch: PackedBatch, _ gradient: Pointer, inputGradient: Bool
  ) {
    let (width, norm, rows) = (hiddenSize, norm, rows(number, batch))
    let (layer, offsets) = (activations.layers[number], table.layers[number])
    let (dHidden, dMiddle, dQKV) = (activations.dHidden, activations.dMiddle, activations.dQKV)
    let (dBranch, dContext, values) = (activations.branch, activations.dContext, values.pointer)
    let dropout = dropout.stream(.attentionOutput(number))
    forEachRowBlock(rows) { rows in
      norm.backward(
        rows, dOutput: dMiddle, gamma: values + offsets.attentionNorm.weight,
        saved: layer.attentionNorm, dropout: dropout, residualGradient: dHidden,
        branchGradient: dBranch)
    }
    let dense = LinearPass(rows: rows, inputs: width, outputs: width)
    runJobs(dense.inputGradientJobs, dense.weightGradientJobs, norm.parameterJobs) { job in
      dense.inputGradient(
        job, dy: dBranch, weight: values + offsets.attentionOutput.weight, dx: dContext,
        accumulates: false)
    } _: { job in
      dense.weightGradient(
        job, dy: dBranch, x: layer.context, dWeight: gradient + offsets.attentionOutput.weight,
        dBias: gradient + offsets.attentionOutput.bias)
    } _: { job in
      norm.parameterGradient(
        job, rows: rows, dOutput: dMiddle, saved: layer.attentionNorm,
        dGamma: gradient + offsets.attentionNorm.weight,
        dBeta: gradient + offsets.attentionNorm.bias)
    }
    if isLast(number) { spreadFirstTokens(dHidden, batch) }
    let attention = attention(number)
    let scratch = activations.attentionScratch
    let probabilityDropout = self.dropout.stream(.probabilities(number))
    Threads.forEach(attention.jobs(batch)) { job in
      attention.backward(
        job, batch: batch, qkv: layer.qkv, probabilities: layer.probabilities, scratch: scratch,
        dropout: probabilityDropout, dContext: dContext, dQKV: dQKV)
    }
    let input = activations.hidden[number]
    let projection = LinearPass(rows: batch.tokens, inputs: width, outputs: 3 * width)
    let inputJobs = inputGradient ? projection.inputGradientJobs : 0
    runJobs(inputJobs, projection.weightGradientJobs) { job in
      projection.inputGradient(
        job, dy: dQKV, weight: values + offsets.qkv.weight, dx: dHidden, accumulates: true)
    } _: { job in
      projection.weightGradient(
        job, dy: dQKV, x: input, dWeight: gradient + offsets.qkv.weight,
        dBias: gradient + offsets.qkv.bias)
    }
  }

  /// Moves row i to the first row of sentence i, in place, zeros elsewhere.
  private func spreadFirstTokens(_ matrix: Pointer, _ batch: PackedBatch) {
    let width = hiddenSize
    for (index, sentence) in batch.sentences.enumerated().reversed() {
      let first = matrix + sentence.row * width
      first.update(from: matrix + index * width, count: width)
      (first + width).update(repeating: 0, count: (sentence.length - 1) * width)
    }
  }

  /// `dHidden` (output of the embeddings) to the rows of the three tables and their norm.
  private func embeddingBackward(_ batch: TokenBatch, _ arena: inout GradientArena) {
    let (layout, norm, gradient) = (arena.layout, norm, arena.values.pointer)
    let (dHidden, saved) = (activations.dHidden, activations.embeddingNorm)
    let (dSum, gamma) = (activations.dMiddle, values.pointer + table.embeddingNorm.weight)
    let dropout = dropout.stream(.embeddings)
    let tokens = batch.packed.tokens
    forEachRowBlock(tokens) { rows in
      norm.applyDropout(rows, dropout, dHidden)
      norm.backward(
        rows, dOutput: dHidden, gamma: gamma, saved: saved, dropout: .none,
        residualGradient: dSum, branchGradient: nil)
    }
    Threads.forEach(norm.parameterJobs) { job in
      norm.parameterGradient(
        job, rows: tokens, dOutput: dHidden, saved: saved,
        dGamma: gradient + table.embeddingNorm.weight,
        dBeta: gradient + table.embeddingNorm.bias)
    }
    for row in arena.touched {
      (gradient + layout.wordStart + Int(row) * hiddenSize).update(repeating: 0, count: hiddenSize)
    }
    arena.touched.removeAll(keepingCapacity: true)
    (gradient + layout.positionStart).update(
      repeating: 0, count: (layout.positions + 1) * hiddenSize)
    let type = gradient + layout.typeStart
    for sentence in batch.packed.sentences {
      for place in 0..<sentence.length {
        let row = sentence.row + place
        let word = layout.wordRows[Int(batch.tokens[row])]
        arena.touched.append(word)
        let source = dSum + row * hiddenSize
        Rows.add(
          source, size: hiddenSize, to: gradient + layout.wordStart + Int(word) * hiddenSize)
        Rows.add(
          source, size: hiddenSize, to: gradient + layout.positionStart + place * hiddenSize)
        Rows.add(source, size: hiddenSize, to: type)
      }
    }
  }
}

/// Runs up to three kinds of independent jobs side by side.
private func runJobs(
  _ first: Int, _ second: Int, _ third: Int = 0, _ one: (Int) -> Void, _ two: (Int) -> Void,
  _ three: (Int) -> Void = { _ in }
) {
  Threads.forEach(first + second + third) { job in
    if job < first {
      one(job)
    } else if job < first + second {
      two(job - first)
    } else {
      three(job - first - second)
    }
  }
}
