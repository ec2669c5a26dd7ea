import Kernels

/// Self-attention that trains: projections, rotary positions or a bias by distance, attention, output.
final class TrainableAttention: BranchBody {
  let projections: TrainableLinear
  let output: TrainableLinear
  private let layer: Int
  private let heads: Int
  private let headSize: Int
  private let window: Int?
  private let rotary: RotaryTable?
  private let bias: DistanceBias?
  private var saved: (x: Pointer, projections: Pointer, logSums: Pointer, context: Pointer)?

  init(
    _ weights: EncoderWeights.Layer, layer: Int, _ configuration: ModelConfiguration,
    _ parameters: Parameters, bias: DistanceBias?, rotary: RotaryTable?
  ) {
    let prefix = configuration.architecture.prefix
    projections = TrainableLinear(
      [weights.query, weights.key, weights.value], parameters, prefix: prefix)
    output = TrainableLinear([weights.attentionOutput], parameters, prefix: prefix)
    self.layer = layer
    heads = configuration.heads
    headSize = configuration.headSize
    window = configuration.attention[layer].window
    self.rotary = rotary
    self.bias = bias
  }

  var outputBias: UnsafePointer<Float> { output.bias }

  private var hidden: Int { heads * headSize }

  private func kernel(_ rows: BranchRows) -> AttentionPass {
    AttentionPass(heads: heads, headSize: headSize, firstTokenOnly: rows.firstOnly, window: window)
  }

  private func work(
    _ rows: BranchRows, _ projections: Pointer, _ logSums: Pointer, _ pass: NetworkPass
  ) -> AttentionPass.Work {
    AttentionPass.Work(
      rows.batch, projections: projections, logSums: logSums,
      bias: bias.map { AttentionPass.Bias($0.spread, reach: $0.reach) },
      dropout: pass.dropout.stream(.probabilities(layer: layer)))
  }

  func forward(_ x: Pointer, _ rows: BranchRows, _ pass: NetworkPass, into y: Pointer) {
    let tape = pass.tape
    let states = tape.take(rows.input * 3 * hidden)
    let logSums = tape.take(rows.input * heads)
    let context = tape.take(rows.output * hidden)
    projections.forward(x, rows: rows.input, addsBias: true, into: states, pass)
    rotate(states, rows.batch, backward: false)
    let (kernel, work) = (kernel(rows), work(rows, states, logSums, pass))
    pass.reserveScratch(kernel.scratchCount(longest: rows.batch.longest))
    Threads.forEach(kernel.jobs(rows.batch)) { worker, job in
      kernel.forward(job, work, scratch: pass.scratch(worker), context: context)
    }
    observe(kernel, work, pass)
    output.forward(context, rows: rows.output, addsBias: false, into: y, pass)
    saved = (x, states, logSums, context)
  }

  /// Shows the pass's observer the probabilities, a sentence at a time.
  private func observe(_ kernel: AttentionPass, _ work: AttentionPass.Work, _ pass: NetworkPass) {
    guard let observer = pass.observer else { return }
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let longest = pass.batch.packed.longest
    let probabilities = pass.tape.take(heads * longest * longest)
    for (index, sentence) in pass.batch.sentences.enumerated() {
      let size = sentence.length * sentence.length
      Threads.forEach(heads) { worker, head in
        kernel.probabilities(
          index * heads + head, work, scratch: pass.scratch(worker),
          into: probabilities + head * size)
      }
      observer.observe(
        ObservedAttention(
          layer: layer, sentence: index, heads: heads, length: sentence.length, window: window,
          probabilities: probabilities))
    }
  }

  func backward(
    _ dy: Pointer, _ rows: BranchRows, into dx: Pointer?, accumulates: Bool, _ pass: NetworkPass
  ) {
    guard let saved else { preconditionFailure("backward without forward") }
    let tape = pass.tape
    let dContext = tape.take(rows.output * hidden)
    output.backward(
      dy, x: saved.context, rows: rows.output, into: dContext, accumulates: false, pass)
    let (kernel, work) = (kernel(rows), work(rows, saved.projections, saved.logSums, pass))
    let dProjections = tape.take(rows.input * 3 * hidden)
    let dBias =
      bias?.needsGradient(pass) == true ? tape.take(kernel.biasGradientCount(rows.batch)) : nil
    pass.reserveScratch(kernel.scratchCount(longest: rows.batch.longest))
    Threads.forEach(kernel.jobs(rows.batch)) { worker, job in
      kernel.backward(
        job, work, scratch: pass.scratch(worker), dContext: dContext, dProjections: dProjections,
        dBias: dBias)
    }
    if let dBias { bias?.add(dBias, kernel, rows.batch, pass) }
    rotate(dProjections, rows.batch, backward: true)
    projections.backward(
      dProjections, x: saved.x, rows: rows.input, into: dx, accumulates: accumulates, pass)
  }

  /// Turns queries and keys by their positions; a gradient is turned back.
  private func rotate(_ states: Pointer, _ batch: PackedBatch, backward: Bool) {
    guard let rotary else { return }
    let sentences = batch.sentences
    Threads.forEach(sentences.count) { index in
      rotary.rotate(
        states + sentences[index].row * 3 * hidden, length: sentences[index].length, heads: heads,
        backward: backward)
    }
  }
}

/// A learned bias on scores by distance, in T5's buckets, which all layers share.
final class DistanceBias {
  typealias Pointer = UnsafeMutablePointer<Float>

  /// `[buckets, heads]`
  private let table: WeightTensor
  private let heads: Int
  private var values = Buffer<Float>(count: 0)
  private(set) var reach = 0

  init(_ table: WeightTensor) {
    self.table = table
    heads = table.shape[1]
  }

  /// `[heads, 2 reach - 1]`
  var spread: UnsafePointer<Float> { UnsafePointer(values.pointer) }

  /// Spreads the table, as training left it, over the distances in sentences of `length` tokens.
  func prepare(length: Int) {
    reach = length
    let width = 2 * length - 1
    if values.count < heads * width { values = Buffer(count: heads * width) }
    for column in 0..<width {
      let row = table.pointer + RelativeBuckets.bucket(column - length + 1) * heads
      for head in 0..<heads { values.pointer[head * width + column] = row[head] }
    }
  }

  func needsGradient(_ pass: NetworkPass) -> Bool { pass.gradient(table.pointer) != nil }

  /// Before the gradients of a batch's layers are added.
  func clear(_ pass: NetworkPass) {
    pass.gradient(table.pointer)?.update(repeating: 0, count: table.count)
  }

  func add(
    _ dBias: Pointer, _ kernel: AttentionPass, _ batch: PackedBatch, _ pass: NetworkPass
  ) {
    guard let gradient = pass.gradient(table.pointer) else { return }
    Threads.forEach(heads) { head in
      kernel.forEachBiasGradient(batch, head: head, dBias) { distance, value in
        gradient[RelativeBuckets.bucket(distance) * heads + head] += value
      }
    }
  }
}
