import Kernels

/// Eigenvalues of a real symmetric matrix, ascending, in double precision.
///
/// Householder reduction to tridiagonal form, then bisection on Sturm sequences (Golub and Van Loan,
/// Matrix Computations, 8.3 and 8.4): no eigenvectors, no iteration that could fail, every value
/// within a few units of rounding of the largest. O(n³).
package enum SymmetricEigenvalues {
  /// - Parameter matrix: n × n in row order; only the lower triangle is read.
  package static func values(of matrix: [Double], size n: Int) -> [Double] {
    precondition(matrix.count == n * n, "a matrix of \(n) rows has \(n * n) entries")
    var (diagonal, offDiagonal) = tridiagonal(matrix, n)
    if n == 0 { return [] }
    return diagonal.withUnsafeMutableBufferPointer { diagonal in
      offDiagonal.withUnsafeMutableBufferPointer { offDiagonal in
        bisected(diagonal, offDiagonal)
      }
    }
  }

  /// The diagonal and the n - 1 entries beside it of a similar tridiagonal matrix.
  private static func tridiagonal(_ matrix: [Double], _ n: Int) -> ([Double], [Double]) {
    var work = matrix
    for row in 0..<n { for column in 0..<row { work[column * n + row] = work[row * n + column] } }
    var offDiagonal = [Double](repeating: 0, count: max(0, n - 1))
    var v = [Double](repeating: 0, count: n)
    var p = [Double](repeating: 0, count: n)
    for k in 0..<max(0, n - 1) {
      // Reflect column k below the diagonal onto its first entry.
      var norm = 0.0
      for row in (k + 1)..<n { norm += work[row * n + k] * work[row * n + k] }
      norm = norm.squareRoot()
      let head = work[(k + 1) * n + k]
      let alpha = head > 0 ? -norm : norm
      offDiagonal[k] = alpha
      if norm == 0 { continue }
      for row in (k + 1)..<n { v[row] = work[row * n + k] }
      v[k + 1] -= alpha
      let scale = norm * (norm + abs(head))
      reflect(&work, n, from: k + 1, v, &p, scale)
    }
    return ((0..<n).map { work[$0 * n + $0] }, offDiagonal)
  }

  /// A ← H A H on the trailing block, H = I - v vᵀ / scale.
  private static func reflect(
    _ work: inout [Double], _ n: Int, from start: Int, _ v: [Double], _ p: inout [Double],
    _ scale: Double
  ) {
    work.withUnsafeMutableBufferPointer { work in
      v.withUnsafeBufferPointer { v in
        p.withUnsafeMutableBufferPointer { p in
          var half = 0.0
          for row in start..<n {
            p[row] = dot(work.baseAddress! + row * n + start, v.baseAddress! + start, n - start)
            p[row] /= scale
            half += p[row] * v[row]
          }
          half /= 2 * scale
          for row in start..<n { p[row] -= half * v[row] }
          for row in start..<n {
            let (a, b) = (v[row], p[row])
            let line = work.baseAddress! + row * n
            for column in start..<n { line[column] -= a * p[column] + b * v[column] }
          }
        }
      }
    }
  }

  /// All eigenvalues of the tridiagonal matrix, each found by halving the interval that holds it.
  private static func bisected(
    _ diagonal: UnsafeMutableBufferPointer<Double>,
    _ offDiagonal: UnsafeMutableBufferPointer<Double>
  ) -> [Double] {
    let n = diagonal.count
    var low = Double.infinity
    var high = -Double.infinity
    for row in 0..<n {
      var radius = 0.0
      if row > 0 { radius += abs(offDiagonal[row - 1]) }
      if row < n - 1 { radius += abs(offDiagonal[row]) }
      low = min(low, diagonal[row] - radius)
      high = max(high, diagonal[row] + radius)
    }
    let least = max(abs(low), abs(high)) * Double.ulpOfOne
    var found: [Double] = []
    for index in 0..<n {
      var (left, right) = (found.last ?? low, high)
      while right - left > least {
        let middle = left + (right - left) / 2
        if middle == left || middle == right { break }
        if countBelow(middle, diagonal, offDiagonal) > index {
          right = middle
        } else {
          left = middle
        }
      }
      found.append(left + (right - left) / 2)
    }
    return found
  }

  /// How many eigenvalues are below `value`: the negative pivots of A - value · I.
  private static func countBelow(
    _ value: Double, _ diagonal: UnsafeMutableBufferPointer<Double>,
    _ offDiagonal: UnsafeMutableBufferPointer<Double>
  ) -> Int {
    var count = 0
    var pivot = 1.0
    for row in 0..<diagonal.count {
      let beside = row == 0 ? 0 : offDiagonal[row - 1]
      if pivot == 0 { pivot = .leastNormalMagnitude }
      pivot = diagonal[row] - value - beside * beside / pivot
      if pivot < 0 { count += 1 }
    }
    return count
  }
}
