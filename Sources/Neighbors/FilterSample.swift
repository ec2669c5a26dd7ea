import Kernels

/// Some rows, evenly spread, from which the filter chooses its directions and its step.
struct FilterSample {
  private let buffer: Buffer<Float>
  private let vectors: VectorRows

  init(_ all: VectorRows) {
    let count = min(all.rows, 4096)
    buffer = Buffer(count: count * all.dimension)
    for row in 0..<count {
      (buffer.pointer + row * all.dimension).update(
        from: all[row * all.rows / count], count: all.dimension)
    }
    vectors = VectorRows(pointer: buffer.pointer, rows: count, dimension: all.dimension)
  }

  /// The projection with the least estimated cost; nil beyond the depth int32 sums can take.
  func projection(threshold: Float) -> Projection? {
    guard vectors.dimension <= 4096 else { return nil }
    var best: (cost: Double, projection: Projection)?
    for depth in stride(from: 64, through: vectors.dimension + 63, by: 64) {
      let projection = Projection(sample: vectors, depth: min(depth, vectors.dimension))
      let cost = Double(depth) * Cost.product + passRate(projection, threshold) * Cost.decision
      if best == nil || cost < best!.cost { best = (cost, projection) }
      if Double(depth + 64) * Cost.product > best!.cost { break }
    }
    return best?.projection
  }

  /// The mean score of a few sampled rows with their nearest neighbour in the sample.
  func nearestScore() -> Float {
    let count = min(256, vectors.rows)
    let products = Buffer<Float>(count: count * vectors.rows)
    RowProducts.float32(
      left: vectors.pointer, leftRows: count, right: vectors.pointer, rightRows: vectors.rows,
      dimension: vectors.dimension, into: products.pointer)
    var sum: Float = 0
    for row in 0..<count {
      var best: Float = 0
      for other in 0..<vectors.rows where other != row {
        best = max(best, products.pointer[row * vectors.rows + other])
      }
      sum += best
    }
    return sum / Float(count)
  }

  /// Nanoseconds per pair: per coordinate in a product, and per canonical decision.
  private enum Cost {
    static let product = 0.005
    static let decision = 200.0
  }

  /// The share of pairs among a thousand sampled rows that the bound cannot exclude.
  private func passRate(_ projection: Projection, _ threshold: Float) -> Double {
    let stepping = max(1, vectors.rows / 1024)
    let count = vectors.rows / stepping
    let coordinates = Buffer<Float>(count: vectors.rows * projection.depth)
    projection.apply(to: vectors, 0..<vectors.rows, into: coordinates.pointer)
    let view = VectorRows(
      pointer: coordinates.pointer, rows: vectors.rows, dimension: projection.depth)
    let halfTails = (0..<count).map { row in
      let all = vectors.score(row * stepping, row * stepping)
      return (all - view.score(row * stepping, row * stepping)) / 2 + 0.008
    }
    let products = Buffer<Float>(count: vectors.rows)
    var passing = 0
    for row in 0..<count {
      RowProducts.float32(
        left: view[row * stepping], leftRows: 1, right: view.pointer, rightRows: vectors.rows,
        dimension: projection.depth, into: products.pointer)
      for other in 0..<row
      where products.pointer[other * stepping] + halfTails[row] + halfTails[other] >= threshold {
        passing += 1
      }
    }
    return Double(passing) / Double(max(1, count * (count - 1) / 2))
  }

  /// A step that puts four standard deviations of the coordinates at code 127.
  func step(_ projection: Projection) -> Double {
    let coordinates = Buffer<Float>(count: vectors.rows * projection.depth)
    projection.apply(to: vectors, 0..<vectors.rows, into: coordinates.pointer)
    let squares = coordinates.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let deviation = (squares / Double(coordinates.count)).squareRoot()
    return max(deviation, 1e-9) * 4 / 127
  }
}
