import Foundation
import Kernels
import Neighbors

/// Measures of how varied a set of records is and how far apart two sets are.
///
/// Those that read nearest-neighbor scores take the cosine of every record with the nearest other
/// record (or with the nearest record of another set).
public enum Diversity {
  /// Mean distance 1 - cosine to the nearest neighbor; nil without records.
  public static func meanNearestNeighborDistance(_ nearestScores: [Float]) -> Double? {
    if nearestScores.isEmpty { return nil }
    return nearestScores.reduce(0.0) { $0 + 1 - Double($1) } / Double(nearestScores.count)
  }

  /// The share of a reference set that has a record of the other set at or above `threshold`;
  /// nil without records. Also the leakage rate of a test set whose nearest training scores these are.
  public static func coverage(_ nearestScores: [Float], atLeast threshold: Float) -> Double? {
    if nearestScores.isEmpty { return nil }
    let covered = nearestScores.count { $0 >= threshold }
    return Double(covered) / Double(nearestScores.count)
  }

  /// Shannon entropy of the counts divided by its largest value, ln(number of counts): 1 is even,
  /// 0 is all in one class. Give zeros for classes that exist but are not there. 1 for one class,
  /// nil without records.
  public static func normalizedEntropy(_ counts: [Int]) -> Double? {
    let total = counts.reduce(0, +)
    if total == 0 { return nil }
    if counts.count == 1 { return 1 }
    let entropy = counts.sorted().reduce(0.0) { sum, count in
      let share = Double(count) / Double(total)
      return count == 0 ? sum : sum - share * log(share)
    }
    return entropy / log(Double(counts.count))
  }

  /// Vendi score (Friedman and Dieng 2023) of `rows` unit vectors: the exponential of the entropy of
  /// the eigenvalues of K / n, K the cosines of all pairs. The effective number of different records,
  /// from 1 (all equal) to the smaller of n and the dimension.
  ///
  /// K = X Xᵀ has the same nonzero eigenvalues as Xᵀ X, which is only dimension × dimension.
  /// O(n d² / 2 + d³); in double precision, independent of the order of rows to about 1e-9.
  ///
  /// - Parameter vectors: unit vectors.
  /// - Returns: nil without rows.
  public static func vendiScore(_ vectors: VectorRows) -> Double? {
    if vectors.rows == 0 { return nil }
    let moments = secondMoments(vectors)
    let eigenvalues = SymmetricEigenvalues.values(of: moments, size: vectors.dimension)
    let total = eigenvalues.reduce(0) { $0 + max(0, $1) }
    let entropy = eigenvalues.reduce(0.0) { sum, value in
      // Vectors are of unit length only to rounding; the shares must sum to 1.
      let share = max(0, value) / total
      return share > 0 ? sum - share * log(share) : sum
    }
    return exp(entropy)
  }

  /// Xᵀ X / n, lower triangle, summed over blocks of rows that are turned to columns first.
  private static func secondMoments(_ vectors: VectorRows) -> [Double] {
    let (rows, dimension) = (vectors.rows, vectors.dimension)
    let (blockRows, bandRows) = (256, 32)
    var sums = [Double](repeating: 0, count: dimension * dimension)
    var columns = [Double](repeating: 0, count: dimension * blockRows)
    sums.withUnsafeMutableBufferPointer { sums in
      columns.withUnsafeMutableBufferPointer { columns in
        for start in stride(from: 0, to: rows, by: blockRows) {
          let count = min(blockRows, rows - start)
          for row in 0..<count {
            let line = vectors[start + row]
            for column in 0..<dimension { columns[column * blockRows + row] = Double(line[column]) }
          }
          // Every worker has rows of the triangle of its own, so sums do not depend on their number.
          nonisolated(unsafe) let (sums, columns) = (sums, columns.baseAddress!)
          let bands = (dimension + bandRows - 1) / bandRows
          Threads.forEach(bands) { band in
            for i in (band * bandRows)..<min(dimension, (band + 1) * bandRows) {
              for j in 0...i {
                sums[i * dimension + j] += dot(
                  columns + i * blockRows, columns + j * blockRows, count)
              }
            }
          }
        }
      }
    }
    return sums.map { $0 / Double(rows) }
  }
}
