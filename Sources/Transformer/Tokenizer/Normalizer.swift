/// One step of normalization.
enum Normalizer: Sendable {
  case bert(BertNormalizer)
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case prepend([UInt32])
  case replace(TextPattern, [UInt32])
  case decompose(UnicodeNormalization.Form)
  case compose(UnicodeNormalization.Form)
  case precompiled(CharacterMap)
  /// Each byte becomes a visible character (see ``ByteAlphabet``).
  case byteLevel

  func normalize(_ text: inout NormalizedText) {
    switch self {
    case .bert(let normalizer): normalizer.normalize(&text)
    case .lowercase: UnicodeClasses.lowercase(&text)
    case .stripAccents: text.filter { !UnicodeClasses.isCombiningMark($0) }
    case .strip(let left, let right): Self.strip(&text, left: left, right: right)
    case .prepend(let prefix): Self.prepend(prefix, &text)
    case .replace(let pattern, let content): Self.replace(pattern, by: content, &text)
    case .decompose(let form): UnicodeNormalization.decompose(&text, form)
    case .compose(let form): UnicodeNormalization.compose(&text, form)
    case .precompiled(let map): map.normalize(&text)
    case .byteLevel:
      var changes = ScalarChanges(capacity: text.bytes.count)
      text.forEachScalar { ByteAlphabet.append($0, to: &changes) }
      text.apply(changes)
    }
  }

  private static func strip(_ text: inout NormalizedText, left: Bool, right: Bool) {
    var scalars: [UInt32] = []
    text.forEachScalar { scalars.append($0) }
    let first = left ? scalars.firstIndex { !UnicodeClasses.isWhitespace($0) } : 0
    let last = right ? scalars.lastIndex { !UnicodeClasses.isWhitespace($0) } : scalars.count - 1
    var changes = ScalarChanges(capacity: scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if let first, let last, index >= first, index <= last {
        changes.replace(scalar)
      } else {
        changes.remove()
      }
    }
    text.apply(changes)
  }

  private static func prepend(_ prefix: [UInt32], _ text: inout NormalizedText) {
    if !text.isAligned {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(text.bytes.count + 16)
      if !text.bytes.isEmpty { for scalar in prefix { UTF8Scalars.append(scalar, to: &bytes) } }
      bytes += text.bytes
      return text.replaceUnaligned(bytes)
    }
    var changes = ScalarChanges(capacity: text.bytes.count + prefix.count)
    text.forEachScalar { scalar in
      if changes.changes.isEmpty {
        NormalizedText.prepend(prefix, to: scalar, &changes)
      } else {
        changes.replace(scalar)
      }
    }
    text.apply(changes)
  }

  private static func replace(
    _ pattern: TextPattern, by content: [UInt32], _ text: inout NormalizedText
  ) {
    if case .text(let old) = pattern, !text.isAligned, old.count == 1 {
      return replace(old[0], by: content, &text)
    }
    guard pattern.mayMatch(text.bytes) else { return }
    var changes = ScalarChanges(capacity: text.bytes.count)
    text.bytes.withUnsafeBufferPointer { bytes in
      for (range, isMatch) in pattern.matches(bytes, 0..<bytes.count) {
        UTF8Scalars.forEach(in: UnsafeBufferPointer(rebasing: bytes[range])) { scalar, _, _ in
          if isMatch { changes.remove() } else { changes.replace(scalar) }
        }
        if isMatch { for scalar in content { changes.insert(scalar) } }
      }
    }
    text.apply(changes)
  }
}

extension Normalizer {
  /// Replaces an ASCII character where nobody asks what bytes stand for.
  private static func replace(
    _ old: UInt8, by content: [UInt32], _ text: inout NormalizedText
  ) {
    guard text.bytes.contains(old) else { return }
    var new: [UInt8] = []
    for scalar in content { UTF8Scalars.append(scalar, to: &new) }
    text.replaceUnaligned(new.isEmpty ? text.bytes.filter { $0 != old } : text.replacing(old, new))
  }
}

extension NormalizedText {
  /// The bytes with each `old` replaced by the at least one byte of `new`.
  func replacing(_ old: UInt8, _ new: [UInt8], after prefix: [UInt8] = []) -> [UInt8] {
    let places = bytes.reduce(0) { $0 + ($1 == old ? 1 : 0) }
    let count = prefix.count + bytes.count + places * (new.count - 1)
    return [UInt8](unsafeUninitializedCapacity: count) { result, initialized in
      var position = 0
      for byte in prefix {
        result[position] = byte
        position &+= 1
      }
      for byte in bytes {
        guard byte == old else {
          result[position] = byte
          position &+= 1
          continue
        }
        for byte in new {
          result[position] = byte
          position &+= 1
        }
      }
      initialized = position
    }
  }
}

/// GPT-2's way to show any byte as a character: printable Latin-1 stands for itself, the other 68
/// bytes are U+0100 and on.
enum ByteAlphabet {
  private static let characters: [UInt32] = {
    var next: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        next += 1
        return next - 1
      }
    }
  }()

  /// UTF-8 of each byte's character: its length, and its one or two bytes.
  private static let encoded: [(count: Int, first: UInt8, second: UInt8)] = characters.map {
    $0 < 0x80
      ? (1, UInt8($0), 0) : (2, UInt8(0xC0 | $0 >> 6), UInt8(0x80 | $0 & 0x3F))
  }

  /// The characters of all bytes, and the words moved along.
  static func encode(_ bytes: [UInt8], _ words: inout [Range<Int>]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 2)
    encoded.withUnsafeBufferPointer { encoded in
      var position = 0
      func copy(to end: Int) {
        while position < end {
          let character = encoded[Int(bytes[position])]
          result.append(character.first)
          if character.count > 1 { result.append(character.second) }
          position += 1
        }
      }
      for index in words.indices {
        copy(to: words[index].lowerBound)
        let start = result.count
        copy(to: words[index].upperBound)
        words[index] = start..<result.count
      }
      copy(to: bytes.count)
    }
    return result
  }

  /// Adds the characters of the scalar's bytes; together they take its place.
  static func append(_ scalar: UInt32, to changes: inout ScalarChanges) {
    if scalar < 0x80 { return changes.replace(characters[Int(scalar)]) }
    var bytes: [UInt8] = []
    UTF8Scalars.append(scalar, to: &bytes)
    changes.replace(characters[Int(bytes[0])])
    for byte in bytes.dropFirst() { changes.insert(characters[Int(byte)]) }
  }
}
