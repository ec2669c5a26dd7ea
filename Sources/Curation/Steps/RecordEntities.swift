import Corpus
import Files
import Foundation
import Store

/// The entities that the tags of the records mark: fields `tokens` and `tags` (also `ner_tags`), as a
/// CoNLL file gives them or a JSONL file with arrays of strings.
struct RecordEntities {
  /// Of every row: normalized, each once, sorted.
  let ofRow: [[String]]

  /// - Throws: `FileError` if no record has tags.
  init(_ catalog: Catalog) throws {
    var all: [[String]] = []
    var areTagged = false
    try catalog.forEachRecord { record in
      let row = record.fields.flatMap {
        try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      let tags = (row?["tags"] ?? row?["ner_tags"]) as? [String]
      guard let tokens = row?["tokens"] as? [String], let tags, tags.count == tokens.count else {
        all.append([])
        return
      }
      areTagged = true
      all.append(Set(Self.entities(tokens, tags).map(TextNormalization.normalize)).sorted())
    }
    guard areTagged else {
      throw FileError(
        option: .disjoint, "entities", expected: "records with tokens and tags",
        found: "none", advice: "index a CoNLL file, or JSONL with arrays 'tokens' and 'tags'")
    }
    ofRow = all
  }

  /// Tokens of every marked span, joined by spaces. Reads IO, IOB1, IOB2, BIOES and BILOU.
  static func entities(_ tokens: [String], _ tags: [String]) -> [String] {
    var entities: [String] = []
    var open: (type: Substring, tokens: [String])?
    func close() {
      if let span = open { entities.append(span.tokens.joined(separator: " ")) }
      open = nil
    }
    for (token, tag) in zip(tokens, tags) {
      if tag == "O" || tag.isEmpty {
        close()
        continue
      }
      let parts = tag.split(separator: "-", maxSplits: 1)
      let (prefix, type) = parts.count == 2 ? (parts[0], parts[1]) : ("I", parts.last ?? "")
      if ["B", "S", "U"].contains(prefix) || open?.type != type { close() }
      open = (type, (open?.tokens ?? []) + [token])
      if ["E", "L", "S", "U"].contains(prefix) { close() }
    }
    close()
    return entities
  }
}
