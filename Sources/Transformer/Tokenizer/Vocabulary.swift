import Files

/// A model's tokens and their ids.
struct Vocabulary: Sendable {
  let table: TokenTable
  /// How many tokens there are.
  let count: Int

  /// Collects tokens with their ids.
  struct Builder {
    private var arena: [UInt8] = []
    private var entries: [(start: Int, count: Int, id: Int)] = []
    private var highest = -1
    var count: Int { entries.count }

    mutating func append(_ token: UnsafeBufferPointer<UInt8>, _ id: Int) {
      entries.append((arena.count, token.count, id))
      arena.append(contentsOf: token)
      highest = max(highest, id)
    }

    /// - Throws: `FileError` if there is no token, an id is used twice or lies so far beyond
    ///   the number of tokens that it must be a mistake, or a token stands twice.
    func vocabulary(place: String) throws -> Vocabulary {
      guard !entries.isEmpty else {
        throw FileError(place: place, expected: "a vocabulary", found: "no tokens")
      }
      let limit = entries.count * 4 + 65_536
      guard highest < limit, arena.count < 1 << 30 else {
        throw FileError(
          place: place,
          expected: "ids below \(limit) for \(entries.count) tokens, of 1 GiB at most",
          found: "\(highest), and \(arena.count) bytes")
      }
      var places = [Range<Int32>](repeating: 0..<0, count: highest + 1)
      var used = [Bool](repeating: false, count: highest + 1)
      for (start, count, id) in entries {
        guard !used[id] else {
          throw FileError(
            place: place, expected: "one token for each id", found: "two for \(id)")
        }
        used[id] = true
        places[id] = Int32(start)..<Int32(start + count)
      }
      do {
        return Vocabulary(
          table: try TokenTable(arena: arena, places: places), count: entries.count)
      } catch let duplicate as TokenTable.DuplicateKey {
        let range = places[duplicate.value]
        let token = arena[Int(range.lowerBound)..<Int(range.upperBound)].prefix(40)
        throw FileError(
          place: place, expected: "each token once",
          found: "\"\(String(decoding: token, as: UTF8.self))\" again")
      }
    }
  }

  /// One more than the highest id.
  var idLimit: Int { table.valueLimit }

  func id(of token: UnsafeBufferPointer<UInt8>) -> Int32? { table.exact(token) }

  func id(of token: [UInt8]) -> Int32? { token.withUnsafeBufferPointer { table.exact($0) } }

  /// The token's bytes, valid as long as the vocabulary is; nil if there is none.
  func token(_ id: Int32) -> UnsafeBufferPointer<UInt8>? { table.key(id) }
}
