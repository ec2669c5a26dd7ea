import Files
import Kernels

/// One tensor of a safetensors file, still in its stored type; the mapping lives as long as it does.
package struct StoredTensor: @unchecked Sendable {
  /// Element types of the format; only the floating types up to 32 bits convert to `Float`.
  package enum ElementType: String, Sendable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case float8E5M2 = "F8_E5M2"
    case float8E4M3 = "F8_E4M3"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case int64 = "I64"
    case uint64 = "U64"
    case float64 = "F64"

    var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
      case .int16, .uint16, .float16, .bfloat16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  /// As the file has it.
  package let name: String
  /// Of the numbers in the file.
  package let type: ElementType
  /// Sizes from the slowest to the fastest.
  package let shape: [Int]
  /// Number of elements: the product of ``shape``, 1 for a scalar.
  package let count: Int
  /// Size in the file.
  package var byteCount: Int { bytes.count }
  let bytes: UnsafeRawBufferPointer
  let file: MappedFile

  /// The values as float32, in row-major order: the mapped file itself where it holds aligned F32
  /// (nothing is read before it is touched), else a converted copy.
  ///
  /// - Throws: `FileError` if the element type is not F32, F16 or BF16.
  package func float32() throws -> WeightTensor {
    if type == .float32, Int(bitPattern: bytes.baseAddress) % 4 == 0, count > 0 {
      let pointer = bytes.baseAddress!.assumingMemoryBound(to: Float.self)
      return WeightTensor(name: name, shape: shape, pointer: pointer, owner: file)
    }
    let copy = Buffer<Float>(count: count)
    try read(into: copy.pointer)
    return WeightTensor(name: name, shape: shape, pointer: copy.pointer, owner: copy)
  }

  /// Writes the ``count`` values as float32 to `destination`.
  ///
  /// - Throws: `FileError` if the element type is not F32, F16 or BF16.
  package func read(into destination: UnsafeMutablePointer<Float>) throws {
    switch type {
    case .float32:
      UnsafeMutableRawBufferPointer(start: destination, count: count * 4).copyMemory(from: bytes)
    case .float16:
      HalfPrecision.widen(bytes, count: count, into: destination)
    case .bfloat16:
      for index in 0..<count {
        destination[index] = Float(bitPattern: UInt32(half(index)) << 16)
      }
    default:
      throw FileError(
        place: "\(file.url.path): \(name)", expected: "dtype F32, F16 or BF16",
        found: type.rawValue)
    }
  }

  private func half(_ index: Int) -> UInt16 {
    bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
  }
}

/// A named float32 tensor in memory (row-major), with whatever keeps that memory alive.
package struct WeightTensor: @unchecked Sendable {
  /// As files have it.
  package let name: String
  /// Sizes from the slowest to the fastest.
  package let shape: [Int]
  /// Valid as long as this value, or a copy of it, lives.
  package let pointer: UnsafePointer<Float>
  let owner: AnyObject

  /// Number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// A copy of the values.
  package var values: [Float] {
    withExtendedLifetime(owner) { Array(UnsafeBufferPointer(start: pointer, count: count)) }
  }

  /// A view of `shape.reduce(1, *)` floats at `pointer`, which live as long as `owner` does.
  package init(name: String, shape: [Int], pointer: UnsafePointer<Float>, owner: AnyObject) {
    self.name = name
    self.shape = shape
    self.pointer = pointer
    self.owner = owner
  }
}
