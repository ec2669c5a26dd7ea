import Curation
import Foundation
import Kernels
import Neighbors

/// A vector of each text, `[texts, width]`: the states of one layer.
public struct StateMatrix: Sendable {
  public let texts: Int
  public let width: Int
  /// Row by row.
  public var values: [Float]

  /// - Precondition: `texts * width` values.
  public init(texts: Int, width: Int, values: [Float]) {
    precondition(values.count == texts * width, "\(texts) rows of \(width) numbers")
    self.texts = texts
    self.width = width
    self.values = values
  }

  /// Without the mean of its rows.
  var centered: StateMatrix {
    var result = self
    for column in 0..<width {
      var sum = 0.0
      for row in 0..<texts { sum += Double(values[row * width + column]) }
      let center = Float(sum / Double(max(1, texts)))
      for row in 0..<texts { result.values[row * width + column] -= center }
    }
    return result
  }

  private var transposed: StateMatrix {
    var result = StateMatrix(texts: width, width: texts, values: values)
    for row in 0..<texts {
      for column in 0..<width {
        result.values[column * texts + row] = values[row * width + column]
      }
    }
    return result
  }

  /// The inner products of all pairs of rows, `[texts, texts]`. O(texts² width).
  var products: [Float] {
    var result = [Float](repeating: 0, count: texts * texts)
    values.withUnsafeBufferPointer { values in
      result.withUnsafeMutableBufferPointer { result in
        guard let base = values.baseAddress, let target = result.baseAddress else { return }
        nonisolated(unsafe) let (rows, products) = (base, target)
        Threads.forEach(texts) { i in
          for j in 0...i {
            let product = canonicalDot(rows + i * width, rows + j * width, count: width)
            products[i * texts + j] = product
            products[j * texts + i] = product
          }
        }
      }
    }
    return result
  }

  /// Mean cosine of different rows (Ethayarajh, "How contextual are contextualized word
  /// representations?", 2019, of sentences in place of words): 0 where directions are spread evenly, 1
  /// where all are the same. Rows of zeros have cosine 0 with all. O(texts width).
  ///
  /// With unit rows u it is (|Σu|² − n) / (n (n − 1)).
  public func anisotropy(_ blocks: TextBlocks) -> BlockStatistic {
    var sums = [[Double]](repeating: [Double](repeating: 0, count: width), count: blocks.count)
    var unit = [Double](repeating: 0, count: blocks.count)
    for row in 0..<texts {
      let line = values[row * width..<(row + 1) * width]
      let length = line.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 0 else { continue }
      let block = blocks.ofText[row]
      unit[block] += 1
      for (column, value) in line.enumerated() { sums[block][column] += Double(value) / length }
    }
    return blocks.statistic { without in
      let count = Double(blocks.size(without: without))
      guard count > 1 else { return .nan }
      var square = 0.0
      for column in 0..<width {
        var sum = 0.0
        for block in sums.indices where block != without { sum += sums[block][column] }
        square += sum * sum
      }
      let ones = unit.indices.reduce(0.0) { $0 + ($1 == without ? 0 : unit[$1]) }
      return (square - ones) / (count * (count - 1))
    }
  }

  /// Effective rank of the centered rows: the exponential of the entropy of their singular values as
  /// shares of their sum (Roy and Vetterli, "The effective rank", 2007), from 1 to the smaller of width
  /// and texts − 1; 0 where all rows are the same.
  ///
  /// Singular values are roots of the eigenvalues of the smaller of both products of the matrix with
  /// itself. O(blocks m³) with m the smaller of texts and width.
  public func effectiveRank(_ blocks: TextBlocks) -> BlockStatistic {
    let moments = texts <= width ? RowMoments(self) : nil
    let features = moments == nil ? ColumnMoments(self, blocks) : nil
    let size = moments == nil ? width : texts
    var ranks = [Double](repeating: 0, count: blocks.count + 1)
    ranks.withUnsafeMutableBufferPointer { ranks in
      nonisolated(unsafe) let ranks = ranks
      Threads.forEach(blocks.count + 1) { job in
        let without = job == 0 ? nil : job - 1
        let matrix =
          moments?.centered(blocks, without) ?? features!.centered(blocks, without)
        let rows = moments == nil ? size : blocks.size(without: without)
        ranks[job] = Self.effectiveRank(of: SymmetricEigenvalues.values(of: matrix, size: rows))
      }
    }
    return BlockStatistic(value: ranks[0], without: Array(ranks.dropFirst()))
  }

  static func effectiveRank(of eigenvalues: [Double]) -> Double {
    // The products are rounded to float32, which leaves values near zero where there are none.
    let least = (eigenvalues.last ?? 0) * 1e-6
    let singular = eigenvalues.filter { $0 > least && $0 > 0 }.map { $0.squareRoot() }
    let total = singular.reduce(0, +)
    guard total > 0 else { return 0 }
    return exp(singular.reduce(0) { $0 - $1 / total * log($1 / total) })
  }

  /// X Xᵀ, from which that of any of the rows, centered, follows.
  private struct RowMoments {
    let products: [Float]

    init(_ matrix: StateMatrix) { products = matrix.centered.products }

    func centered(_ blocks: TextBlocks, _ without: Int?) -> [Double] {
      let rows = blocks.ofText.indices.filter { blocks.ofText[$0] != without }
      let (size, texts) = (rows.count, blocks.texts)
      var matrix = [Double](repeating: 0, count: size * size)
      var means = [Double](repeating: 0, count: size)
      for (i, row) in rows.enumerated() {
        for (j, column) in rows.enumerated() {
          matrix[i * size + j] = Double(products[row * texts + column])
          means[i] += matrix[i * size + j] / Double(size)
        }
      }
      let all = mean(means)
      for i in 0..<size {
        for j in 0..<size { matrix[i * size + j] += all - means[i] - means[j] }
      }
      return matrix
    }
  }

  /// Xᵀ X of all rows, of each block, and the sums of its rows.
  private struct ColumnMoments {
    let width: Int
    let all: [Float]
    let ofBlock: [[Float]]
    let sums: [[Double]]

    init(_ matrix: StateMatrix, _ blocks: TextBlocks) {
      let matrix = matrix.centered
      let width = matrix.width
      self.width = width
      all = matrix.transposed.products
      let parts = (0..<blocks.count).map { block in
        let rows = blocks.ofText.indices.filter { blocks.ofText[$0] == block }
        return StateMatrix(
          texts: rows.count, width: width,
          values: rows.flatMap { matrix.values[$0 * width..<($0 + 1) * width] })
      }
      ofBlock = parts.map(\.transposed.products)
      sums = parts.map { part in
        (0..<width).map { column in
          (0..<part.texts).reduce(0.0) { $0 + Double(part.values[$1 * width + column]) }
        }
      }
    }

    func centered(_ blocks: TextBlocks, _ without: Int?) -> [Double] {
      let count = Double(blocks.size(without: without))
      let means = (0..<width).map { column in
        sums.indices.reduce(0.0) { $0 + ($1 == without ? 0 : sums[$1][column]) } / count
      }
      var matrix = all.map(Double.init)
      for i in 0..<width {
        for j in 0..<width {
          let place = i * width + j
          if let without { matrix[place] -= Double(ofBlock[without][place]) }
          matrix[place] -= count * means[i] * means[j]
        }
      }
      return matrix
    }
  }
}
