import Foundation
import Kernels
import Testing

/// The training passes beside plain double-precision arithmetic.
struct BackwardPassTests {
  private func values(_ count: Int, seed: Int) -> Buffer<Float> {
    Buffer((0..<count).map { Float(sin(Double(($0 + 1) * (seed + 3)) * 0.7)) })
  }

  /// One attention problem, in double precision and term by term.
  private struct Reference {
    let pass: AttentionPass
    let lengths: [Int]
    /// `[heads, 2 reach - 1]`; empty for none.
    var bias: [Double]
    var projections: [Double]
    var reach: Int { lengths.max()! }

    /// All sentences' contexts, one after the other.
    var context: [Double] {
      var context: [Double] = []
      var start = 0
      for length in lengths {
        for query in 0..<(pass.firstTokenOnly ? 1 : length) {
          for head in 0..<pass.heads { context += row(start, length, query, head) }
        }
        start += length
      }
      return context
    }

    private func row(_ start: Int, _ length: Int, _ query: Int, _ head: Int) -> [Double] {
      let (hidden, places) = (pass.heads * pass.headSize, 0..<pass.headSize)
      func at(_ token: Int, _ part: Int, _ place: Int) -> Double {
        projections[(start + token) * 3 * hidden + part * hidden + head * pass.headSize + place]
      }
      let weights = (0..<length).map { key -> Double in
        if let window = pass.window, abs(key - query) > window { return 0 }
        let product = places.reduce(0.0) { $0 + at(query, 0, $1) * at(key, 1, $1) }
        let column = head * (2 * reach - 1) + key - query + reach - 1
        return exp(
          product / Double(pass.headSize).squareRoot() + (bias.isEmpty ? 0 : bias[column]))
      }
      let total = weights.reduce(0, +)
      return places.map { place in
        (0..<length).reduce(0.0) { $0 + weights[$1] / total * at($1, 2, place) }
      }
    }
  }

  struct Shape: CustomTestStringConvertible {
    var heads: Int
    var headSize: Int
    var firstTokenOnly = false
    var window: Int?
    var hasBias = false
    var testDescription: String {
      "\(heads) x \(headSize), first \(firstTokenOnly), window \(window ?? 0), bias \(hasBias)"
    }
  }

  /// Sentences shorter and longer than a block of queries and a vector of keys.
  @Test(arguments: [
    Shape(heads: 3, headSize: 5), Shape(heads: 5, headSize: 16, firstTokenOnly: true),
    Shape(heads: 2, headSize: 20), Shape(heads: 1, headSize: 32, firstTokenOnly: true),
    Shape(heads: 2, headSize: 16, window: 3), Shape(heads: 2, headSize: 8, hasBias: true),
    Shape(heads: 1, headSize: 16, firstTokenOnly: true, window: 40, hasBias: true),
  ])
  func attentionEqualsDifferences(shape: Shape) {
    let pass = AttentionPass(
      heads: shape.heads, headSize: shape.headSize, firstTokenOnly: shape.firstTokenOnly,
      window: shape.window)
    let lengths = [1, 4, 17, 50, 150]
    var batch = PackedBatch()
    for length in lengths { batch.append(length: length) }
    let hidden = shape.heads * shape.headSize
    let rows = shape.firstTokenOnly ? lengths.count : batch.tokens
    let projections = values(batch.tokens * 3 * hidden, seed: 1)
    let bias = values(shape.hasBias ? shape.heads * 299 : 0, seed: 4)
    let dContext = values(rows * hidden, seed: 2)
    let logSums = Buffer<Float>(repeating: .nan, count: batch.tokens * shape.heads)
    let scratch = Buffer<Float>(repeating: .nan, count: pass.scratchCount(longest: 150))
    let context = Buffer<Float>(repeating: .nan, count: rows * hidden)
    let gradient = Buffer<Float>(repeating: .nan, count: projections.count)
    let dBias = Buffer<Float>(repeating: .nan, count: pass.biasGradientCount(batch))
    let work = AttentionPass.Work(
      batch, projections: projections.pointer, logSums: logSums.pointer,
      bias: shape.hasBias ? AttentionPass.Bias(bias.pointer, reach: 150) : nil, dropout: .none)
    for job in 0..<pass.jobs(batch) {
      pass.forward(job, work, scratch: scratch.pointer, context: context.pointer)
    }
    for job in 0..<pass.jobs(batch) {
      pass.backward(
        job, work, scratch: scratch.pointer, dContext: dContext.pointer,
        dProjections: gradient.pointer, dBias: shape.hasBias ? dBias.pointer : nil)
    }
    var exact = Reference(
      pass: pass, lengths: lengths, bias: bias.values.map(Double.init),
      projections: projections.values.map(Double.init))
    #expect(!context.values.contains { !$0.isFinite })
    for (ours, theirs) in zip(context.values, exact.context) {
      #expect(abs(Double(ours) - theirs) < 2e-6)
    }
    func difference(_ path: WritableKeyPath<Reference, [Double]>, _ index: Int) -> Double {
      func objective(_ offset: Double) -> Double {
        let old = exact[keyPath: path][index]
        defer { exact[keyPath: path][index] = old }
        exact[keyPath: path][index] = old + offset
        return zip(exact.context, dContext.values).reduce(0) { $0 + $1.0 * Double($1.1) }
      }
      return (objective(1e-5) - objective(-1e-5)) / 2e-5
    }
    for index in stride(from: 0, to: projections.count, by: max(1, projections.count / 60)) {
      let expected = difference(\.projections, index)
      #expect(abs(expected - Double(gradient.pointer[index])) < 2e-5)
    }
    guard shape.hasBias else { return }
    var found = [Float](repeating: 0, count: bias.count)
    for head in 0..<shape.heads {
      pass.forEachBiasGradient(batch, head: head, dBias.pointer) { distance, value in
        found[head * 299 + distance + 149] += value
      }
    }
    for index in stride(from: 0, to: bias.count, by: 13) {
      #expect(abs(difference(\.bias, index) - Double(found[index])) < 2e-5)
    }
  }

  /// Value and slope of every activation, alone and gated, at widths that no vector divides.
  @Test(arguments: [Activation.gelu, .geluTanh, .relu, .silu])
  func activationsAndTheirDerivativesAreAccurate(activation: Activation) {
    func exact(_ x: Double) -> Double {
      switch activation {
      case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
      case .geluTanh:
        x * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      case .relu: max(0, x)
      case .silu: x / (1 + exp(-x))
      }
    }
    func slope(_ x: Double) -> Double { (exact(x + 1e-6) - exact(x - 1e-6)) / 2e-6 }
    let inputs = (-200...200).map { Float($0) * 0.05 + 0.01 }
    let count = inputs.count
    let (x, y) = (Buffer(inputs), Buffer<Float>(count: count))
    ActivationPass(activation, size: count, isGated: false)
      .forward(0..<1, x: x.pointer, bias: nil, y: y.pointer)
    for (index, input) in inputs.map(Double.init).enumerated() {
      #expect(abs(Double(y.pointer[index]) - exact(input)) < 3e-6)
      #expect(abs(Double(x.pointer[index]) - slope(input)) < 3e-6, "\(input)")
    }
    let gated = ActivationPass(activation, size: count, isGated: true)
    let factors = inputs.map { cos($0) }
    let (both, bias) = (Buffer(inputs + factors), Buffer<Float>(repeating: 0.25, count: 2 * count))
    let dy = Buffer<Float>(repeating: 2, count: count)
    gated.forward(0..<1, x: both.pointer, bias: bias.pointer, y: y.pointer)
    gated.backward(0..<1, dy: dy.pointer, x: both.pointer)
    for index in 0..<count {
      let (input, factor) = (Double(inputs[index]) + 0.25, Double(factors[index]) + 0.25)
      #expect(abs(Double(y.pointer[index]) - exact(input) * factor) < 6e-6)
      #expect(abs(Double(both.pointer[index]) - 2 * slope(input) * factor) < 1e-5)
      #expect(abs(Double(both.pointer[count + index]) - 2 * exact(input)) < 1e-5)
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

  /// What is exact in bfloat16 gives the same products as in float32, in every orientation.
  @Test(.enabled(if: BFloat16Products.areSupported))
  func bfloat16ProductsEqualThoseOfFloat32() {
    let pass = LinearPass(rows: 37, inputs: 130, outputs: 205, stride: 210)
    func exact(_ count: Int, _ seed: Int) -> (Buffer<Float>, Buffer<UInt16>) {
      let wide = values(count, seed: seed)
      for index in 0..<count { wide.pointer[index] = (wide.pointer[index] * 64).rounded() / 64 }
      let narrow = Buffer<UInt16>(count: count)
      BFloat16Products.narrow(wide.pointer, count: count, into: narrow.pointer)
      return (wide, narrow)
    }
    let (x, dy, weight) = (exact(37 * 130, 1), exact(37 * 210, 2), exact(205 * 130, 3))
    func run(_ x: LinearPass.Operand, _ dy: LinearPass.Operand, _ weight: LinearPass.Operand)
      -> [Float]
    {
      let (y, dx) = (
        Buffer<Float>(repeating: 1, count: 37 * 210), Buffer<Float>(repeating: 1, count: 37 * 130)
      )
      let dWeight = Buffer<Float>(count: 205 * 130)
      for job in 0..<pass.forwardJobs {
        pass.forward(
          job, x: x, weight: weight, bias: nil, y: y.pointer, scale: 0.5, accumulates: true)
      }
      for job in 0..<pass.inputGradientJobs {
        pass.inputGradient(job, dy: dy, weight: weight, dx: dx.pointer, accumulates: false)
      }
      for job in 0..<pass.weightGradientJobs {
        pass.weightGradient(job, dy: dy, x: x, dWeight: dWeight.pointer, scale: 2)
      }
      return Array(y.values) + Array(dx.values) + Array(dWeight.values)
    }
    let wide = run(.float32(x.0.pointer), .float32(dy.0.pointer), .float32(weight.0.pointer))
    let narrow = run(.bfloat16(x.1.pointer), .bfloat16(dy.1.pointer), .bfloat16(weight.1.pointer))
    #expect(zip(wide, narrow).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  /// A row's masks are its own, and those of one row tell its elements apart.
  @Test func rowsHaveMasksOfTheirOwn() {
    let stream = DropoutStream(probability: 0.5, seed: 1, step: 1, site: 1)
    let rows = (0..<64).map { row in (0..<64).map { stream.row(row).factor($0) } }
    #expect(Set(rows).count == 64)
    #expect(rows.allSatisfy { $0.contains(0) && $0.contains(2) })
  }

  @Test func linearPassesEqualPlainProducts() {
    let pass = LinearPass(rows: 7, inputs: 130, outputs: 205)
    let (x, dy) = (values(7 * 130, seed: 1), values(7 * 205, seed: 2))
    let weight = values(205 * 130, seed: 3)
    let dx = Buffer<Float>(repeating: 1, count: 7 * 130)
    let (dWeight, dBias) = (Buffer<Float>(count: 205 * 130), Buffer<Float>(count: 205))
    for job in 0..<pass.inputGradientJobs {
      pass.inputGradient(
        job, dy: .float32(dy.pointer), weight: .float32(weight.pointer), dx: dx.pointer,
        accumulates: true)
    }
    for job in 0..<pass.weightGradientJobs {
      pass.weightGradient(
        job, dy: .float32(dy.pointer), x: .float32(x.pointer), dWeight: dWeight.pointer)
      pass.biasGradient(job, dy: dy.pointer, dBias: dBias.pointer)
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
