import Files

/// A sentence as words with a tag each, read out of a record.
public struct TaggedSentence: Hashable, Sendable {
  /// In their order.
  public var words: [String]
  /// A tag for each word, as the record writes it, or IOB2 where the record marks entities by offsets.
  public var tags: [String]
  /// Where each word lies in the record's text, in Unicode scalars; nil where the record gives the
  /// words itself.
  public var ranges: [Range<Int>]?

  /// - Parameters:
  ///   - tags: one for each word.
  ///   - ranges: one for each word too.
  public init(words: [String], tags: [String], ranges: [Range<Int>]? = nil) {
    self.words = words
    self.tags = tags
    self.ranges = ranges
  }
}

/// Names of the fields that tag the words of a record.
public struct TagFields: Hashable, Sendable {
  /// An array of strings, the words.
  public var tokens = "tokens"
  /// An array with a tag for each: strings, or indices into ``tagNames``.
  public var tags = "tags"
  /// An array of objects with `start`, `end` and `label`, in the record's text.
  public var entities = "entities"
  /// Names of tags that are written as whole numbers, from 0.
  public var tagNames: [String]?

  /// Those that Hugging Face's datasets mostly have.
  public init() {}
}

extension Record {
  /// The words of the record and their tags: from arrays of tokens and tags, else from its text and
  /// entities marked in it.
  ///
  /// Offsets count Unicode scalars, as Python's do; `end` is the place after the last. The text's words
  /// are those of ``WordSplitter``; space at the ends of an entity is not part of it. O(size of
  /// the row).
  ///
  /// - Throws: `FileError` naming the row if it has neither, if tokens and tags differ in number
  ///   or are not what they should be, if an entity lies beyond the text, holds no word, cuts a
  ///   word or overlaps another.
  public func taggedSentence(_ fields: TagFields = TagFields()) throws -> TaggedSentence {
    let members = try originalFields().filter { $0.value != .null }
    let row = TaggedRow(record: self, fields: fields, members: members)
    if let tokens = row.members[fields.tokens], let tags = row.members[fields.tags] {
      return try row.sentence(tokens: tokens, tags: tags)
    }
    if let entities = row.members[fields.entities] {
      return try row.sentence(entities: entities)
    }
    throw row.missing()
  }
}

/// A record whose tags are being read.
private struct TaggedRow {
  let record: Record
  let fields: TagFields
  let members: [String: CorpusWriter.Value]

  func sentence(tokens: CorpusWriter.Value, tags: CorpusWriter.Value) throws -> TaggedSentence {
    let words = try elements(tokens, fields.tokens).enumerated().map { index, token in
      guard case .text(let word) = token else {
        throw fault("strings in '\(fields.tokens)'", "\(token.kind) at position \(index + 1)")
      }
      return word
    }
    let tags = try elements(tags, fields.tags)
    guard tags.count == words.count else {
      throw fault(
        "a tag in '\(fields.tags)' for each of \(words.count) tokens", "\(tags.count) tags")
    }
    return TaggedSentence(words: words, tags: try tags.enumerated().map(tagName))
  }

  private func tagName(_ index: Int, _ tag: CorpusWriter.Value) throws -> String {
    switch tag {
    case .text(let name): return name
    case .integer(let number):
      guard let names = fields.tagNames else {
        throw fault(
          "tags by name in '\(fields.tags)'", "the number \(number) at position \(index + 1)",
          advice: "name the tags in the order of their numbers with \(OptionName.tagNames)")
      }
      guard names.indices.contains(number) else {
        throw fault(
          "numbers below \(names.count), as many as there are names, in '\(fields.tags)'",
          "\(number) at position \(index + 1)", advice: "name all tags with \(OptionName.tagNames)")
      }
      return names[number]
    default:
      throw fault(
        "strings or whole numbers in '\(fields.tags)'", "\(tag.kind) at position \(index + 1)")
    }
  }

  func sentence(entities value: CorpusWriter.Value) throws -> TaggedSentence {
    let marks = try elements(value, fields.entities).enumerated()
      .map { try MarkedEntity($0 + 1, $1, self) }
      .sorted { ($0.range.lowerBound, $0.number) < ($1.range.lowerBound, $1.number) }
    let scalars = Array(record.text.unicodeScalars)
    let ranges = WordSplitter.ranges(scalars)
    var tags = [String](repeating: "O", count: ranges.count)
    // Words before this one end before the entity at hand begins.
    var word = 0
    var previous: MarkedEntity?
    for mark in marks {
      guard mark.range.upperBound <= scalars.count else {
        throw fault("entities within \(scalars.count) characters of text", mark.name)
      }
      if let previous, previous.range.upperBound > mark.range.lowerBound {
        throw fault("entities that do not overlap", "\(previous.name) and \(mark.name)")
      }
      previous = mark
      while word < ranges.count, ranges[word].upperBound <= mark.range.lowerBound { word += 1 }
      let first = word
      while word < ranges.count, ranges[word].lowerBound < mark.range.upperBound {
        guard ranges[word].clamped(to: mark.range) == ranges[word] else {
          throw fault(
            "entities of whole words",
            "\(mark.name), which cuts '\(String(scalars[ranges[word]]).prefix(60))'")
        }
        tags[word] = (word == first ? "B-" : "I-") + mark.label
        word += 1
      }
      if word == first { throw fault("entities with a word", "\(mark.name), which has none") }
    }
    return TaggedSentence(
      words: ranges.map { String(scalars[$0]) }, tags: tags, ranges: ranges)
  }

  private func elements(_ value: CorpusWriter.Value, _ name: String) throws
    -> [CorpusWriter.Value]
  {
    guard case .json(let json) = value, json.utf8.first == UInt8(ascii: "[") else {
      throw fault("an array in '\(name)'", value.kind)
    }
    var text = json
    do {
      return try text.withUTF8(JSONText.elements)
    } catch let fault as JSONScanner.Fault {
      throw self.fault("an array in '\(name)'", fault.reason)
    }
  }

  func missing() -> FileError {
    let names = members.keys.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return fault(
      "fields '\(fields.tokens)' and '\(fields.tags)', or '\(fields.entities)'",
      names.isEmpty ? "no fields" : "the fields \(names)",
      advice: "read CoNLL columns, or JSONL with tokens and tags or with entities")
  }

  func fault(_ expected: String, _ found: String, advice: String? = nil) -> FileError {
    FileError(place: place, expected: expected, found: found, advice: advice)
  }

  private var place: String { "\(record.source):\(record.line)" }
}

/// An entity as the row writes it.
private struct MarkedEntity {
  /// From 1, in the row's order.
  let number: Int
  let range: Range<Int>
  let label: String

  init(_ number: Int, _ value: CorpusWriter.Value, _ row: TaggedRow) throws {
    let what = "entities with whole numbers 'start' < 'end' and a string 'label'"
    guard case .json(let json) = value, json.utf8.first == UInt8(ascii: "{") else {
      throw row.fault(what, "\(value.kind) for entity \(number)")
    }
    let members = try JSONText.members(json, place: "\(row.record.source):\(row.record.line)")
    func last(_ name: String) -> CorpusWriter.Value? { members.last { $0.name == name }?.value }
    guard case .integer(let start)? = last("start")?.asInteger,
      case .integer(let end)? = last("end")?.asInteger, case .text(let label)? = last("label"),
      0 <= start, start < end, !label.isEmpty
    else { throw row.fault(what, "entity \(number), \(json.prefix(80))") }
    self.number = number
    range = start..<end
    self.label = label
  }

  var name: String {
    "entity \(number) ('\(label.prefix(60))', \(range.lowerBound) to \(range.upperBound))"
  }
}

extension JSONText {
  /// The elements of an array: strings and null as such, whole numbers as integers, all else as JSON.
  ///
  /// - Throws: `JSONScanner.Fault`.
  static func elements(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [CorpusWriter.Value] {
    try JSONScanner.elements(bytes).map { range in
      let raw = UnsafeBufferPointer(rebasing: bytes[range])
      guard raw.first == UInt8(ascii: "\"") else {
        return CorpusWriter.Value.json(String(decoding: raw, as: UTF8.self)).asInteger
      }
      let inside = (range.lowerBound + 1)..<(range.upperBound - 1)
      let hasEscapes = raw.contains(UInt8(ascii: "\\"))
      return .text(try string(bytes, inside, hasEscapes: hasEscapes))
    }
  }
}

extension CorpusWriter.Value {
  /// A JSON number without fraction or exponent as an integer, `null` as such, all else as it is.
  var asInteger: Self {
    guard case .json(let json) = self else { return self }
    if json == "null" { return .null }
    return Int(json).map { .integer($0) } ?? self
  }

  /// What it is, for errors.
  var kind: String {
    switch self {
    case .text(let text): "the string '\(text.prefix(60))'"
    case .integer(let number): "the number \(number)"
    case .number(let number): "the number \(number)"
    case .boolean(let flag): "\(flag)"
    case .null: "null"
    case .json(let json):
      switch json.utf8.first {
      case UInt8(ascii: "["): "an array"
      case UInt8(ascii: "{"): "an object"
      default: "\(json.prefix(60))"
      }
    }
  }
}

extension String {
  fileprivate init(_ scalars: ArraySlice<Unicode.Scalar>) {
    self = String(String.UnicodeScalarView(scalars))
  }
}
