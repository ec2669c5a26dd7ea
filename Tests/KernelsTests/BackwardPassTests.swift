import Foundation
import Kernels
import Testing

/// The training passes beside plain double-precision arithmetic.
struct BackwardPassTests {
  private func values(_ count: Int, seed: Int) -> Buffer<Float> {
    Buffer((0..<count).map { Float(sin(Double(($0 + 1) * (seed + 3)) * 0.7)) })
  }

  /// Sum over all heads and sentences of <dContext, context>, as a function of the projections.
  private func attention(
    _ qkv: [Double], _ lengths: [Int], _ pass: AttentionPass, _ dContext: [Double]
  ) -> (context: [Double], objective: Double) {
    let hidden = pass.heads * pass.headSize
    var context: [Double] = []
    var start = 0
    for length in lengths {
      for row in 0..<(pass.firstTokenOnly ? 1 : length) {
        for head in 0..<pass.heads {
          func at(_ token: Int, _ part: Int, _ place: Int) -> Double {
            qkv[(start + token) * 3 * hidden + part * hidden + head * pass.headSize + place]
          }
          let places = 0..<pass.headSize
          let weights = (0..<length).map { token in
            let product = places.reduce(0.0) { $0 + at(row, 0, $1) * at(token, 1, $1) }
            return exp(product / Double(pass.headSize).squareRoot())
          }
          let total = weights.reduce(0, +)
          for place in places {
            context.append(
              (0..<length).reduce(0.0) { $0 + weights[$1] / total * at($1, 2, place) })
          }
        }
      }
      start += length
    }
    return (context, zip(context, dContext).reduce(0) { $0 + $1.0 * $1.1 })
  }

  @Test(arguments: [(3, 5, false), (5, 16, true), (2, 20, false), (1, 32, true)])
  func attentionEqualsDifferences(_ heads: Int, _ headSize: Int, _ firstTokenOnly: Bool) {
    let pass = AttentionPass(heads: heads, headSize: headSize, firstTokenOnly: firstTokenOnly)
    let lengths = [1, 4, 17, 50]
    var batch = PackedBatch()
    for length in lengths { batch.append(length: length) }
    let hidden = heads * headSize
    let rows = firstTokenOnly ? lengths.count : batch.tokens
    let qkv = values(batch.tokens * 3 * hidden, seed: 1)
    let dContext = values(rows * hidden, seed: 2)
    let probabilities = Buffer<Float>(
      repeating: .nan, count: pass.probabilityCount(squares: batch.squares))
    let scratch = Buffer<Float>(
      repeating: .nan, count: pass.scratchCount(widths: batch.widths, squares: batch.squares))
    let context = Buffer<Float>(repeating: .nan, count: rows * hidden)
    let gradient = Buffer<Float>(repeating: .nan, count: qkv.count)
    for job in 0..<pass.jobs(batch) {
      pass.forward(
        job, batch: batch, qkv: qkv.pointer, probabilities: probabilities.pointer,
        scratch: scratch.pointer, dropout: .none, context: context.pointer)
    }
    for job in 0..<pass.jobs(batch) {
      pass.backward(
        job, batch: batch, qkv: qkv.pointer, probabilities: probabilities.pointer,
        scratch: scratch.pointer, dropout: .none, dContext: dContext.pointer,
        dQKV: gradient.pointer)
    }
    var exact = qkv.values.map(Double.init)
    let direction = dContext.values.map(Double.init)
    let expected = attention(exact, lengths, pass, direction).context
    for (ours, theirs) in zip(context.values, expected) {
      #expect(abs(Double(ours) - theirs) < 2e-6)
    }
    for index in stride(from: 0, to: exact.count, by: 97) {
      let old = exact[index]
      exact[index] = old + 1e-5
      let above = attention(exact, lengths, pass, direction).objective
      exact[index] = old - 1e-5
      let below = attention(exact, lengths, pass, direction).objective
      exact[index] = old
      #expect(abs((above - below) / 2e-5 - Double(gradient.pointer[index])) < 1e-5)
    }
  }

  @Test func geluAndItsDerivativeAreAccurate() {
    let inputs = (-200...200).map { Float($0) * 0.05 }
    let (x, y) = (Buffer(inputs), Buffer<Float>(count: inputs.count))
    let bias = Buffer<Float>(repeating: 0, count: inputs.count)
    GELUPass.forward(
      x: x.pointer, bias: bias.pointer, y: y.pointer, rows: 1, width: inputs.count,
      columns: 0..<inputs.count)
    for (index, input) in inputs.map(Double.init).enumerated() {
      let phi = 0.5 * erfc(-input / 2.0.squareRoot())
      let derivative = phi + input * exp(-input * input / 2) / (2 * Double.pi).squareRoot()
      #expect(abs(Double(y.pointer[index]) - input * phi) < 2e-6)
      #expect(abs(Double(x.pointer[index]) - derivative) < 2e-6)
    }
  }

  @Test func dropoutKeepsItsShareAndTellsPlacesApart() {
    let count = 100_000
    func factors(_ seed: UInt64, _ step: Int, _ site: Int) -> [Float] {
      let stream = DropoutStream(probability: 0.1, seed: seed, step: step, site: site)
      return (0..<count).map(stream.factor)
    }
    let base = factors(1, 1, 1)
    #expect(Set(base) == [0, 1 / (1 - Float(0.1))])
    #expect(base == factors(1, 1, 1))
    for other in [factors(2, 1, 1), factors(1, 2, 1), factors(1, 1, 2)] {
      let dropped = Double(other.count { $0 == 0 }) / Double(count)
      let both = Double(zip(base, other).count { $0 == 0 && $1 == 0 }) / Double(count)
      #expect(abs(dropped - 0.1) < 0.005)
      #expect(abs(both - 0.01) < 0.002)
    }
  }

  @Test func linearPassesEqualPlainProducts() {
    let pass = LinearPass(rows: 7, inputs: 130, outputs: 205)
    let (x, dy) = (values(7 * 130, seed: 1), values(7 * 205, seed: 2))
    let weight = values(205 * 130, seed: 3)
    let dx = Buffer<Float>(repeating: 1, count: 7 * 130)
    let (dWeight, dBias) = (Buffer<Float>(count: 205 * 130), Buffer<Float>(count: 205))
    for job in 0..<pass.inputGradientJobs {
      pass.inputGradient(
        job, dy: dy.pointer, weight: weight.pointer, dx: dx.pointer, accumulates: true)
    }
    for job in 0..<pass.weightGradientJobs {
      pass.weightGradient(
        job, dy: dy.pointer, x: x.pointer, dWeight: dWeight.pointer, dBias: dBias.pointer)
    }
    func sum(_ count: Int, _ term: (Int) -> Float) -> Double {
      (0..<count).reduce(0) { $0 + Double(term($1)) }
    }
    for row in 0..<7 {
      for input in 0..<130 {
        let expected =
          1 + sum(205) { dy.pointer[row * 205 + $0] * weight.pointer[$0 * 130 + input] }
        #expect(abs(Double(dx.pointer[row * 130 + input]) - expected) < 1e-4)
      }
    }
    for output in 0..<205 {
      #expect(abs(Double(dBias.pointer[output]) - sum(7) { dy.pointer[$0 * 205 + output] }) < 1e-5)
      for input in 0..<130 {
        let expected = sum(7) { dy.pointer[$0 * 205 + output] * x.pointer[$0 * 130 + input] }
        #expect(abs(Double(dWeight.pointer[output * 130 + input]) - expected) < 1e-5)
      }
    }
  }
}
