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
/// towards letting pairs pass. The left codes are shifted to be unsigned, which adds the shift times
/// the column's sum of codes to I and is part of the column's cut-off.
struct Int8Filter: JoinFilter {
  /// Shifted to be unsigned, in place.
  private let left: Buffer<Int8>
  private let depth: Int
  private let right: PackedBytes
  /// The square of the step: what one unit of an integer product is worth.
  private let unit: Double
  /// Per left row, `|r_x| A + |t_x|²/2`.
  private let rowMisses: [Double]
  private let columnCutoffs: Buffer<Int32>

  /// Misses and scores beyond this many units would overflow integer cut-offs.
  private static let mostUnits = Double(1 << 28)

  /// - Parameter threshold: the one to be fast at; nil for that of nearest neighbors.
  /// - Returns: nil if the processor has no byte products (``ByteCoding/finest``), or the vectors
  ///   differ so wildly in length that integers would overflow.
  init?(left: VectorRows, right: VectorRows, isSelf: Bool, threshold: Float?) throws {
    let leftNorms = try RowNorms(left)
    let rightNorms = isSelf ? leftNorms : try RowNorms(right)
    guard let coding = ByteCoding.finest, left.rows > 0, right.rows > 0,
      rightNorms.largest > 1e-6
    else { return nil }
    // Codes lie evenly around zero, and shifted by one more than the largest they are unsigned.
    let shift = (coding.levels + 1) / 2
    let sample = FilterSample(right, largestCode: shift - 1)
    guard let projection = sample.projection(threshold: threshold ?? sample.nearestScore()) else {
      return nil
    }
    let step = sample.step(projection)
    func codes(_ vectors: VectorRows, _ norms: RowNorms) -> ByteCodes {
      ByteCodes(vectors, projection, step: step, largest: shift - 1, norms: norms)
    }
    let rightCodes = codes(right, rightNorms)
    let leftCodes = isSelf ? rightCodes : codes(left, leftNorms)
    unit = step * step
    rowMisses = Self.misses(leftCodes, reach: rightCodes.reach)
    let columnMisses = Self.misses(rightCodes, reach: leftCodes.longest)
    let most = Self.mostUnits * unit
    guard rowMisses.allSatisfy({ $0 < most }), columnMisses.allSatisfy({ $0 < most }) else {
      return nil
    }
    let cutoffs = zip(columnMisses, rightCodes.sums).map { [unit] miss, sum in
      Int32((-miss / unit).rounded(.down)) - 1 + shift * sum
    }
    // Nothing passes beyond the last row.
    let spare = JoinTile.columns - right.rows % JoinTile.columns
    columnCutoffs = Buffer(cutoffs + [Int32](repeating: 1 << 30, count: spare))
    depth = rightCodes.depth
    let packed = PackedBytes(rows: right.rows, depth: rightCodes.depth)
    self.right = packed
    Threads.forEach(right.rows, by: PackedBytes.panel) { panel in
      let first = panel.lowerBound
      packed.pack(panelAt: first, rightCodes.codes.pointer + first * rightCodes.depth)
    }
    // Only now: within one set these are the codes just packed.
    Self.makeUnsigned(leftCodes, shift: shift)
    self.left = leftCodes.codes
  }

  /// `|r| reach + |t|²/2` of each row, rounded up.
  private static func misses(_ codes: ByteCodes, reach: Double) -> [Double] {
    zip(codes.residual, codes.tail).map { residual, tail in
      (Double(residual) * reach + Double(tail) / 2) * (1 + 1e-9)
    }
  }

  private static func makeUnsigned(_ codes: ByteCodes, shift: Int32) {
    let (pointer, count) = (codes.codes.pointer, codes.codes.count)
    Threads.forEach(count, by: codes.depth * 1024) { chunk in
      for index in chunk {
        pointer[index] = Int8(truncatingIfNeeded: Int32(pointer[index]) &+ shift)
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

  /// Products of one tile, or which of them are candidates.
  struct Workspace {
    fileprivate let products = Buffer<Int32>(count: JoinTile.rows * JoinTile.columns)
    fileprivate let bits = Buffer<UInt32>(count: JoinTile.rows * JoinTile.columns / 32)
    fileprivate let rowCutoffs = Buffer<Int32>(count: JoinTile.rows)
  }

  func makeWorkspace() -> Workspace { Workspace() }

  func multiply(left rows: Range<Int>, right columns: Range<Int>, workspace: Workspace) {
    right.multiply(
      codes(of: rows), count: rows.count, columns: columns, into: workspace.products.pointer)
  }

  private func codes(of rows: Range<Int>) -> UnsafePointer<UInt8> {
    UnsafeRawPointer(left.pointer + rows.lowerBound * depth).assumingMemoryBound(to: UInt8.self)
  }

  func forEachCandidate(
    left rows: Range<Int>, right columns: Range<Int>, reaching threshold: Float,
    workspace: Workspace, pass: (_ left: Int, _ right: Int) -> Void
  ) {
    let (bits, rowCutoffs) = (workspace.bits.pointer, workspace.rowCutoffs.pointer)
    for row in rows {
      rowCutoffs[row - rows.lowerBound] = rowCutoff(row, reaching: threshold)
    }
    right.candidates(
      codes(of: rows), count: rows.count, columns: columns, rowCutoffs: rowCutoffs,
      columnCutoffs: columnCutoffs.pointer + columns.lowerBound, into: bits)
    let words = (columns.count + 31) / 32
    for row in 0..<rows.count {
      for index in 0..<words {
        var word = bits[row * words + index]
        while word != 0 {
          pass(
            rows.lowerBound + row,
            columns.lowerBound + index * 32 + word.trailingZeroBitCount)
          word &= word - 1
        }
      }
    }
  }

  func forEachCandidate(
    left: Int, window: Int, right columns: Range<Int>, reaching threshold: Float,
    workspace: Workspace, pass: (Int) -> Void
  ) {
    let cutoff = rowCutoff(left, reaching: threshold)
    TileScan.forEach(
      above: cutoff, plus: columnCutoffs.pointer + columns.lowerBound,
      in: workspace.products.pointer + window * columns.count, count: columns.count
    ) { pass(columns.lowerBound + $0) }
  }

  func mostPromising(window: Int, right columns: Range<Int>, workspace: Workspace) -> Int {
    let products = workspace.products.pointer + window * columns.count
    let (first, cutoffs) = (columns.lowerBound, columnCutoffs.pointer)
    return columns.max {
      products[$0 - first] - cutoffs[$0] < products[$1 - first] - cutoffs[$1]
    }!
  }
}
