import ArgumentParser
import Foundation
import Kernels

struct CeilingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ceilings",
    abstract: "The fastest matrix products of this machine, in each precision.",
    discussion: """
      Products run through the encoder's own packed layers, one on each thread: large square ones, \
      whose best is the ceiling, and those of MiniLM-L6's layers.

      Example: simbench ceilings
      """)

  func run() throws {
    for precision in ["f32", "bf16", "int8"] {
      if precision == "bf16" && !Processor.hasBFloat16 { continue }
      if precision == "int8" && ByteCoding.finest == nil { continue }
      try printJSON(ProductCeiling.measure(precision, shapes: ProductCeiling.layers))
    }
  }
}

/// The speed of matrix products in one precision, all threads together.
struct ProductCeiling: Encodable {
  struct Shape: Encodable {
    var rows: Int
    var inputs: Int
    var outputs: Int
    var gigaflops = 0.0
  }

  var benchmark = "ceilings"
  var precision: String
  /// Of the fastest large product.
  var gigaflops: Double
  var large: [Shape]
  var shapes: [Shape]
  var threads = Threads.count

  private static let squares = [1024, 2048].map { Shape(rows: $0, inputs: $0, outputs: $0) }
  static let layers = [(384, 1152), (384, 384), (384, 1536), (1536, 384)].map {
    Shape(rows: 512, inputs: $0.0, outputs: $0.1)
  }

  /// - Parameter shapes: measured beside the large ones.
  static func measure(_ precision: String, shapes: [Shape] = []) -> ProductCeiling {
    let large = squares.map { timed($0, precision) }
    return ProductCeiling(
      precision: precision, gigaflops: large.map(\.gigaflops).max()!, large: large,
      shapes: shapes.map { timed($0, precision) })
  }

  /// The best of some rounds of about a fifth of a second.
  private static func timed(_ shape: Shape, _ precision: String) -> Shape {
    let product = Product(shape, precision)
    let operations = 2 * Double(shape.rows) * Double(shape.inputs) * Double(shape.outputs)
    let once = seconds { product.run(times: 1) }
    let times = max(1, Int(0.2 / once))
    let best = (0..<5).map { _ in seconds { product.run(times: times) } }.min()!
    var result = shape
    result.gigaflops = operations * Double(times * Threads.count) / best / 1e9
    return result
  }
}

/// One product with operands of its own for each thread.
private final class Product: @unchecked Sendable {
  private struct Worker {
    let context = LinearContext()
    let source: Buffer<Float>
    let bytes: QuantizedRows
    let destination: Buffer<Float>
  }
  private let shape: ProductCeiling.Shape
  private let workers: [Worker]
  private let floating: PackedLinear?
  private let integer: QuantizedLinear?

  init(_ shape: ProductCeiling.Shape, _ precision: String) {
    self.shape = shape
    let weight = Buffer<Float>(count: shape.inputs * shape.outputs)
    for index in 0..<weight.count { weight.pointer[index] = Float(index % 251) / 251 - 0.5 }
    let bias = Buffer<Float>(repeating: 0, count: shape.outputs)
    let coding = ByteCoding.finest ?? .sevenBits
    workers = (0..<Threads.count).map { _ in
      Worker(
        source: Buffer(repeating: 0.25, count: shape.rows * shape.inputs),
        bytes: QuantizedRows(rows: shape.rows, size: shape.inputs, coding: coding),
        destination: Buffer(repeating: 0, count: shape.rows * shape.outputs))
    }
    let element: PackedLinear.Element = precision == "bf16" ? .bfloat16 : .float32
    let isInteger = precision.hasPrefix("int")
    floating =
      isInteger
      ? nil
      : PackedLinear(
        weight: weight.pointer, bias: bias.pointer, inputs: shape.inputs, outputs: shape.outputs,
        input: element)
    integer =
      isInteger
      ? QuantizedLinear(
        weight: weight.pointer, bias: bias.pointer, inputs: shape.inputs, outputs: shape.outputs,
        coding: coding)
      : nil
    run(times: 1)
  }

  func run(times: Int) {
    Threads.forEach(workers.count) { index in
      let worker = workers[index]
      let destination = UnsafeMutableRawPointer(worker.destination.pointer)
      for _ in 0..<times {
        floating?(
          worker.source.pointer, rows: shape.rows, into: destination, context: worker.context)
        integer?.multiply(
          worker.bytes, rows: shape.rows,
          into: destination.assumingMemoryBound(to: Int32.self))
      }
    }
  }
}
