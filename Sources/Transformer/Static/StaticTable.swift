import Files
import Kernels

/// Token vectors by token id.
struct StaticTable: @unchecked Sendable {
  /// Number of vectors.
  let rows: Int
  let dimension: Int
  /// Number of token ids: ``rows``, unless several tokens share a vector.
  let vocabularySize: Int
  private let vectors: WeightTensor
  /// The row of a token, and what its vector is multiplied by.
  private let mapping: [Int32]?
  private let weights: WeightTensor?

  /// - Throws: `FileError` if the tensors are missing, misshapen or of another type.
  init(_ tensors: Safetensors, place: String) throws {
    guard let table = tensors["embeddings"] ?? tensors["embedding.weight"], table.shape.count == 2,
      table.count > 0
    else {
      throw FileError(
        place: place, expected: "token vectors: a matrix embeddings or embedding.weight",
        found: tensors.tensors.keys.sorted().prefix(3).joined(separator: ", "))
    }
    (rows, dimension) = (table.shape[0], table.shape[1])
    vectors = try table.type == .int8 ? table.integers() : table.float32()
    mapping = try tensors["mapping"].map { try Self.mapping($0, rows: table.shape[0]) }
    vocabularySize = mapping?.count ?? table.shape[0]
    guard let stored = tensors["weights"] else {
      weights = nil
      return
    }
    guard stored.shape == [vocabularySize] else {
      throw FileError(
        place: "\(place): weights", expected: "shape [\(vocabularySize)]", found: "\(stored.shape)")
    }
    weights = try stored.type == .float64 ? stored.doubles() : stored.float32()
  }

  private static func mapping(_ tensor: StoredTensor, rows: Int) throws -> [Int32] {
    let place = "\(tensor.file.url.path): mapping"
    guard tensor.shape.count == 1, tensor.type == .int64 || tensor.type == .int32 else {
      throw FileError(
        place: place, expected: "a list of I64 or I32", found: "\(tensor.type.rawValue)")
    }
    return try (0..<tensor.count).map { index in
      let row =
        tensor.type == .int32
        ? Int(tensor.bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
        : Int(tensor.bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
      guard row >= 0, row < rows else {
        throw FileError(place: place, expected: "rows below \(rows)", found: "\(row)")
      }
      return Int32(row)
    }
  }

  /// The sum of the tokens' vectors, `[dimension]`.
  func sum(_ ids: some Collection<Int32>, into total: UnsafeMutablePointer<Float>) {
    total.update(repeating: 0, count: dimension)
    guard mapping == nil, weights == nil else { return weightedSum(ids, into: total) }
    for id in ids { Rows.add(vectors.pointer + Int(id) * dimension, size: dimension, to: total) }
  }

  private func weightedSum(
    _ ids: some Collection<Int32>, into total: UnsafeMutablePointer<Float>
  ) {
    for id in ids {
      let row = vectors.pointer + (mapping.map { Int($0[Int(id)]) } ?? Int(id)) * dimension
      let weight = weights?.pointer[Int(id)] ?? 1
      for index in 0..<dimension { total[index] += row[index] * weight }
    }
  }
}

extension StoredTensor {
  /// An I8 tensor's values as they are; a scale common to all leaves directions alone.
  fileprivate func integers() -> WeightTensor {
    converted { Float(bytes.loadUnaligned(fromByteOffset: $0, as: Int8.self)) }
  }

  fileprivate func doubles() -> WeightTensor {
    converted { Float(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)) }
  }

  private func converted(_ value: (Int) -> Float) -> WeightTensor {
    let copy = Buffer<Float>(count: count)
    for index in 0..<count { copy.pointer[index] = value(index) }
    return WeightTensor(name: name, shape: shape, pointer: copy.pointer, owner: copy)
  }
}
