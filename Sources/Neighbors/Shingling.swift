import Kernels

/// How a text becomes a set of overlapping pieces ("shingles") for lexical comparison.
///
/// Text is read as UTF-8 bytes. ASCII letters are compared without case; other characters as they
/// are, so normalize Unicode first where it matters. Space and punctuation separate words. Scripts
/// written without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are cut into characters.
public struct Shingling: Codable, Sendable, Hashable {
  /// Words per shingle; a run of fewer words is one shingle.
  public var words: Int
  /// Characters per shingle where a script has no spaces between words.
  public var characters: Int

  /// - Precondition: both are positive.
  public init(words: Int = 2, characters: Int = 3) {
    precondition(words > 0 && characters > 0, "a shingle has at least one word or character")
    self.words = words
    self.characters = characters
  }

  /// The shingles of a text as ascending distinct 64-bit hashes; empty without a word character.
  public func shingles(of text: String) -> [UInt64] {
    var text = text
    return text.withUTF8 { shingles(of: $0) }
  }

  func shingles(of bytes: UnsafeBufferPointer<UInt8>) -> [UInt64] {
    var shingles: [UInt64] = []
    var run: [UInt64] = []
    var runHasSpaces = true
    var word: UInt64 = 0

    func endWord() {
      if word != 0 { run.append(word) }
      word = 0
    }
    func endRun() {
      appendShingles(of: run, size: runHasSpaces ? words : characters, to: &shingles)
      run.removeAll(keepingCapacity: true)
    }
    var index = 0
    while index < bytes.count {
      let character = ScriptCharacter(bytes, at: &index)
      switch character.kind {
      case .separator:
        endWord()
        if !runHasSpaces { endRun() }
        runHasSpaces = true
      case .letter:
        if !runHasSpaces { endRun() }
        runHasSpaces = true
        word = SplitMix64.mix(word &+ UInt64(character.scalar) &+ 0x9e37_79b9_7f4a_7c15) | 1
      case .unspaced:
        endWord()
        if runHasSpaces { endRun() }
        runHasSpaces = false
        run.append(SplitMix64.mix(UInt64(character.scalar) &+ 0xc2b2_ae3d_27d4_eb4f))
      }
    }
    endWord()
    endRun()
    shingles.sort()
    return shingles.withoutRepeats()
  }

  private func appendShingles(of run: [UInt64], size: Int, to shingles: inout [UInt64]) {
    if run.isEmpty { return }
    let size = min(size, run.count)
    for start in 0...run.count - size {
      var hash = UInt64(size)
      for piece in run[start..<start + size] {
        hash = SplitMix64.mix(hash &+ 0x9e37_79b9_7f4a_7c15) ^ piece
      }
      shingles.append(SplitMix64.mix(hash))
    }
  }
}

extension [UInt64] {
  /// An ascending array with each value once.
  fileprivate func withoutRepeats() -> [UInt64] {
    var last: UInt64?
    return filter { value in
      defer { last = value }
      return value != last
    }
  }
}

/// One character of a text and what it means for cutting.
private struct ScriptCharacter {
  enum Kind { case separator, letter, unspaced }
  let scalar: UInt32
  let kind: Kind

  /// Decodes the character at `index` of valid UTF-8 and moves past it.
  init(_ bytes: UnsafeBufferPointer<UInt8>, at index: inout Int) {
    let first = bytes[index]
    index += 1
    if first < 0x80 {
      let isUpper = first &- 0x41 < 26
      scalar = UInt32(isUpper ? first | 0x20 : first)
      kind = isUpper || first &- 0x61 < 26 || first &- 0x30 < 10 ? .letter : .separator
      return
    }
    let following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    var value = UInt32(first) & (0x3f >> UInt32(following))
    for _ in 0..<following where index < bytes.count {
      value = value << 6 | UInt32(bytes[index] & 0x3f)
      index += 1
    }
    scalar = value
    kind = Self.kind(of: value)
  }

  private static func kind(of scalar: UInt32) -> Kind {
    switch scalar {
    case 0x80...0xa9, 0xab...0xb4, 0xb6...0xb9, 0xbb...0xbf, 0xd7, 0xf7,  // Latin-1 signs
      0x1680, 0x2000...0x206f, 0x2e00...0x2e7f,  // spaces and punctuation
      0x3000...0x3004, 0x3008...0x3020, 0x3030, 0xfe30...0xfe4f,  // CJK punctuation
      0xfeff, 0xff01...0xff0f, 0xff1a...0xff20, 0xff3b...0xff40, 0xff5b...0xff65:
      .separator
    case 0x0e00...0x0eff, 0x1000...0x109f, 0x1780...0x17ff,  // Thai, Lao, Burmese, Khmer
      0x2e80...0x2fdf, 0x3005...0x3007, 0x3021...0x312f, 0x31a0...0x31ff, 0x3400...0x4dbf,
      0x4e00...0x9fff, 0xf900...0xfaff, 0xff66...0xff9f, 0x20000...0x3ffff:
      .unspaced
    default: .letter
    }
  }
}
