import Files
import Foundation

/// The JSON header of a safetensors file: read, checked, written.
enum SafetensorsHeader {
  /// The reference implementation's limit on the header.
  private static let largestHeader = 100_000_000

  private struct Entry: Decodable {
    var dtype: String?
    var shape: [Int]?
    var dataOffsets: [Int]?
  }

  /// The JSON of `file`'s header, and the data behind it.
  private static func parts(
    of file: MappedFile
  ) throws -> (header: Data, data: UnsafeRawBufferPointer) {
    let place = file.url.path
    guard file.bytes.count >= 8 else {
      throw FileError(
        place: place, expected: "at least 8 bytes", found: "\(file.bytes.count) bytes")
    }
    let claimed = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    let limit = min(largestHeader, file.bytes.count - 8)
    guard claimed <= UInt64(limit) else {
      throw FileError(
        place: place, expected: "a header of at most \(limit) bytes", found: "\(claimed)",
        advice: "the file is cut short or is not a safetensors file")
    }
    return (
      Data(file.bytes[8..<8 + Int(claimed)]),
      UnsafeRawBufferPointer(rebasing: file.bytes[(8 + Int(claimed))...])
    )
  }

  /// The `__metadata__` of `file`; empty where there is none.
  static func metadata(of file: MappedFile) throws -> [String: String] {
    struct Header: Decodable {
      var metadata: [String: String]?
      enum CodingKeys: String, CodingKey { case metadata = "__metadata__" }
    }
    let header: Header = try ModelFolder.decode(
      parts(of: file).header, place: "\(file.url.path) header")
    return header.metadata ?? [:]
  }

  /// The tensors of `file`, each with its bytes; together they cover the data exactly.
  static func tensors(of file: MappedFile) throws -> [StoredTensor] {
    let place = file.url.path
    let (header, data) = try parts(of: file)
    let entries: [String: Entry] = try ModelFolder.decode(header, place: "\(place) header")
    let tensors = try entries.filter { $0.key != "__metadata__" }.map {
      try tensor($0.key, $0.value, data: data, file: file)
    }
    try checkCover(tensors, data: data, place: place)
    return tensors
  }

  private static func tensor(
    _ name: String, _ entry: Entry, data: UnsafeRawBufferPointer, file: MappedFile
  ) throws -> StoredTensor {
    let place = "\(file.url.path): \(name)"
    guard let dtype = entry.dtype, let shape = entry.shape, let offsets = entry.dataOffsets else {
      throw FileError(
        place: place, expected: "dtype, shape and data_offsets", found: "one missing")
    }
    guard let type = StoredTensor.ElementType(rawValue: dtype) else {
      throw FileError(place: place, expected: "a known dtype", found: "\"\(dtype)\"")
    }
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= data.count
    else {
      throw FileError(
        place: place, expected: "data_offsets [begin, end] within \(data.count) bytes",
        found: "\(offsets)")
    }
    guard let count = product(shape), let byteCount = product([count, type.byteCount]),
      byteCount == offsets[1] - offsets[0]
    else {
      throw FileError(
        place: place, expected: "\(offsets[1] - offsets[0]) bytes",
        found: "shape \(shape) of \(dtype)")
    }
    return StoredTensor(
      name: name, type: type, shape: shape, count: count,
      bytes: UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]]), file: file)
  }

  /// The format allows neither overlaps nor holes.
  private static func checkCover(
    _ tensors: [StoredTensor], data: UnsafeRawBufferPointer, place: String
  ) throws {
    guard let base = data.baseAddress else { return }
    let ranges = tensors.map { tensor in
      let begin = tensor.bytes.baseAddress.map { $0 - base } ?? 0
      return (begin: begin, end: begin + tensor.bytes.count, name: tensor.name)
    }
    var end = 0
    for range in ranges.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) })
    where range.begin != range.end {
      guard range.begin == end else {
        throw FileError(
          place: "\(place): \(range.name)", expected: "data from byte \(end)",
          found: "byte \(range.begin)",
          advice: "tensors overlap or leave a hole; the file is damaged")
      }
      end = range.end
    }
    guard end == data.count else {
      throw FileError(
        place: place, expected: "\(end) bytes of data", found: "\(data.count)")
    }
  }

  /// `nil` for a negative factor or a product that overflows.
  private static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (result, overflow) = product.multipliedReportingOverflow(by: factor)
      guard factor >= 0, !overflow else { return nil }
      product = result
    }
    return product
  }

  /// The header for `tensors` laid out one after the other, padded with spaces to 8 bytes.
  static func encode(_ tensors: [WeightTensor], metadata: [String: String]) throws -> Data {
    var entries: [String: Any] = [:]
    if !metadata.isEmpty { entries["__metadata__"] = metadata }
    var offset = 0
    for tensor in tensors {
      precondition(entries[tensor.name] == nil, "tensor \(tensor.name) given twice")
      let end = offset + tensor.count * 4
      entries[tensor.name] =
        ["dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end]] as [String: Any]
      offset = end
    }
    var header = try SortedJSON.data(fields: entries, isPretty: false)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    return header
  }
}
