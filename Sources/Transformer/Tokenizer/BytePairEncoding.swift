/// Byte pair encoding (Sennrich et al. 2016): starting from characters, the most urgent merge of
/// two neighbors is done again and again, the leftmost first.
struct BytePairEncoding: Sendable {
  struct Options: Sendable {
    var unknownID: Int32?
    /// Unknown characters in a row become one token.
    var fusesUnknown = false
    /// Unknown characters become the tokens `<0x00>` … `<0xFF>` of their bytes.
    var fallsBackToBytes = false
    /// A word that is in the vocabulary is one token, whatever the merges say.
    var ignoresMerges = false
    /// What the vocabulary has before a character that does not start a word.
    var prefix: [UInt8] = []
    /// What the vocabulary has after a character that ends a word.
    var suffix: [UInt8] = []
  }

  private let vocabulary: Vocabulary
  private let merges: PairTable
  private let lookup: PairTable.Lookup
  private let options: Options
  private let byteIDs: [Int32?]
  /// Whether no merge ever reaches over the start of a run of ``mark``s, so that what lies between
  /// two such places may be encoded by itself.
  private let isCutAtMarks: Bool

  init(vocabulary: Vocabulary, merges: PairTable, options: Options) {
    self.vocabulary = vocabulary
    self.merges = merges
    lookup = merges.lookup
    self.options = options
    byteIDs = vocabulary.byteIDs
    // An unknown character that has no token shifts the ranges of the whole word's rest.
    isCutAtMarks =
      options.unknownID != nil && !options.ignoresMerges && options.prefix.isEmpty
      && options.suffix.isEmpty && vocabulary.id(of: Self.mark) != nil
      && merges.results.allSatisfy { id in
        vocabulary.token(id).map { Self.pieceEnd($0.baseAddress!, 0, $0.count) == $0.count } ?? true
      }
  }

  /// SentencePiece's sign for a space, U+2581.
  private static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  /// Where the first mark after another character lies, `end` if nowhere.
  @inline(__always)
  private static func pieceEnd(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int
  ) -> Int {
    var position = start
    while position &+ 3 <= end, isMark(bytes + position) { position &+= 3 }
    while position &+ 3 <= end {
      if bytes[position] == 0xE2, isMark(bytes + position) { return position }
      position &+= 1
    }
    return end
  }

  @inline(__always)
  private static func isMark(_ bytes: UnsafePointer<UInt8>) -> Bool {
    bytes[0] == 0xE2 && bytes[1] == 0x96 && bytes[2] == 0x81
  }

  /// Appends the ids of the word `bytes[word]`, or those of its beginning if there are more than
  /// `limit` tokens then.
  func tokenize(
    _ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, limit: Int, _ tokens: inout TokenSink
  ) {
    guard isCutAtMarks else {
      return tokens.encode(bytes, word) { encode($0, $1, &$2) }
    }
    var start = word.lowerBound
    while start < word.upperBound, tokens.ids.count < limit {
      let end = Self.pieceEnd(bytes, start, word.upperBound)
      tokens.encode(bytes, start..<end) { encode($0, $1, &$2) }
      start = end
    }
  }

  private func encode(
    _ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, _ tokens: inout TokenSink
  ) {
    if options.ignoresMerges, let id = whole(bytes, word) { return tokens.append(id, word) }
    var symbols = MergeList()
    fill(&symbols, bytes, word)
    symbols.merge(lookup)
    symbols.forEach(from: word.lowerBound) { tokens.append($0, $1) }
  }

  private func whole(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>) -> Int32? {
    vocabulary.id(of: UnsafeBufferPointer(start: bytes + word.lowerBound, count: word.count))
  }

  /// The word's characters as tokens.
  private func fill(
    _ symbols: inout MergeList, _ bytes: UnsafePointer<UInt8>, _ word: Range<Int>
  ) {
    symbols.reserve(word.count)
    var unknownLength = 0
    func flush() {
      guard unknownLength > 0, let unknown = options.unknownID else { return }
      symbols.append(unknown, unknownLength)
      unknownLength = 0
    }
    var position = word.lowerBound
    while position < word.upperBound {
      let end = position + UTF8Scalars.length(leading: bytes[position])
      defer { position = end }
      if let id = character(bytes, position..<end, in: word) {
        flush()
        symbols.append(id, end - position)
      } else if !fill(&symbols, withBytes: bytes, position..<end, in: word),
        options.unknownID != nil
      {
        if !options.fusesUnknown { flush() }
        unknownLength += end - position
      }
    }
    flush()
  }

  private func character(
    _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, in word: Range<Int>
  ) -> Int32? {
    let marked = marked(bytes, range, in: word)
    return marked.isEmpty ? whole(bytes, range) : vocabulary.id(of: marked)
  }

  /// The character with its prefix and suffix; empty if it has neither.
  private func marked(
    _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, in word: Range<Int>
  ) -> [UInt8] {
    let prefix = range.lowerBound > word.lowerBound ? options.prefix : []
    let suffix = range.upperBound == word.upperBound ? options.suffix : []
    guard !prefix.isEmpty || !suffix.isEmpty else { return [] }
    return prefix + range.map { bytes[$0] } + suffix
  }

  /// Adds a character's bytes, those of its prefix and suffix included, if all have tokens.
  private func fill(
    _ symbols: inout MergeList, withBytes bytes: UnsafePointer<UInt8>, _ range: Range<Int>,
    in word: Range<Int>
  ) -> Bool {
    guard options.fallsBackToBytes else { return false }
    var all = marked(bytes, range, in: word)
    if all.isEmpty { all = range.map { bytes[$0] } }
    let ids = all.compactMap { byteIDs[Int($0)] }
    guard ids.count == all.count else { return false }
    for id in ids { symbols.append(id, 1) }
    return true
  }
}

extension Vocabulary {
  /// The ids of `<0x00>` … `<0xFF>`, as far as they are there.
  var byteIDs: [Int32?] {
    let digits = Array("0123456789ABCDEF".utf8)
    return (0..<256).map { byte in
      id(of: Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15], UInt8(ascii: ">")])
    }
  }
}
