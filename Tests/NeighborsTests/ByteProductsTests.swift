import Kernels
import Testing

@Suite struct ByteProductsTests {
  /// Extreme bytes included: 255 times -128, the sum that saturates where VNNI is missing.
  @Test(.enabled(if: ByteProducts.isAvailable), arguments: [64, 192])
  func agreesWithTheSumOfProducts(depth: Int) {
    var generator = Generator(UInt64(depth))
    let (rows, tileRows, windowRows) = (70, 32, 16)
    let codes = Buffer<Int8>(repeating: 0, count: 96 * depth)
    for index in 0..<rows * depth {
      codes.pointer[index] = .random(in: -128...127, using: &generator)
    }
    let left = Buffer<UInt8>(count: windowRows * depth)
    for index in 0..<left.count { left.pointer[index] = .random(in: 0...255, using: &generator) }
    for index in 0..<depth {
      codes.pointer[index] = -128
      left.pointer[index] = 255
    }
    let packed = PackedByteRows(
      rows: rows, depth: depth, tileRows: tileRows, windowRows: windowRows)
    for tile in 0..<3 { packed.pack(tile: tile, codes.pointer + tile * tileRows * depth) }
    let worker = packed.makeWorker()
    for tile in 0..<3 {
      worker.multiply(window: UnsafePointer(left.pointer), tile: tile)
      for row in 0..<windowRows {
        for column in 0..<tileRows {
          let code = codes.pointer + (tile * tileRows + column) * depth
          let expected = (0..<depth).reduce(Int32(0)) {
            $0 + Int32(left.pointer[row * depth + $1]) * Int32(code[$1])
          }
          #expect(worker.products.pointer[row * tileRows + column] == expected)
        }
      }
    }
  }
}
