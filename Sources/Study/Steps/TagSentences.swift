import Corpus
import Curation
import Files
import Foundation
import Store
import Training

/// What tags were read from an index, for people.
public struct TagReading: Codable, Hashable, Sendable {
  package var scheme: TagScheme
  /// Tags that do not follow it, and how they were taken.
  public var irregularities: [TagIrregularity]
  /// Sentences that follow another scheme.
  public var strays: Int
}

/// The sentences of an index, their words and tags in IOB2, by row or by place among the rows read.
struct TagSentences {
  private(set) var words: [[String]] = []
  private(set) var tags: [[Tag]] = []
  private(set) var entities: [[EntitySpan]] = []
  /// `O`, then of each type, sorted, where it begins and goes on.
  let labels: [String]
  let reading: TagReading

  /// - Parameters:
  ///   - rows: all if nil.
  ///   - tagNames: of tags that records give as numbers, from 0.
  /// - Throws: `FileError` naming a record without readable tags.
  init(_ index: OpenIndex, rows: [Int]? = nil, tagNames: [String]?) throws {
    var fields = TagFields()
    fields.tagNames = tagNames
    var (words, tags, ids): ([[String]], [[String]], [String]) = ([], [], [])
    func append(_ record: StoredRecord) throws {
      let sentence = try record.record.taggedSentence(fields)
      words.append(sentence.words)
      tags.append(sentence.tags)
      ids.append(record.id)
    }
    if let rows {
      try index.catalog.forEachRecord(of: rows, append)
    } else {
      try index.catalog.forEachRecord(append)
    }
    let data = try TaggedData(tags) { "record '\(ids[$0])'" }
    self.words = words
    self.tags = data.tags(in: .iob2)
    entities = data.entities
    labels =
      [Tag.outside.name]
      + data.types.flatMap { type in
        [Tag.Role.begin, .inside].map { Tag(role: $0, type: type).name }
      }
    reading = TagReading(
      scheme: data.scheme, irregularities: data.irregularities, strays: data.strays.count)
  }

  /// How many types of entities there are.
  var typeCount: Int { (labels.count - 1) / 2 }

  func items(_ places: [Int]) -> [TaggedText] {
    let numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    return places.map { place in
      TaggedText(words: words[place], tags: tags[place].map { numbers[$0.name]! })
    }
  }

  /// The surface forms of the entities of some sentences.
  func surfaces(_ places: [Int]) -> Set<String> {
    SeenEntityReport.surfaces(of: places.map { entities[$0] }, in: places.map { words[$0] })
  }

  /// Why an index has nothing to tag; nil if its records have tags.
  static func obstacle(_ index: OpenIndex) throws -> CurationError? {
    if try index.hasTagFields() { return try index.tagFault() }
    return CurationError(
      place: index.folder.url.relativePath,
      expected: "sentences with a tag for each word, as \(OptionName.task) tokens needs",
      found: "records without 'tokens' and 'tags', or 'entities'",
      advice: "index CoNLL files, or JSON lines with these fields")
  }
}

extension OpenIndex {
  /// Whether the first record has words with tags.
  func hasTags() throws -> Bool { try hasTagFields() && tagFault() == nil }

  /// Whether the first record has fields of the names that tags stand in; they may mean something else.
  package func hasTagFields() throws -> Bool {
    guard let first = try catalog.record(row: 0)?.record else { return false }
    let fields = Set(try first.originalFields().keys)
    return fields.isSuperset(of: ["tokens", "tags"]) || fields.contains("entities")
  }

  /// Why the tags of the first record cannot be read; nil if they can. That tags by number want names is said
  /// later.
  fileprivate func tagFault() throws -> FileError? {
    var names = TagFields()
    names.tagNames = (0..<1000).map { $0 == 0 ? "O" : "B-\($0)" }
    do {
      _ = try catalog.record(row: 0)?.record.taggedSentence(names)
      return nil
    } catch let fault as FileError {
      return fault
    }
  }
}

/// Tags of a sentence as the table of predictions has them: a JSON array of names.
enum StoredTags {
  static func text(_ tags: [Tag]) -> String { StoredJSON.text(tags.map(\.name)) }

  /// Nil if that is no such array.
  static func tags(_ text: String) -> [Tag]? {
    guard let names = StoredJSON.strings(text) else { return nil }
    let tags = names.compactMap { Tag($0) }
    return tags.count == names.count ? tags : nil
  }
}
