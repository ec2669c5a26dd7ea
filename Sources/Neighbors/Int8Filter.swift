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
  /// Shifted to be unsigned, in place.
  private let left: Buffer<Int8>
  private let depth: Int
  private let right: PackedByteRows
  /// The square of the step: what one unit of an integer product is worth.
  private let unit: Double
  /// Per left row, `|r_x| A + |t_x|²/2`.
  private let rowMisses: [Double]
  private let columnCutoffs: [Int32]

  /// Misses and scores beyond this many units would overflow integer cut-offs.
  private static let mostUnits = Double(1 << 28)

  /// - Parameter threshold: the one to be fast at; nil for that of nearest neighbors.
  /// - Returns: nil if the vectors differ so wildly in length that integers would overflow.
  init?(left: VectorRows, right: VectorRows, isSelf: Bool, threshold: Float?) throws {
    let leftNorms = try RowNorms(left)
    let rightNorms = isSelf ? leftNorms : try RowNorms(right)
    guard left.rows > 0, right.rows > 0, rightNorms.largest > 1e-6 else { return nil }
    let sample = FilterSample(right)
    guard let projection = sample.projection(threshold: threshold ?? sample.nearestScore()) else {
      return nil
    }
    let step = sample.step(projection)
    let rightCodes = ByteCodes(right, projection, step: step, norms: rightNorms)
    let leftCodes =
      isSelf ? rightCodes : ByteCodes(left, projection, step: step, norms: leftNorms)
    unit = step * step
    rowMisses = Self.misses(leftCodes, reach: rightCodes.reach)
    let columnMisses = Self.misses(rightCodes, reach: leftCodes.longest)
    let most = Self.mostUnits * unit
    guard rowMisses.allSatisfy({ $0 < most }), columnMisses.allSatisfy({ $0 < most }) else {
      return nil
    }
    columnCutoffs = zip(columnMisses, rightCodes.sums).map { [unit] miss, sum in
      Int32((-miss / unit).rounded(.down)) - 1 + 128 * sum
    }
    depth = rightCodes.depth
    self.right = PackedByteRows(
      rows: right.rows, depth: depth, tileRows: JoinTile.columns, windowRows: JoinTile.rows)
    let (packed, depth) = (self.right, depth)
    Threads.forEach((right.rows + JoinTile.columns - 1) / JoinTile.columns) { tile in
      packed.pack(tile: tile, rightCodes.codes.pointer + tile * JoinTile.columns * depth)
    }
    // Only now: within one set these are the codes just packed.
    Self.makeUnsigned(leftCodes)
    self.left = leftCodes.codes
  }

  /// `|r| reach + |t|²/2` of each row, rounded up.
  private static func misses(_ codes: ByteCodes, reach: Double) -> [Double] {
    zip(codes.residual, codes.tail).map { residual, tail in
      (Double(residual) * reach + Double(tail) / 2) * (1 + 1e-9)
    }
  }

  private static func makeUnsigned(_ codes: ByteCodes) {
    let (pointer, count) = (codes.codes.pointer, codes.codes.count)
    let size = codes.depth * 1024
    Threads.forEach((count + size - 1) / size) { chunk in
      for index in chunk * size..<min(count, (chunk + 1) * size) {
        pointer[index] = Int8(bitPattern: UInt8(bitPattern: pointer[index]) ^ 0x80)
      }
    }
  }

  /// One unit less than exact, which covers the rounding of canonical scores near zero too.
  private func rowCutoff(_ row: Int, reaching threshold: Float) -> Int32 {
    let lowest = Double(threshold.nextDown.nextDown)
    let cutoff = ((lowest - rowMisses[row]) / unit).rounded(.down) - 1
    // Products are below 2^27 in size: at -2^29 every pair passes.
    return Int32(max(-2 * Self.mostUnits, min(2 * Self.mostUnits, cutoff)))
  }

  func makeWorkspace() -> ByteProductWorker { right.makeWorker() }

  func multiply(left rows: Range<Int>, right columns: Range<Int>, workspace: ByteProductWorker) {
    precondition(columns.lowerBound % JoinTile.columns == 0, "tiles start where they are packed")
    workspace.multiply(
      window: UnsafeRawPointer(left.pointer + rows.lowerBound * depth)
        .assumingMemoryBound(to: UInt8.self),
      tile: columns.lowerBound / JoinTile.columns)
  }

  func forEachCandidate(
    left: Int, window: Int, right columns: Range<Int>, reaching threshold: Float,
    workspace: ByteProductWorker, pass: (Int) -> Void
  ) {
    let cutoff = rowCutoff(left, reaching: threshold)
    let products = workspace.products.pointer + window * JoinTile.columns
    columnCutoffs.withUnsafeBufferPointer { columnCutoffs in
      TileScan.forEach(
        above: cutoff, plus: columnCutoffs.baseAddress! + columns.lowerBound, in: products,
        count: columns.count
      ) { pass(columns.lowerBound + $0) }
    }
  }

  func mostPromising(window: Int, right columns: Range<Int>, workspace: ByteProductWorker) -> Int {
    let products = workspace.products.pointer + window * JoinTile.columns
    let first = columns.lowerBound
    return columnCutoffs.withUnsafeBufferPointer { cutoffs in
      columns.max { products[$0 - first] - cutoffs[$0] < products[$1 - first] - cutoffs[$1] }!
    }
  }
}
