import Curation
import Foundation
import Neighbors
import Testing

@Suite struct DiversityTests {
  @Test func eigenvaluesOfAKnownSpectrum() {
    // The second difference matrix has eigenvalues 2 - 2 cos(kπ / (n + 1)).
    for n in 1...40 {
      var matrix = [Double](repeating: 0, count: n * n)
      for i in 0..<n {
        matrix[i * n + i] = 2
        if i > 0 { matrix[i * n + i - 1] = -1 }
      }
      let found = SymmetricEigenvalues.values(of: matrix, size: n)
      for k in 1...n {
        let exact = 2 - 2 * cos(Double(k) * .pi / Double(n + 1))
        #expect(abs(found[k - 1] - exact) < 1e-13)
      }
    }
  }

  /// Q D Qᵀ with a random orthogonal Q (a product of reflections) has the spectrum D.
  @Test func eigenvaluesOfRandomSimilarMatrices() {
    var random = TestRandom(3)
    for n in [1, 2, 3, 7, 16, 33] {
      let spectrum = (0..<n).map { _ in
        Bool.random(using: &random) ? 1.0 : Double.random(in: -2...2, using: &random)
      }.sorted()
      var matrix = [Double](repeating: 0, count: n * n)
      for i in 0..<n { matrix[i * n + i] = spectrum[i] }
      for _ in 0..<3 {
        let v = (0..<n).map { _ in Double.random(in: -1...1, using: &random) }
        let length = v.reduce(0) { $0 + $1 * $1 }
        func reflect(_ m: [Double]) -> [Double] {
          var result = m
          for column in 0..<n {
            let product = (0..<n).reduce(0) { $0 + v[$1] * m[$1 * n + column] }
            for row in 0..<n { result[row * n + column] -= 2 * v[row] * product / length }
          }
          return result
        }
        func transposed(_ m: [Double]) -> [Double] {
          (0..<(n * n)).map { m[($0 % n) * n + $0 / n] }
        }
        matrix = reflect(transposed(reflect(matrix)))
      }
      let found = SymmetricEigenvalues.values(of: matrix, size: n)
      for (value, exact) in zip(found, spectrum) { #expect(abs(value - exact) < 1e-12) }
    }
  }

  private func vendi(_ rows: [[Float]]) -> Double? {
    rows.flatMap { $0 }.withUnsafeBufferPointer {
      Diversity.vendiScore(
        VectorRows(
          pointer: $0.baseAddress ?? UnsafePointer(bitPattern: 64)!, rows: rows.count,
          dimension: rows.first?.count ?? 3))
    }
  }

  @Test func vendiScoreCountsDifferentRecords() {
    let axes: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    #expect(abs(vendi(axes)! - 3) < 1e-9)
    #expect(abs(vendi(Array(repeating: axes[0], count: 700))! - 1) < 1e-6)
    #expect(abs(vendi(axes + axes)! - 3) < 1e-9)
    // Two vectors with cosine c: eigenvalues (1 ± c) / 2.
    let c = 0.6
    let shares = [(1 + c) / 2, (1 - c) / 2]
    let exact = exp(-shares.reduce(0) { $0 + $1 * log($1) })
    #expect(abs(vendi([[1, 0], [0.6, 0.8]])! - exact) < 1e-6)
    #expect(vendi([]) == nil)
  }

  @Test func vendiScoreDoesNotDependOnOrder() {
    var random = TestRandom(5)
    let rows = (0..<600).map { _ -> [Float] in
      let v = (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / length }
    }
    #expect(abs(vendi(rows)! - vendi(rows.shuffled(using: &random))!) < 1e-9)
  }

  @Test func entropyDistanceAndCoverage() {
    #expect(Diversity.normalizedEntropy([5, 5, 5, 5]) == 1)
    #expect(Diversity.normalizedEntropy([9, 0, 0]) == 0)
    #expect(Diversity.normalizedEntropy([3]) == 1)
    #expect(Diversity.normalizedEntropy([0, 0]) == nil)
    let quarter = Diversity.normalizedEntropy([1, 3])!
    #expect(abs(quarter - 0.811_278_124_459) < 1e-9)
    #expect(Diversity.normalizedEntropy([3, 1]) == quarter)
    #expect(Diversity.coverage([0.5, 0.9, 1, 0.89], atLeast: 0.9) == 0.5)
    #expect(Diversity.coverage([], atLeast: 0.9) == nil)
    #expect(Diversity.meanNearestNeighborDistance([0.5, 1]) == 0.25)
    #expect(Diversity.meanNearestNeighborDistance([]) == nil)
  }
}
