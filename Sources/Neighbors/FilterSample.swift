import Kernels

/// Some rows, evenly spread, from which the filter chooses its directions and its step.
struct FilterSample {
  private let buffer: Buffer<Float>
  private let vectors: VectorRows
  private let largestCode: Int32

  /// - Parameter largestCode: coordinates are rounded to codes of at most this size.
  init(_ all: VectorRows, largestCode: Int32) {
    self.largestCode = largestCode
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
    var leading = LeadingDirections(of: vectors)
    let coordinates = leading.coordinates()
    var best: (cost: Double, depth: Int)?
    for depth in stride(from: 64, to: leading.depth + 64, by: 64).map({ min($0, leading.depth) }) {
      let first = prefix(depth, of: coordinates, width: leading.depth)
      let view = VectorRows(pointer: first.pointer, rows: vectors.rows, dimension: depth)
      let cost = withExtendedLifetime(first) {
        estimatedCost(depth, passRate(view, threshold))
      }
      if best == nil || cost < best!.cost { best = (cost, depth) }
    }
    if leading.depth < vectors.dimension {
      let cost = estimatedCost(vectors.dimension, passRate(vectors, threshold))
      if cost < best!.cost { best = (cost, vectors.dimension) }
    }
    return leading.projection(depth: best!.depth)
  }

  /// Nanoseconds per pair: products of all coordinates, and canonical decisions of what passes.
  private func estimatedCost(_ depth: Int, _ passRate: Double) -> Double {
    Double(depth) * (largestCode < 127 ? 0.01 : 0.005) + passRate * 200
  }

  /// The first `depth` of the `width` coordinates of every row.
  private func prefix(_ depth: Int, of coordinates: Buffer<Float>, width: Int) -> Buffer<Float> {
    let first = Buffer<Float>(count: vectors.rows * depth)
    for row in 0..<vectors.rows {
      (first.pointer + row * depth).update(from: coordinates.pointer + row * width, count: depth)
    }
    return first
  }

  /// The share of pairs among some hundred sampled rows and all others that the bound cannot
  /// exclude, given [rows, depth] coordinates.
  private func passRate(_ view: VectorRows, _ threshold: Float) -> Double {
    let count = min(256, vectors.rows)
    let halfTails = (0..<vectors.rows).map {
      (vectors.score($0, $0) - view.score($0, $0)) / 2 + typicalMiss
    }
    let products = Buffer<Float>(count: count * vectors.rows)
    RowProducts.float32(
      left: view.pointer, leftRows: count, right: view.pointer, rightRows: vectors.rows,
      dimension: view.dimension, into: products.pointer)
    var passing = 0
    for row in 0..<count {
      for other in 0..<vectors.rows where other != row {
        let most = products.pointer[row * vectors.rows + other] + halfTails[row] + halfTails[other]
        passing += most >= threshold ? 1 : 0
      }
    }
    return Double(passing) / Double(max(1, count * (vectors.rows - 1)))
  }

  /// What quantization adds to a bound for each row of unit length, about.
  private var typicalMiss: Float { 1 / Float(largestCode) }

  /// The mean score of a few sampled rows with their nearest neighbor in the sample.
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

  /// A step that puts four standard deviations of the coordinates at the largest code.
  func step(_ projection: Projection) -> Double {
    let coordinates = Buffer<Float>(count: vectors.rows * projection.depth)
    projection.apply(to: vectors, 0..<vectors.rows, into: coordinates.pointer)
    let squares = coordinates.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let deviation = (squares / Double(coordinates.count)).squareRoot()
    return max(deviation, 1e-9) * 4 / Double(largestCode)
  }
}
