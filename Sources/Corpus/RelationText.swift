import Files
import Foundation

/// A text in which two entities are marked, as in `The <e1>author</e1> uses a <e2>disassembler</e2>.`
///
/// The one may lie inside the other; they do not cross.
public struct RelationText: Hashable, Sendable {
  /// What stands before and after the first entity, and before and after the second.
  public static let markers = ["<e1>", "</e1>", "<e2>", "</e2>"]

  /// The text without its markers.
  public let sentence: String
  /// The two entities in ``sentence``, in bytes of its UTF-8.
  public let first: Range<Int>
  /// The second entity, likewise.
  public let second: Range<Int>

  /// The words of the two entities, as they stand in the sentence.
  public var names: (first: String, second: String) {
    func name(_ range: Range<Int>) -> String {
      String(decoding: Array(sentence.utf8)[range], as: UTF8.self)
    }
    return (name(first), name(second))
  }

  /// What is wrong with a text that should have two entities.
  public struct Fault: Error, Hashable, Sendable {
    /// What stands there, for people.
    public var found: String
  }

  /// Reads the markers out of `text`. O(bytes).
  ///
  /// - Throws: ``Fault`` if a marker is missing, stands there twice or out of order, if entities cross or
  ///   one has no character but white space.
  public init(_ text: String) throws {
    var sentence: [UInt8] = []
    var starts: [Int: Int] = [:]
    var ranges: [Int: Range<Int>] = [:]
    var open: [Int] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "<"), let marker = Self.marker(in: bytes, at: index) else {
        sentence.append(bytes[index])
        index += 1
        continue
      }
      index += Self.markers[marker].utf8.count
      let entity = marker / 2
      if marker % 2 == 0 {
        guard starts[entity] == nil else { throw Fault(found: "\(Self.markers[marker]) twice") }
        starts[entity] = sentence.count
        open.append(entity)
        continue
      }
      guard let start = starts[entity], ranges[entity] == nil else {
        throw Fault(
          found: starts[entity] == nil
            ? "\(Self.markers[marker]) without \(Self.markers[marker - 1]) before it"
            : "\(Self.markers[marker]) twice")
      }
      guard open.popLast() == entity else { throw Fault(found: "entities that cross") }
      ranges[entity] = start..<sentence.count
    }
    for entity in 0..<2 where ranges[entity] == nil {
      throw Fault(found: "no \(Self.markers[2 * entity + (starts[entity] == nil ? 0 : 1)])")
    }
    for (entity, range) in ranges.sorted(by: { $0.key < $1.key })
    where sentence[range].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }) {
      throw Fault(found: "nothing between \(Self.markers[2 * entity]) and its end")
    }
    self.sentence = String(decoding: sentence, as: UTF8.self)
    (first, second) = (ranges[0]!, ranges[1]!)
  }

  /// The marker that begins at a place of a text's UTF-8.
  private static func marker(in bytes: [UInt8], at place: Int) -> Int? {
    markers.firstIndex { bytes[place...].starts(with: $0.utf8) }
  }

  /// Whether `text` has a first marker, and so is worth reading; O(bytes), and fast.
  public static func isMarked(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = bytes[...]
      while let index = rest.firstIndex(of: UInt8(ascii: "<")) {
        rest = rest[index...]
        if rest.starts(with: markers[0].utf8) { return true }
        rest = rest.dropFirst()
      }
      return false
    }
  }

  /// `text` with markers around two entities.
  ///
  /// - Parameters:
  ///   - first: Unicode scalars of `text`, as Python counts.
  /// - Throws: ``Fault`` if a range is empty or lies beyond the text, if entities cross, or `text` has a marker.
  public static func marked(
    _ text: String, first: Range<Int>, second: Range<Int>
  ) throws -> String {
    let scalars = Array(text.unicodeScalars)
    let ranges = [first, second]
    for range in ranges
    where range.isEmpty || range.lowerBound < 0 || range.upperBound > scalars.count {
      throw Fault(
        found: "an entity from \(range.lowerBound) to \(range.upperBound) in \(scalars.count) "
          + "characters of text")
    }
    guard !isMarked(text) else { throw Fault(found: "offsets and \(markers[0]) in the text") }
    var result = ""
    for index in 0...scalars.count {
      // What lies inside ends first and begins last.
      let ending = [0, 1].filter { ranges[$0].upperBound == index }
        .sorted { (ranges[$0].count, -$0) < (ranges[$1].count, -$1) }
      let beginning = [0, 1].filter { ranges[$0].lowerBound == index }
        .sorted { (-ranges[$0].count, $0) < (-ranges[$1].count, $1) }
      for entity in ending { result += markers[2 * entity + 1] }
      for entity in beginning { result += markers[2 * entity] }
      if index < scalars.count { result.unicodeScalars.append(scalars[index]) }
    }
    _ = try RelationText(result)
    return result
  }

  /// What records of one sentence share, whichever of its entities they mark: the normalized sentence without
  /// white space, which may stand around markers.
  public var sentenceKey: String {
    TextNormalization.normalize(sentence).filter { !$0.isWhitespace }
  }
}

extension Record {
  /// The record's text as one with two marked entities.
  ///
  /// - Throws: `FileError` naming the row, if its text is none.
  @discardableResult
  public func relationText() throws -> RelationText {
    do {
      return try RelationText(text)
    } catch let fault as RelationText.Fault {
      throw FileError(
        place: "\(source):\(line)",
        expected: "a text with two entities between <e1> and </e1>, <e2> and </e2>",
        found: fault.found,
        advice: "mark both entities of every text, or give JSONL with their places in 'e1' and 'e2'"
      )
    }
  }
}
