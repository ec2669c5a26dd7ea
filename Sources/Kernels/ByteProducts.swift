import CKernels

/// The largest codes of 8-bit products.
///
/// Without the 8-bit dot product (VNNI) products of bytes are added in 16 bits, two pairs at a time:
/// with 7-bit codes these sums cannot overflow, 4 · 127 · 64 < 32,768. Integer sums are exact, so a
/// coding gives the same sums on every processor that runs it.
package struct ByteCoding: Sendable, Equatable {
  /// Left codes are in 0…levels.
  package let levels: Int32
  /// Right codes are in -magnitude…magnitude.
  package let magnitude: Int32

  /// Needs ``Processor/hasVNNI``.
  package static let eightBits = ByteCoding(levels: 255, magnitude: 127)
  /// Needs ``Processor/hasAVX2``.
  package static let sevenBits = ByteCoding(levels: 127, magnitude: 64)

  /// The finest that this processor multiplies exactly; nil where it multiplies none fast.
  package static let finest: ByteCoding? =
    Processor.hasVNNI ? .eightBits : Processor.hasAVX2 ? .sevenBits : nil

  /// Whether this processor multiplies such codes exactly.
  package var isSupported: Bool { Self.finest.map { levels <= $0.levels } ?? false }
}

/// Rows of signed bytes, packed to be met by rows of unsigned bytes: products are exact in int32.
///
/// Immutable once packed, and then shared by all threads.
package final class PackedBytes: @unchecked Sendable {
  package let rows: Int
  /// Bytes of a row.
  package let depth: Int
  /// Rows are packed, and met, in runs that start at a multiple of this.
  package static let panel = ck_byte_panel()
  private let padded: Int
  private let panels: Buffer<Int8>

  /// What may be read beyond the last left row.
  package static let slack = 8

  package init(rows: Int, depth: Int) {
    self.rows = rows
    self.depth = depth
    padded = (depth + 7) & ~7
    panels = Buffer(count: (rows + Self.panel - 1) / Self.panel * Self.panel * padded)
  }

  /// Packs rows `first`, a multiple of ``panel``, to the end of its panel; different panels may be
  /// packed on different threads.
  ///
  /// - Parameter codes: the rows from `first` on, `[rows - first, depth]`.
  package func pack(panelAt first: Int, _ codes: UnsafePointer<Int8>) {
    precondition(first % Self.panel == 0, "a panel starts at a multiple of \(Self.panel)")
    let (panel, depth) = (Self.panel, depth)
    let target = panels.pointer + first * padded
    let count = min(panel, rows - first)
    target.update(repeating: 0, count: panel * padded)
    let whole = depth / 4
    for row in 0..<count {
      let source = UnsafeRawPointer(codes + row * depth)
      let place = UnsafeMutableRawPointer(target + row * 4)
      for group in 0..<whole {
        place.storeBytes(
          of: source.loadUnaligned(fromByteOffset: group * 4, as: UInt32.self),
          toByteOffset: group * 4 * panel, as: UInt32.self)
      }
      for index in whole * 4..<depth {
        target[index / 4 * 4 * panel + row * 4 + index % 4] = codes[row * depth + index]
      }
    }
  }

  /// Packs all rows of `codes`, `[rows, depth]`.
  package func pack(_ codes: UnsafePointer<Int8>) {
    for first in stride(from: 0, to: rows, by: Self.panel) {
      pack(panelAt: first, codes + first * depth)
    }
  }

  /// `sums[i, j] = x[i] · row[columns.lowerBound + j]`, exact while 32,385 times the depth fits in
  /// int32, on the calling thread.
  ///
  /// - Parameters:
  ///   - x: `[count, depth]` codes of a supported ``ByteCoding``, as the packed ones;
  ///     ``slack`` bytes beyond them are read.
  ///   - columns: starts at a multiple of ``panel``.
  ///   - sums: room for `[count, columns.count]`.
  package func multiply(
    _ x: UnsafePointer<UInt8>, count: Int, columns: Range<Int>,
    into sums: UnsafeMutablePointer<Int32>
  ) {
    precondition(
      columns.lowerBound % Self.panel == 0 && columns.upperBound <= rows,
      "columns \(columns) of \(rows) do not start where a panel does")
    ck_byte_product(
      x, count, depth, depth, panels.pointer + columns.lowerBound * padded, columns.count, sums)
  }

  /// Of the same products only which are above `rowCutoffs[i] + columnCutoffs[j]`: bit j % 32 of
  /// word j / 32 of row i of `bits`, `[count, (columns.count + 31) / 32]`.
  ///
  /// - Parameter columnCutoffs: `columns.count` rounded up to a multiple of ``panel``; no sum of two
  ///   cut-offs overflows.
  package func candidates(
    _ x: UnsafePointer<UInt8>, count: Int, columns: Range<Int>,
    rowCutoffs: UnsafePointer<Int32>, columnCutoffs: UnsafePointer<Int32>,
    into bits: UnsafeMutablePointer<UInt32>
  ) {
    precondition(
      columns.lowerBound % Self.panel == 0 && columns.upperBound <= rows,
      "columns \(columns) of \(rows) do not start where a panel does")
    ck_byte_candidates(
      x, count, depth, depth, panels.pointer + columns.lowerBound * padded, columns.count,
      rowCutoffs, columnCutoffs, bits)
  }
}
