import Foundation
import Transformer

/// BERT's forward pass in double precision, written for reading: one sentence, plain loops.
struct ReferenceEncoder {
  let configuration: ModelConfiguration
  let weights: EncoderWeights

  typealias Matrix = [[Double]]

  /// `[tokens][hidden]`
  func hiddenStates(_ ids: [Int32]) -> Matrix {
    var states = ids.enumerated().map { position, id in
      (0..<configuration.hiddenSize).map { index in
        row(weights.wordEmbeddings, Int(id))[index]
          + row(weights.positionEmbeddings!, position)[index]
          + row(weights.tokenTypeEmbeddings!, 0)[index]
      }
    }
    states = normalize(states, weights.embeddingNorm)
    for layer in weights.layers {
      let attended = attend(
        linear(states, layer.query), linear(states, layer.key), linear(states, layer.value))
      states = normalize(add(states, linear(attended, layer.attentionOutput)), layer.attentionNorm!)
      let wide = linear(states, layer.intermediate).map { $0.map(gelu) }
      states = normalize(add(states, linear(wide, layer.output)), layer.feedForwardNorm)
    }
    return states
  }

  private func row(_ table: WeightTensor, _ index: Int) -> [Double] {
    let size = table.shape[1]
    return (0..<size).map { Double(table.pointer[index * size + $0]) }
  }

  private func linear(_ x: Matrix, _ layer: EncoderWeights.Linear) -> Matrix {
    let weight = (0..<layer.outputs).map { row(layer.weight, $0) }
    return x.map { x in
      weight.enumerated().map { output, weight in
        zip(x, weight).reduce(Double(layer.bias.pointer[output])) { $0 + $1.0 * $1.1 }
      }
    }
  }

  private func attend(_ query: Matrix, _ key: Matrix, _ value: Matrix) -> Matrix {
    let size = configuration.headSize
    var result = Matrix(
      repeating: [Double](repeating: 0, count: configuration.hiddenSize), count: query.count)
    for head in 0..<configuration.heads {
      let columns = head * size..<(head + 1) * size
      for (token, query) in query.enumerated() {
        let scores = key.map { key in
          columns.reduce(0) { $0 + query[$1] * key[$1] } / Double(size).squareRoot()
        }
        let top = scores.max()!
        let exponentials = scores.map { exp($0 - top) }
        let total = exponentials.reduce(0, +)
        for (other, weight) in exponentials.enumerated() {
          for column in columns { result[token][column] += weight / total * value[other][column] }
        }
      }
    }
    return result
  }

  private func normalize(_ x: Matrix, _ norm: EncoderWeights.Norm) -> Matrix {
    x.map { x in
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
      let scale = 1 / (variance + Double(configuration.layerNormEpsilon)).squareRoot()
      return x.enumerated().map { index, x in
        (x - mean) * scale * Double(norm.weight.pointer[index]) + Double(norm.bias.pointer[index])
      }
    }
  }

  private func add(_ left: Matrix, _ right: Matrix) -> Matrix {
    zip(left, right).map { zip($0, $1).map { $0 + $1 } }
  }

  private func gelu(_ x: Double) -> Double { x / 2 * (1 + erf(x / 2.squareRoot())) }
}
