/// What stands before the rows in a file of FAISS's flat index for inner products
/// (`write_index` in faiss/impl/index_write.cpp; all little-endian).
///
/// FAISS writes an index that is whole in memory. With this its file is written row by row.
enum FlatIndexHeader {
  static func bytes(rows: Int, dimension: Int) -> [UInt8] {
    func number(_ value: Int, bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let unused = number(1 << 20, bytes: 8)
    let (isTrained, innerProduct) = (1, 0)
    return Array("IxFI".utf8) + number(dimension, bytes: 4) + number(rows, bytes: 8)
      + unused + unused + number(isTrained, bytes: 1) + number(innerProduct, bytes: 4)
      + number(rows * dimension, bytes: 8)
  }
}
