import Files
import Foundation

/// The header of a `.npy` file, format 1.0:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumpyHeader {
  let rows: Int
  let dimension: Int
  /// Where the numbers begin.
  let byteCount: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

  /// A header of 128 bytes whatever the shape, so that the number of rows can be filled in last.
  static func bytes(rows: Int, dimension: Int) -> [UInt8] {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(dimension)), }"
    let length = 128 - magic.count - 2
    var bytes = magic + [UInt8(length & 0xff), UInt8(length >> 8)]
    bytes += Array(text.utf8)
    bytes += Array(repeating: UInt8(ascii: " "), count: 127 - bytes.count)
    return bytes + [UInt8(ascii: "\n")]
  }

  /// Reads and checks the header of a file's bytes.
  init(_ file: UnsafeRawBufferPointer, place: String) throws {
    func failure(_ expected: String, _ found: String) -> FileError {
      FileError(place: place, expected: expected, found: found)
    }
    let size = file.count
    let head = Array(file.prefix(10 + Int(UInt16.max)))
    guard size >= 10, head[0..<6] == Self.magic[0..<6] else {
      throw failure("a NumPy array file", "\(size) bytes of something else")
    }
    guard head[6] == 1, head[7] == 0 else {
      throw failure("NumPy format 1.0", "format \(head[6]).\(head[7])")
    }
    byteCount = 10 + Int(head[8]) + Int(head[9]) << 8
    guard byteCount <= size else {
      throw failure("a header of \(byteCount) bytes", "a file of \(size)")
    }
    var fields = HeaderFields(head[10..<byteCount])
    guard let (type, fortranOrder, shape) = fields.parse() else {
      throw failure("a header with descr, fortran_order and shape", "one that does not parse")
    }
    guard type == "<f4" else { throw failure("float32 numbers ('<f4')", "'\(type)'") }
    guard !fortranOrder else { throw failure("rows one after the other", "Fortran order") }
    guard shape.count == 2, shape[1] > 0, shape[0] <= Int(UInt32.max) else {
      throw failure("a shape (rows, dimension)", "\(shape)")
    }
    let (cells, tooMany) = shape[0].multipliedReportingOverflow(by: shape[1])
    let (bytes, tooLarge) = cells.multipliedReportingOverflow(by: 4)
    guard !tooMany, !tooLarge, bytes == size - byteCount else {
      throw failure(
        "\(shape[0]) rows of \(shape[1]) numbers", "\(size - byteCount) bytes of numbers")
    }
    guard byteCount % 4 == 0 else {
      throw failure("numbers at a multiple of 4 bytes", "numbers at byte \(byteCount)")
    }
    rows = shape[0]
    dimension = shape[1]
  }
}

/// A reader for the one Python literal a header is: a dictionary of three known keys in any order.
private struct HeaderFields {
  private let bytes: [UInt8]
  private var next = 0

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

  mutating func parse() -> (type: String, fortranOrder: Bool, shape: [Int])? {
    var type: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = string(), take(":") else { return nil }
      switch key {
      case "descr" where type == nil: type = string()
      case "fortran_order" where fortranOrder == nil:
        fortranOrder = take("False") ? false : take("True") ? true : nil
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      guard take(",") || peek() == UInt8(ascii: "}") else { return nil }
    }
    guard let type, let fortranOrder, let shape, peek() == nil else { return nil }
    return (type, fortranOrder, shape)
  }

  private mutating func peek() -> UInt8? {
    while next < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[next]) { next += 1 }
    return next < bytes.count ? bytes[next] : nil
  }

  private mutating func take(_ text: StaticString) -> Bool {
    guard peek() != nil else { return false }
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[next...].starts(with: wanted) else { return false }
    next += wanted.count
    return true
  }

  private mutating func string() -> String? {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    guard let end = bytes[(next + 1)...].firstIndex(of: quote) else { return nil }
    defer { next = end + 1 }
    return String(decoding: bytes[(next + 1)..<end], as: UTF8.self)
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      guard numbers.count < 8, let number = number() else { return nil }
      numbers.append(number)
      guard take(",") || peek() == UInt8(ascii: ")") else { return nil }
    }
    return numbers
  }

  private mutating func number() -> Int? {
    guard peek() != nil else { return nil }
    let digits = bytes[next...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty else { return nil }
    next += digits.count
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
