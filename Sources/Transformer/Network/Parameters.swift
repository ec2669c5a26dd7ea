import Foundation
import Kernels

/// Every parameter of a network in one flat array of floats, so that an optimizer sees runs of numbers
/// and a network its tensors.
///
/// The encoder's come first, in the order of ``EncoderWeights/all``: matrices that are multiplied as
/// one (queries, keys and values; the halves of a gated unit) are neighbors. Then the head's, then the
/// adapters'.
package final class Parameters {
  /// What a parameter belongs to.
  enum Part: Equatable {
    case embeddings
    case layer(Int)
    case head
  }

  package struct Entry {
    /// As in a model folder, the architecture's prefix included; an adapter's as in PEFT's files.
    package let name: String
    package let shape: [Int]
    package let offset: Int
    let part: Part
    package let isAdapter: Bool
    package var count: Int { shape.reduce(1, *) }
    /// Whether it is a bias, of a product or of a norm.
    var isBias: Bool { name.hasSuffix(".bias") }
    /// Whether weight decay applies: to matrices, not to biases or norms.
    var decays: Bool { shape.count > 1 }
  }

  /// A parameter before it has its place.
  struct Wanted {
    var name: String
    var shape: [Int]
    var part: Part
    var isAdapter = false
    var start: Start
  }

  /// What a parameter is before the first update.
  enum Start {
    case stored(WeightTensor)
    /// Normal, with this deviation.
    case normal(Float)
    /// Uniform between this and its negative.
    case uniform(Float)
    case constant(Float)
  }

  package let entries: [Entry]
  package let values: Buffer<Float>
  private let places: [String: Int]

  /// - Parameter generator: draws what is random, in the order of `wanted`.
  init(_ wanted: [Wanted], _ generator: inout SplitMix64) {
    var offset = 0
    let entries = wanted.map { wanted in
      defer { offset += wanted.shape.reduce(1, *) }
      return Entry(
        name: wanted.name, shape: wanted.shape, offset: offset, part: wanted.part,
        isAdapter: wanted.isAdapter)
    }
    let values = Buffer<Float>(count: offset)
    (self.entries, self.values) = (entries, values)
    places = Dictionary(uniqueKeysWithValues: entries.indices.map { (entries[$0].name, $0) })
    for (entry, wanted) in zip(entries, wanted) {
      let target = values.pointer + entry.offset
      switch wanted.start {
      case .stored(let tensor): target.update(from: tensor.pointer, count: entry.count)
      case .constant(let value): target.update(repeating: value, count: entry.count)
      case .normal(let deviation):
        for index in 0..<entry.count { target[index] = Float(generator.normal()) * deviation }
      case .uniform(let limit):
        for index in 0..<entry.count {
          target[index] = (Float(generator.next() >> 40) * 0x1p-23 - 1) * limit
        }
      }
    }
  }

  /// The parameter of a name, as a view that stays in step with training.
  package func tensor(_ name: String) -> WeightTensor? {
    places[name].map { tensor(entries[$0]) }
  }

  package func tensor(_ entry: Entry) -> WeightTensor {
    WeightTensor(
      name: entry.name, shape: entry.shape, pointer: UnsafePointer(values.pointer + entry.offset),
      owner: values)
  }

  /// The place of a value; nil if it lies elsewhere, as the zeros of a bias that the family lacks.
  func offset(of pointer: UnsafePointer<Float>) -> Int? {
    let offset = pointer - UnsafePointer(values.pointer)
    return (0..<values.count).contains(offset) ? offset : nil
  }
}

extension SplitMix64 {
  /// A standard normal value (Box and Muller).
  package mutating func normal() -> Double {
    let radius = (-2 * log(Double(next() >> 11 | 1) * 0x1p-53)).squareRoot()
    return radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
  }
}
