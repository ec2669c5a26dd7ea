import Corpus
import Files
import Store

/// Which records a field holds together, so that no split takes them apart: those of one document, author or
/// article. Questions about one text are held together by it, and relations in one sentence by that, whether or
/// not a field is named: a model that learned the one has read the others.
struct RecordBonds {
  /// Partitions of the rows: equal numbers are of records that stay together.
  let partitions: [[UInt32]]

  /// - Parameter field: of the original rows; records without it are free.
  /// - Throws: `FileError` if no record has the field.
  init(_ index: OpenIndex, _ table: RecordTable, field: String?) throws {
    var partitions: [Partition] = []
    if let field {
      partitions.append(Partition { $0.original(field)?.plain })
    }
    if try index.hasQuestions() {
      let fields = QuestionFields(texts: try index.textFields())
      partitions.append(Partition { try? $0.contextQuestion(fields).context })
    }
    if !partitions.isEmpty {
      try index.catalog.forEachRecord { record in
        for place in partitions.indices { partitions[place].add(record.record) }
      }
    }
    if let field, partitions[0].isEmpty {
      let names = try index.catalog.record(row: 0)?.record.originalFields().keys.sorted() ?? []
      throw FileError(
        place: index.folder.url.relativePath, expected: "records with a field '\(field)'",
        found: names.isEmpty
          ? "no fields" : "the fields " + names.map { "'\($0)'" }.joined(separator: ", "),
        advice: FieldNames.nearest(to: field, among: names).map { "did you mean '\($0)'?" })
    }
    self.partitions = partitions.map(\.numbers) + Self.sentences(table)
  }

  /// Records whose texts are one sentence with other entities marked; empty where none are marked.
  private static func sentences(_ table: RecordTable) -> [[UInt32]] {
    var firsts: [String: UInt32] = [:]
    let numbers = table.texts.enumerated().map { row, text in
      guard RelationText.isMarked(text), let key = try? RelationText(text).sentenceKey else {
        return UInt32(row)
      }
      let first = firsts[key] ?? UInt32(row)
      firsts[key] = first
      return first
    }
    return firsts.isEmpty ? [] : [numbers]
  }

  private struct Partition {
    let key: (Record) -> String?
    private(set) var numbers: [UInt32] = []
    private var numberOfKey: [ContentHash: UInt32] = [:]
    /// The next number.
    private var next: UInt32 = 0

    init(_ key: @escaping (Record) -> String?) { self.key = key }

    var isEmpty: Bool { numberOfKey.isEmpty }

    mutating func add(_ record: Record) {
      let hash = key(record).map { ContentHash($0) }
      if let known = hash.flatMap({ numberOfKey[$0] }) {
        numbers.append(known)
        return
      }
      if let hash { numberOfKey[hash] = next }
      numbers.append(next)
      next += 1
    }
  }
}

extension OpenIndex {
  /// Whether the first record is a question with a context and answers in it.
  package func hasQuestions() throws -> Bool {
    guard let first = try catalog.record(row: 0)?.record else { return false }
    let question = try? first.contextQuestion(QuestionFields(texts: try textFields()))
    return question?.answers != nil
  }
}
