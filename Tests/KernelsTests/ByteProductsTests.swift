import Kernels
import Testing

@Suite(.enabled(if: ByteCoding.finest != nil, "this processor has no fast products of bytes"))
struct ByteProductsTests {
  private static let codings = [ByteCoding.eightBits, .sevenBits].filter(\.isSupported)

  /// Left rows and right rows, among them the largest codes throughout: the sum that saturates where
  /// products are added in 16 bits.
  private struct Problem {
    let count: Int
    let rows: Int
    let depth: Int
    let left: Buffer<UInt8>
    let right: Buffer<Int8>

    init(count: Int, rows: Int, depth: Int, coding: ByteCoding) {
      (self.count, self.rows, self.depth) = (count, rows, depth)
      left = Buffer(repeating: 0, count: count * depth + PackedBytes.slack)
      right = Buffer(count: rows * depth)
      var generator = SplitMix(state: UInt64(depth * 1000 + rows))
      let (levels, magnitude) = (UInt8(coding.levels), Int8(coding.magnitude))
      for index in 0..<count * depth {
        left.pointer[index] = index < depth ? levels : .random(in: 0...levels, using: &generator)
      }
      for index in 0..<rows * depth {
        right.pointer[index] =
          switch index / depth {
          case 0: magnitude
          case rows - 1: -magnitude
          default: .random(in: -magnitude...magnitude, using: &generator)
          }
      }
    }

    func product(_ row: Int, _ column: Int) -> Int32 {
      (0..<depth).reduce(0) {
        $0 + Int32(left.pointer[row * depth + $1]) * Int32(right.pointer[column * depth + $1])
      }
    }
  }

  private static let sizes = [(1, 1, 1), (3, 33, 6), (17, 100, 17), (9, 64, 64), (33, 70, 192)]

  @Test(arguments: sizes, codings)
  func agreesWithTheSumOfProducts(size: (Int, Int, Int), coding: ByteCoding) {
    let problem = Problem(count: size.0, rows: size.1, depth: size.2, coding: coding)
    let packed = PackedBytes(rows: size.1, depth: size.2)
    packed.pack(problem.right.pointer)
    let starts = size.1 > PackedBytes.panel ? [0, PackedBytes.panel] : [0]
    for columns in starts.map({ $0..<size.1 }) {
      let sums = Buffer<Int32>(count: size.0 * columns.count)
      packed.multiply(problem.left.pointer, count: size.0, columns: columns, into: sums.pointer)
      for row in 0..<size.0 {
        for (place, column) in columns.enumerated() {
          #expect(sums.pointer[row * columns.count + place] == problem.product(row, column))
        }
      }
    }
  }

  /// Cut-offs at and beside a product: only what is above passes, and nothing beyond the last row.
  @Test(arguments: sizes, codings)
  func candidatesAreTheProductsAboveTheirCutoffs(size: (Int, Int, Int), coding: ByteCoding) {
    let (count, rows, depth) = size
    let problem = Problem(count: count, rows: rows, depth: depth, coding: coding)
    let packed = PackedBytes(rows: rows, depth: depth)
    packed.pack(problem.right.pointer)
    let rowCutoffs = (0..<count).map { problem.product($0, $0 % rows) }
    let room = (rows + PackedBytes.panel - 1) / PackedBytes.panel * PackedBytes.panel
    let columnCutoffs = (0..<room).map { $0 < rows ? Int32($0 % 3 - 1) : 1 << 30 }
    let words = (rows + 31) / 32
    let bits = Buffer<UInt32>(repeating: .max, count: count * words)
    packed.candidates(
      problem.left.pointer, count: count, columns: 0..<rows, rowCutoffs: rowCutoffs,
      columnCutoffs: columnCutoffs, into: bits.pointer)
    for row in 0..<count {
      for column in 0..<words * 32 {
        let passes = bits.pointer[row * words + column / 32] >> (column % 32) & 1 == 1
        let expected =
          column < rows && problem.product(row, column) > rowCutoffs[row] + columnCutoffs[column]
        #expect(passes == expected, "row \(row), column \(column)")
      }
    }
  }
}
