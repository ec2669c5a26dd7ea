/// Two entities of a text given by their places in it, in fields of the row.
struct RelationOffsets {
  /// Names of the two fields, as data sets have them.
  private static let names = [("e1", "e2"), ("head", "tail"), ("h", "t")].map {
    (Array($0.utf8), Array($1.utf8))
  }

  let first: Range<Int>
  let second: Range<Int>

  /// What the row's members say; nil unless two fields of these names are both places: `[start, end]`, or
  /// objects with `start` and `end` or with `pos`, whole numbers throughout.
  ///
  /// - Throws: `JSONScanner.Fault` for strings that cannot be read.
  init?(_ members: [JSONScanner.Member], in bytes: UnsafeBufferPointer<UInt8>) throws {
    for (firstName, secondName) in Self.names {
      guard let first = try members.last(where: { try $0.hasKey(firstName, in: bytes) }),
        let second = try members.last(where: { try $0.hasKey(secondName, in: bytes) }),
        let firstRange = try Self.range(UnsafeBufferPointer(rebasing: bytes[first.value])),
        let secondRange = try Self.range(UnsafeBufferPointer(rebasing: bytes[second.value]))
      else { continue }
      self.first = firstRange
      self.second = secondRange
      return
    }
    return nil
  }

  private static func range(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Range<Int>? {
    switch bytes.first {
    case UInt8(ascii: "["):
      let numbers = try JSONText.elements(bytes).map { value -> Int? in
        if case .integer(let number) = value { number } else { nil }
      }
      guard numbers.count == 2, let start = numbers[0], let end = numbers[1] else { return nil }
      // What ends before it begins is an empty range, which marking refuses.
      return start..<max(start, end)
    case UInt8(ascii: "{"):
      var scanner = JSONScanner(bytes)
      var members: [JSONScanner.Member] = []
      try scanner.scanObject(into: &members)
      func value(_ name: String) throws -> UnsafeBufferPointer<UInt8>? {
        try members.last { try $0.hasKey(Array(name.utf8), in: bytes) }
          .map { UnsafeBufferPointer(rebasing: bytes[$0.value]) }
      }
      if let pos = try value("pos") { return pos.first == UInt8(ascii: "[") ? try range(pos) : nil }
      func number(_ name: String) throws -> Int? {
        try value(name).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
      }
      guard let start = try number("start"), let end = try number("end") else { return nil }
      return start..<max(start, end)
    default: return nil
    }
  }
}
