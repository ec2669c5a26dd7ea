import Foundation
import Kernels
import Testing

/// SplitMix64: a small seeded generator for tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }
}

@Suite struct LinearTests {
  private struct Problem {
    let rows: Int
    let inputs: Int
    let outputs: Int
    var x: [Float]
    var weight: [Float]
    var bias: [Float]
    var before: [Float]

    init(rows: Int, inputs: Int, outputs: Int) {
      var generator = SplitMix(state: UInt64(rows * 1_000_003 + inputs * 1009 + outputs))
      (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
      x = generator.floats(rows * inputs)
      weight = generator.floats(outputs * inputs, -0.2...0.2)
      bias = generator.floats(outputs)
      before = generator.floats(rows * outputs)
    }

    func expected(_ epilogue: PackedLinear.Epilogue) -> [Double] {
      (0..<rows * outputs).map { place in
        let (row, output) = (place / outputs, place % outputs)
        let sum = (0..<inputs).reduce(Double(bias[output])) {
          $0 + Double(x[row * inputs + $1]) * Double(weight[output * inputs + $1])
        }
        return switch epilogue {
        case .store: sum
        case .activate(.gelu): sum / 2 * (1 + erf(sum / 2.0.squareRoot()))
        case .activate(.geluTanh):
          sum / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (sum + 0.044715 * sum * sum * sum)))
        case .activate(.relu): max(0, sum)
        case .activate(.silu): sum / (1 + exp(-sum))
        case .accumulate: sum + Double(before[place])
        }
      }
    }
  }

  private static let sizes = [(1, 8, 8), (3, 32, 96), (31, 72, 32), (33, 17, 5), (100, 384, 128)]
  private static let epilogues: [PackedLinear.Epilogue] = [
    .store, .activate(.gelu), .activate(.geluTanh), .activate(.relu), .activate(.silu),
    .accumulate,
  ]

  private func farthest(_ left: UnsafePointer<Float>, _ right: [Double]) -> Double {
    right.enumerated().reduce(0) { max($0, abs(Double(left[$1.offset]) - $1.element)) }
  }

  /// Source and destination with the room that products need.
  private func run(_ problem: Problem, _ body: (Buffer<Float>, Buffer<Float>) -> Void) {
    let capacity = PackedLinear.paddedRows(problem.rows)
    let x = Buffer<Float>(repeating: 0, count: capacity * problem.inputs)
    let y = Buffer<Float>(repeating: 0, count: capacity * problem.outputs)
    x.pointer.update(from: problem.x, count: problem.x.count)
    y.pointer.update(from: problem.before, count: problem.before.count)
    body(x, y)
  }

  @Test(arguments: sizes, epilogues)
  func float32EqualsTheDefinition(size: (Int, Int, Int), epilogue: PackedLinear.Epilogue) {
    let problem = Problem(rows: size.0, inputs: size.1, outputs: size.2)
    let layer = PackedLinear(
      weight: problem.weight, bias: problem.bias, inputs: size.1, outputs: size.2,
      epilogue: epilogue)
    run(problem) { x, y in
      layer(x.pointer, rows: size.0, into: y.pointer, context: LinearContext())
      #expect(farthest(y.pointer, problem.expected(epilogue)) < 1e-5)
    }
  }

  /// To the last bit, however many rows are beside it.
  @Test(arguments: [(17, 5), (72, 32), (384, 100)])
  func aRowDependsOnItselfAlone(inputs: Int, outputs: Int) {
    let problem = Problem(rows: 70, inputs: inputs, outputs: outputs)
    let layer = PackedLinear(
      weight: problem.weight, bias: problem.bias, inputs: inputs, outputs: outputs,
      epilogue: .activate(.gelu))
    let context = LinearContext()
    run(problem) { x, all in
      layer(x.pointer, rows: 70, into: all.pointer, context: context)
      for rows in [1, 2, 5, 6, 13, 33, 64] {
        run(problem) { x, some in
          layer(x.pointer, rows: rows, into: some.pointer, context: context)
          #expect(some.values[..<(rows * outputs)].elementsEqual(all.values[..<(rows * outputs)]))
        }
        run(problem) { _, last in
          let from = x.pointer + (70 - rows) * inputs
          let copy = Buffer<Float>(
            repeating: 0, count: PackedLinear.paddedRows(rows) * inputs)
          copy.pointer.update(from: from, count: rows * inputs)
          layer(copy.pointer, rows: rows, into: last.pointer, context: context)
          #expect(
            last.values[..<(rows * outputs)].elementsEqual(
              all.values[((70 - rows) * outputs)..<(70 * outputs)]))
        }
      }
    }
  }

  private static let codings = [ByteCoding.eightBits, .sevenBits].filter(\.isSupported)

  @Test(
    .enabled(if: !codings.isEmpty, "this processor has no fast products of bytes"),
    arguments: sizes, codings)
  func quantizedIsWithinItsRounding(size: (Int, Int, Int), coding: ByteCoding) {
    let problem = Problem(rows: size.0, inputs: size.1, outputs: size.2)
    let layer = QuantizedLinear(
      weight: problem.weight, bias: problem.bias, inputs: size.1, outputs: size.2, coding: coding)
    let source = QuantizedRows(rows: size.0, size: size.1, coding: coding)
    let sums = Buffer<Int32>(count: QuantizedLinear.blockRows * size.2)
    for accumulate in [false, true] {
      run(problem) { x, y in
        source.quantize(x.pointer, rows: size.0, size: size.1)
        layer(source, rows: size.0, sums: sums.pointer, into: y.pointer, accumulate: accumulate)
        let distance = farthest(y.pointer, problem.expected(accumulate ? .accumulate : .store))
        #expect(distance < bound(size.1, coding) && distance > 0)
      }
    }
  }

  /// Half a step of each factor, times the other's size, over all inputs; errors would have to agree
  /// in sign to reach it.
  private func bound(_ inputs: Int, _ coding: ByteCoding) -> Double {
    Double(inputs) * (1 / Double(coding.levels) * 0.2 + 0.1 / Double(coding.magnitude))
  }

  @Test(
    .enabled(if: !codings.isEmpty, "this processor has no fast products of bytes"),
    arguments: sizes, [Activation.gelu, .geluTanh, .relu, .silu])
  func activationsSurviveQuantization(
    size: (Int, Int, Int), activation: Activation
  ) {
    for coding in Self.codings {
      // An identity layer after the activation gives back what was quantized.
      let problem = Problem(rows: size.0, inputs: size.1, outputs: size.2)
      let layer = QuantizedLinear(
        weight: problem.weight, bias: problem.bias, inputs: size.1, outputs: size.2,
        coding: coding)
      var identity = [Float](repeating: 0, count: size.2 * size.2)
      for index in 0..<size.2 { identity[index * (size.2 + 1)] = 1 }
      let second = QuantizedLinear(
        weight: identity, bias: [Float](repeating: 0, count: size.2), inputs: size.2,
        outputs: size.2, coding: coding)
      let source = QuantizedRows(rows: size.0, size: size.1, coding: coding)
      let middle = QuantizedRows(rows: size.0, size: size.2, coding: coding)
      let sums = Buffer<Int32>(count: QuantizedLinear.blockRows * size.2)
      let line = Buffer<Float>(count: size.2)
      run(problem) { x, y in
        source.quantize(x.pointer, rows: size.0, size: size.1)
        layer(
          source, rows: size.0, sums: sums.pointer, activation: activation, line: line.pointer,
          into: middle)
        second(middle, rows: size.0, sums: sums.pointer, into: y.pointer)
        let bound = 1.2 * bound(size.1, coding) + 13 / Double(coding.levels)
        #expect(farthest(y.pointer, problem.expected(.activate(activation))) < bound)
      }
    }
  }
}
