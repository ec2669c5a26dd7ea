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
  private let options: Options
  private let byteIDs: [Int32?]

  init(vocabulary: Vocabulary, merges: PairTable, options: Options) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.options = options
    byteIDs = vocabulary.byteIDs
  }

  private struct Symbol {
    var id: Int32
    var length: Int
    var previous: Int
    var next: Int
  }

  /// Appends the ids of the word `bytes[word]`.
  func tokenize(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, _ tokens: inout TokenSink) {
    if options.ignoresMerges, let id = whole(bytes, word) { return tokens.append(id, word) }
    var symbols = self.symbols(bytes, word)
    merge(&symbols)
    var position = word.lowerBound
    for symbol in symbols where symbol.length > 0 {
      tokens.append(symbol.id, position..<position + symbol.length)
      position += symbol.length
    }
  }

  private func whole(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>) -> Int32? {
    guard let match = vocabulary.trie.longestMatch(bytes, word.lowerBound, word.upperBound),
      match.end == word.upperBound
    else { return nil }
    return match.value
  }

  /// The word's characters as tokens.
  private func symbols(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(word.count)
    var unknownLength = 0
    func add(_ id: Int32, _ length: Int) {
      symbols.append(
        Symbol(id: id, length: length, previous: symbols.count - 1, next: symbols.count + 1))
    }
    func flush() {
      guard unknownLength > 0, let unknown = options.unknownID else { return }
      add(unknown, unknownLength)
      unknownLength = 0
    }
    var position = word.lowerBound
    while position < word.upperBound {
      let end = position + UTF8Scalars.length(leading: bytes[position])
      defer { position = end }
      if let id = character(bytes, position..<end, in: word) {
        flush()
        add(id, end - position)
      } else if !addBytes(bytes, position..<end, in: word, add), options.unknownID != nil {
        if !options.fusesUnknown { flush() }
        unknownLength += end - position
      }
    }
    flush()
    return symbols
  }

  private func character(
    _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, in word: Range<Int>
  ) -> Int32? {
    var node: UInt32 = 0
    if range.lowerBound > word.lowerBound, !options.prefix.isEmpty {
      guard let start = vocabulary.trie.node(of: options.prefix) else { return nil }
      node = start
    }
    for position in range {
      node = vocabulary.trie.child(of: node, bytes[position])
      if node == 0 { return nil }
    }
    if range.upperBound == word.upperBound {
      for byte in options.suffix {
        node = vocabulary.trie.child(of: node, byte)
        if node == 0 { return nil }
      }
    }
    let id = vocabulary.trie.value(at: node)
    return id < 0 ? nil : id
  }

  /// Adds a character's bytes, those of its prefix and suffix included, if all have tokens.
  private func addBytes(
    _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, in word: Range<Int>,
    _ add: (Int32, Int) -> Void
  ) -> Bool {
    guard options.fallsBackToBytes else { return false }
    var all = range.lowerBound > word.lowerBound ? options.prefix : []
    for position in range { all.append(bytes[position]) }
    if range.upperBound == word.upperBound { all += options.suffix }
    let ids = all.compactMap { byteIDs[Int($0)] }
    guard ids.count == all.count else { return false }
    for id in ids { add(id, 1) }
    return true
  }

  private func merge(_ symbols: inout [Symbol]) {
    guard symbols.count > 1 else { return }
    let count = symbols.count
    symbols.withUnsafeMutableBufferPointer { symbols in
      var queue = MergeQueue()
      func push(_ left: Int, _ right: Int) {
        guard left >= 0, right < count,
          let merge = merges[symbols[left].id, symbols[right].id]
        else { return }
        queue.push(MergeQueue.Entry(rank: merge.rank, position: UInt32(left), id: merge.id))
      }
      for position in 0..<count - 1 { push(position, position + 1) }
      while let entry = queue.pop() {
        let left = Int(entry.position)
        let right = symbols[left].next
        guard symbols[left].length > 0, right < count,
          merges[symbols[left].id, symbols[right].id]?.id == entry.id
        else { continue }
        symbols[left].id = entry.id
        symbols[left].length += symbols[right].length
        symbols[left].next = symbols[right].next
        symbols[right].length = 0
        if symbols[left].next < count { symbols[symbols[left].next].previous = left }
        push(symbols[left].previous, left)
        push(left, symbols[left].next)
      }
    }
  }
}

/// Binary heap of possible merges, lowest rank first, then leftmost.
private struct MergeQueue {
  struct Entry {
    var rank: UInt32
    var position: UInt32
    var id: Int32

    @inline(__always)
    var order: UInt64 { UInt64(rank) << 32 | UInt64(position) }
  }

  private var entries: [Entry] = []

  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].order < entries[parent].order else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Entry? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < entries.count else { return first }
      if child + 1 < entries.count, entries[child + 1].order < entries[child].order { child += 1 }
      guard entries[child].order < entries[parent].order else { return first }
      entries.swapAt(child, parent)
      parent = child
    }
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
