import Foundation
import Kernels

extension Network {
  typealias Pointer = UnsafeMutablePointer<Float>

  var hiddenSize: Int { configuration.hiddenSize }
  var norm: NormPass { NormPass(width: hiddenSize, epsilon: configuration.layerNormEpsilon) }

  /// Makes room for batches up to `capacity`; `retains` what a backward pass needs.
  package func reserve(_ capacity: Activations.Capacity, retains: Bool) {
    if activations.capacity.covers(capacity) && (activations.isRetaining || !retains) { return }
    activations = .empty
    activations = Activations(
      capacity, layers: configuration.layers, hidden: hiddenSize,
      intermediate: configuration.intermediateSize, heads: configuration.heads, labels: labels,
      retains)
  }

  /// Fills `activations.logits` `[sentences, labels]`; ``reserve(_:retains:)`` comes before.
  package func forward(_ batch: TokenBatch) {
    precondition(activations.capacity.covers(batch.capacity), "reserve before forward")
    embed(batch)
    for layer in 0..<configuration.layers { forward(layer, batch.packed) }
    pool(batch.packed.sentences.count)
  }

  /// Word + position + type embeddings, layer norm, dropout.
  private func embed(_ batch: TokenBatch) {
    let (width, norm) = (hiddenSize, norm)
    let saved = activations.embeddingNorm
    let output = activations.hidden[0]
    let (words, positions) = (values.pointer + table.words, values.pointer + table.positions)
    let type = values.pointer + table.types
    let gamma = values.pointer + table.embeddingNorm.weight
    let beta = values.pointer + table.embeddingNorm.bias
    let dropout = dropout.stream(.embeddings)
    let sentences = batch.packed.sentences
    batch.tokens.withUnsafeBufferPointer { tokens in
      nonisolated(unsafe) let tokens = tokens
      Threads.forEach(sentences.count) { index in
        let rows = sentences[index].row..<sentences[index].row + sentences[index].length
        for row in rows {
          Rows.sum(
            words + Int(tokens[row]) * width, positions + (row - rows.lowerBound) * width, type,
            size: width, into: saved.normalized + row * width)
        }
        norm.embeddingForward(
          rows, dropout: dropout, gamma: gamma, beta: beta, saved: saved, output: output)
      }
    }
  }

  private func forward(_ number: Int, _ batch: PackedBatch) {
    let (width, wide, norm) = (hiddenSize, configuration.intermediateSize, norm)
    let layer = activations.layers[number]
    let offsets = table.layers[number]
    let values = values.pointer
    let (input, output) = (activations.hidden[number], activations.hidden[number + 1])
    let branch = activations.branch

    let projection = LinearPass(rows: batch.tokens, inputs: width, outputs: 3 * width)
    Threads.forEach(projection.forwardJobs) { job in
      projection.forward(
        job, x: input, weight: values + offsets.qkv.weight, bias: values + offsets.qkv.bias,
        y: layer.qkv)
    }
    let attention = attention(number)
    let scratch = activations.attentionScratch
    let probabilityDropout = dropout.stream(.probabilities(number))
    Threads.forEach(attention.jobs(batch)) { job in
      attention.forward(
        job, batch: batch, qkv: layer.qkv, probabilities: layer.probabilities, scratch: scratch,
        dropout: probabilityDropout, context: layer.context)
    }
    let rows = rows(number, batch)
    let residual = residual(number, batch)
    let dense = LinearPass(rows: rows, inputs: width, outputs: width)
    Threads.forEach(dense.forwardJobs) { job in
      dense.forward(
        job, x: layer.context, weight: values + offsets.attentionOutput.weight, bias: nil,
        y: branch)
    }
    let attentionDropout = dropout.stream(.attentionOutput(number))
    forEachRowBlock(rows) { rows in
      norm.residualForward(
        rows, y: branch, bias: values + offsets.attentionOutput.bias, residual: residual,
        dropout: attentionDropout, gamma: values + offsets.attentionNorm.weight,
        beta: values + offsets.attentionNorm.bias, saved: layer.attentionNorm,
        output: layer.middle)
    }
    let up = LinearPass(rows: rows, inputs: width, outputs: wide)
    Threads.forEach(up.forwardJobs) { job in
      up.forward(
        job, x: layer.middle, weight: values + offsets.intermediate.weight, bias: nil,
        y: layer.derivative)
      GELUPass.forward(
        x: layer.derivative, bias: values + offsets.intermediate.bias, y: layer.activated,
        rows: rows, width: wide, columns: up.outputRange(job))
    }
    let down = LinearPass(rows: rows, inputs: wide, outputs: width)
    Threads.forEach(down.forwardJobs) { job in
      down.forward(
        job, x: layer.activated, weight: values + offsets.output.weight, bias: nil, y: branch)
    }
    let outputDropout = dropout.stream(.output(number))
    forEachRowBlock(rows) { rows in
      norm.residualForward(
        rows, y: branch, bias: values + offsets.output.bias, residual: layer.middle,
        dropout: outputDropout, gamma: values + offsets.outputNorm.weight,
        beta: values + offsets.outputNorm.bias, saved: layer.outputNorm, output: output)
    }
  }

  func isLast(_ layer: Int) -> Bool { layer == configuration.layers - 1 }

  /// Rows of a layer after attention.
  func rows(_ layer: Int, _ batch: PackedBatch) -> Int {
    isLast(layer) ? batch.sentences.count : batch.tokens
  }

  func attention(_ layer: Int) -> AttentionPass {
    AttentionPass(
      heads: configuration.heads, headSize: configuration.headSize,
      firstTokenOnly: isLast(layer))
  }

  /// What the attention's output is added to: the layer's input, or its first tokens.
  private func residual(_ number: Int, _ batch: PackedBatch) -> Pointer {
    let input = activations.hidden[number]
    guard isLast(number) else { return input }
    for (index, sentence) in batch.sentences.enumerated() {
      (activations.firstTokens + index * hiddenSize).update(
        from: input + sentence.row * hiddenSize, count: hiddenSize)
    }
    return activations.firstTokens
  }

  /// tanh(W x + b) of the first tokens, dropout, classifier.
  private func pool(_ sentences: Int) {
    let first = activations.hidden[configuration.layers]
    let (pooled, dropped) = (activations.pooled, activations.droppedPooled)
    let logits = activations.logits
    let dropout = dropout.stream(.pooled)
    let values = values.pointer
    let pooler = LinearPass(rows: sentences, inputs: hiddenSize, outputs: hiddenSize)
    Threads.forEach(pooler.forwardJobs) { job in
      pooler.forward(
        job, x: first, weight: values + table.pooler.weight, bias: values + table.pooler.bias,
        y: pooled)
    }
    for index in 0..<sentences * hiddenSize {
      pooled[index] = tanh(pooled[index])
      dropped[index] = pooled[index] * (dropout.isActive ? dropout.factor(index) : 1)
    }
    let classifier = LinearPass(rows: sentences, inputs: hiddenSize, outputs: labels)
    Threads.forEach(classifier.forwardJobs) { job in
      classifier.forward(
        job, x: dropped, weight: values + table.classifier.weight,
        bias: values + table.classifier.bias, y: logits)
    }
  }
}

/// Runs `body` over blocks of rows whose bounds do not depend on the thread count.
func forEachRowBlock(_ rows: Int, _ body: (Range<Int>) -> Void) {
  let size = 32
  Threads.forEach((rows + size - 1) / size) { block in
    body(block * size..<min(rows, (block + 1) * size))
  }
}
