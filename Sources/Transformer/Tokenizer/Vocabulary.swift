/// A model's tokens and their ids.
struct Vocabulary: Sendable {
  let trie: ByteTrie
  private let arena: [UInt8]
  /// Bytes in ``arena`` by id; an empty range for an id without a token.
  private let places: [Range<Int32>]
  /// How many tokens there are.
  let count: Int

  /// - Throws: ``TokenizerError`` if an id is used twice or lies so far beyond the number of tokens
  ///   that it must be a mistake, or if a token stands twice.
  init(_ tokens: [(token: ArraySlice<UInt8>, id: Int)], place: String) throws {
    guard !tokens.isEmpty else {
      throw TokenizerError(place: place, expected: "a vocabulary", found: "no tokens")
    }
    let limit = tokens.count * 4 + 65_536
    var highest = -1
    for (_, id) in tokens { highest = max(highest, id) }
    guard highest < limit else {
      throw TokenizerError(
        place: place, expected: "ids below \(limit) for \(tokens.count) tokens", found: "\(highest)"
      )
    }
    var places = [Range<Int32>](repeating: 0..<0, count: highest + 1)
    var used = [Bool](repeating: false, count: highest + 1)
    var arena: [UInt8] = []
    let bytes = tokens.reduce(0) { $0 + $1.token.count }
    arena.reserveCapacity(bytes)
    var builder = ByteTrie.Builder(bytes: bytes)
    for (token, id) in tokens {
      guard !used[id] else {
        throw TokenizerError(
          place: place, expected: "one token for each id", found: "two for \(id)")
      }
      used[id] = true
      guard token.isEmpty || builder.insert(token, Int32(id)) else {
        throw TokenizerError(
          place: place, expected: "each token once, and at most 16 million bytes of them",
          found: "\"\(String(decoding: token.prefix(40), as: UTF8.self))\" again or beyond that")
      }
      places[id] = Int32(arena.count)..<Int32(arena.count + token.count)
      arena.append(contentsOf: token)
    }
    self.arena = arena
    self.places = places
    trie = ByteTrie(builder)
    count = tokens.count
  }

  /// One more than the highest id.
  var idLimit: Int { places.count }

  func id(of token: some Collection<UInt8>) -> Int32? { trie.exact(token) }

  func token(_ id: Int32) -> ArraySlice<UInt8>? {
    guard id >= 0, id < places.count, !places[Int(id)].isEmpty else { return nil }
    return arena[Int(places[Int(id)].lowerBound)..<Int(places[Int(id)].upperBound)]
  }
}
