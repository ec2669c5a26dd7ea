import Corpus
import Files

/// Texts with marked entities as sequences that keep every marker.
///
/// What is longer than a sequence holds is cut to a window around the entities; where these are farther apart
/// than that, to the tokens nearest to a marker.
package struct EntityWindows: Sendable {
  /// The tokens that training adds.
  package static let markers = RelationText.markers

  private let tokenizer: Tokenizer
  /// Ids of the markers, as ``ModelConfiguration/entityMarkers`` names them.
  private let markers: [Int32]
  /// Tokens of a sequence beside the special ones.
  private let room: Int

  /// Ids of the tokens that stand before the entities.
  package var starts: [Int32] { [markers[0], markers[2]] }

  /// - Parameters:
  ///   - names: four: before and after the first entity, before and after the second.
  ///   - place: names the model in errors.
  /// - Throws: `FileError` if the tokenizer lacks a marker, or a sequence has no room for them.
  package init(_ tokenizer: Tokenizer, markers names: [String], place: String) throws {
    guard names.count == 4, Set(names).count == 4 else {
      throw FileError(
        place: place, expected: "four different markers in entity_markers", found: "\(names)")
    }
    markers = try names.map { name in
      guard let id = tokenizer.id(of: name) else {
        throw FileError(
          place: place, expected: "a token \(name), which marks an entity", found: "none",
          advice: "the tokenizer's files belong to another model")
      }
      return id
    }
    self.tokenizer = tokenizer
    room = tokenizer.maximumTokens - tokenizer.specialTokenCount
    guard room >= markers.count else {
      throw FileError(
        place: place, expected: "at least \(markers.count + tokenizer.specialTokenCount) tokens",
        found: "\(tokenizer.maximumTokens)")
    }
  }

  /// The tokens of `text` with special ones, and whether some were left out. O(n log n) of n tokens.
  ///
  /// - Throws: `FileError` if a marker is not there, or more than once.
  package func window(_ text: String) throws -> (ids: [Int32], isCut: Bool) {
    let tokens = tokenizer.encodeContent(text, limit: .max)
    let places = tokens.indices.filter { markers.contains(tokens[$0]) }
    guard places.count == markers.count, Set(places.map { tokens[$0] }).count == markers.count
    else {
      throw FileError(
        place: "text \"\(text.prefix(60))\"", expected: "each marker once",
        found: "\(places.count) markers")
    }
    let kept = Self.kept(places, of: tokens.count, room: room)
    return (tokenizer.addSpecialTokens(to: kept.map { tokens[$0] }), kept.count < tokens.count)
  }

  /// The tokens that stay, ascending: all that lies between the markers `places` and as much before as after it,
  /// or, where not even that has room, what is nearest to a marker.
  static func kept(_ places: [Int], of count: Int, room: Int) -> [Int] {
    if count <= room { return Array(0..<count) }
    let (first, last) = (places.min()!, places.max()!)
    let slack = room - (last - first + 1)
    guard slack < 0 else {
      let start = max(0, min(first - slack / 2, count - room))
      return Array(start..<start + room)
    }
    let distances = (0..<count).map { token in places.map { abs($0 - token) }.min()! }
    let order = (0..<count).sorted { (distances[$0], $0) < (distances[$1], $1) }
    return order.prefix(room).sorted()
  }
}
