import Foundation
import Neighbors

/// A number of topic cells suggested by the data: that of the highest Bayesian information criterion
/// of a mixture of equally wide spherical normal distributions, one a cell (Schwarz, 1978; Pelleg and
/// Moore, "X-means", 2000).
///
/// Cells are tried on a sample, in steps of about √2. The criterion asks more texts for more cells, so
/// the suggestion grows with the sample up to its limit.
package enum TopicCount {
  package static let largestSample = 8192
  private static let candidates = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]

  /// - Parameter vectors: unit rows in an order of chance; the first ``largestSample`` are the sample.
  /// - Complexity: O(sample · cells · dimension) for each number of cells tried.
  package static func suggest(_ vectors: VectorRows, seed: Int) throws -> Int {
    let sample = vectors[0..<min(vectors.rows, largestSample)]
    var best = (count: 1, criterion: -Double.infinity)
    var worse = 0
    for count in candidates where count == 1 || 2 * count <= sample.rows {
      let tried = try criterion(of: sample, count: count, seed: seed)
      if tried > best.criterion {
        best = (count, tried)
        worse = 0
      } else {
        worse += 1
      }
      if worse == 3 { break }
    }
    return best.count
  }

  /// The best of several divisions: few cells are easily caught in a poor one, with many it evens out.
  private static func criterion(of sample: VectorRows, count: Int, seed: Int) throws -> Double {
    var best = -Double.infinity
    for attempt in 0..<max(1, 48 / count) {
      let cells = try SphericalKMeans.cluster(sample, count: count, seed: seed &+ attempt)
      best = max(best, criterion(cells, dimension: sample.dimension))
    }
    return best
  }

  private static func criterion(_ cells: SphericalKMeans.Result, dimension: Int) -> Double {
    let (rows, count) = (Double(cells.scores.count), Double(cells.sizes.count))
    let squares = cells.scores.reduce(0) { $0 + max(0, 2 - 2 * Double($1)) }
    let degrees = Double(dimension) * max(1, rows - count)
    let variance = max(1e-9, squares / degrees)
    let mixture = cells.sizes.reduce(0) { $1 == 0 ? $0 : $0 + Double($1) * log(Double($1) / rows) }
    let likelihood =
      mixture - rows * Double(dimension) / 2 * log(2 * .pi * variance) - degrees / 2
    return likelihood - count * Double(dimension + 1) / 2 * log(rows)
  }
}
