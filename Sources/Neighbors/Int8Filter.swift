import Foundation
import Kernels

/// Byte products of the leading coordinates, with a bound on what they miss.
///
/// A pair can reach the threshold t only if (see ``ByteCodes``, with A the largest |q_y| + |r_y| and
/// X the largest |q_x|)
///
///     q_x·q_y >= (t - |r_x| A - |t_x|²/2) - (X |r_y| + |t_y|²/2)
///
/// The right side is a number of the row plus a number of the column, so the test on integer
/// products is one addition and one comparison: `I > rowCutoff + columnCutoff`, both rounded
/// towards letting pairs pass. The left codes are shifted by 128 to be unsigned, which adds 128
/// times the column's sum of codes to I and is part of the column's cut-off.
struct Int8Filter: JoinFilter {
  private let left: Buffer<UInt8>
  private let depth: Int
  private let right: PackedByteRows
  private let rowCutoffs: [Int32]
  private let columnCutoffs: [Int32]

  /// Nil if the vectors differ so wildly in length that integer cut-offs would overflow.
  init?(left: VectorRows, right: VectorRows, isSelf: Bool, threshold: Float) throws {
    let leftNorms = try RowNorms(left)
    let rightNorms = isSelf ? leftNorms : try RowNorms(right)
    guard left.rows > 0, right.rows > 0, rightNorms.largest > 1e-6 else { return nil }
    let sample = Sample(right)
    guard let projection = sample.projection(threshold: threshold) else { return nil }
    let step = sample.step(projection)
    let rightCodes = ByteCodes(right, projection, step: step, norms: rightNorms)
    let leftCodes =
      isSelf ? rightCodes : ByteCodes(left, projection, step: step, norms: leftNorms)
    guard
      let cutoffs = Self.cutoffs(leftCodes, rightCodes, step: step, threshold: threshold)
    else { return nil }
    (rowCutoffs, columnCutoffs) = cutoffs
    depth = rightCodes.depth
    self.left = Self.unsigned(leftCodes)
    self.right = PackedByteRows(
      rows: right.rows, depth: depth, tileRows: JoinTile.columns, windowRows: JoinTile.rows)
    let packed = self.right
    let depth = depth
    Threads.forEach((right.rows + JoinTile.columns - 1) / JoinTile.columns) { tile in
      packed.pack(tile: tile, rightCodes.codes.pointer + tile * JoinTile.columns * depth)
    }
  }

  private static func unsigned(_ codes: ByteCodes) -> Buffer<UInt8> {
    let shifted = Buffer<UInt8>(count: codes.codes.count)
    let (from, to) = (codes.codes.pointer, shifted.pointer)
    let size = codes.depth * 1024
    Threads.forEach((codes.codes.count + size - 1) / size) { chunk in
      for index in chunk * size..<min(codes.codes.count, (chunk + 1) * size) {
        to[index] = UInt8(bitPattern: from[index]) ^ 0x80
      }
    }
    return shifted
  }

  private static func cutoffs(
    _ left: ByteCodes, _ right: ByteCodes, step: Double, threshold: Float
  ) -> ([Int32], [Int32])? {
    let reach = zip(right.length, right.residual).reduce(0) { max($0, Double($1.0) + Double($1.1)) }
    let longest = Double(left.length.max() ?? 0)
    // A canonical score is rounded once; what is just below the threshold may round up to it.
    let lowest = Double(threshold.nextDown.nextDown)
    let unit = step * step
    let up = 1 + 1e-9
    let limit = Double(1 << 28)
    var rows = [Int32](repeating: 0, count: left.rows)
    for row in 0..<left.rows {
      let miss = (Double(left.residual[row]) * reach + Double(left.tail[row]) / 2) * up
      let cutoff = (lowest - miss) / unit
      guard abs(cutoff) < limit else { return nil }
      rows[row] = Int32(cutoff.rounded(.down)) - 1
    }
    var columns = [Int32](repeating: 0, count: right.rows)
    for row in 0..<right.rows {
      let miss = (longest * Double(right.residual[row]) + Double(right.tail[row]) / 2) * up
      let cutoff = -miss / unit
      guard abs(cutoff) < limit else { return nil }
      columns[row] = Int32(cutoff.rounded(.down)) - 1 + 128 * right.sums[row]
    }
    return (rows, columns)
  }

  func makeWorkspace() -> ByteProductWorker { right.makeWorker() }

  func forEachCandidate(
    left rows: Range<Int>, right columns: Range<Int>, workspace: ByteProductWorker,
    pass: (Int, Int) -> Void
  ) {
    precondition(columns.lowerBound % JoinTile.columns == 0, "tiles start where they are packed")
    workspace.multiply(
      window: UnsafePointer(left.pointer + rows.lowerBound * depth),
      tile: columns.lowerBound / JoinTile.columns)
    let products = UnsafePointer(workspace.products.pointer)
    columnCutoffs.withUnsafeBufferPointer { columnCutoffs in
      for row in 0..<rows.count {
        TileScan.forEach(
          above: rowCutoffs[rows.lowerBound + row],
          plus: columnCutoffs.baseAddress! + columns.lowerBound,
          in: products + row * JoinTile.columns, count: columns.count
        ) { pass(rows.lowerBound + row, columns.lowerBound + $0) }
      }
    }
  }
}

/// Some rows, evenly spread, from which the filter chooses its directions and its step.
private struct Sample {
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
