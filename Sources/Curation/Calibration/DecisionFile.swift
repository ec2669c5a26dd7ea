import Corpus
import Foundation

/// The pairs a person has labeled so far, kept in a file that is whole after every decision.
///
/// The file is one ``LabeledPairReader`` reads: `id_a`, `id_b`, `duplicate` (`true`, `false`,
/// `unsure`), `score`, `text_a`, `text_b`.
public struct DecisionFile {
  static let columns = ["id_a", "id_b", "duplicate", "score", "text_a", "text_b"]

  private struct Key: Hashable {
    var a: String
    var b: String

    init(_ a: String, _ b: String) { (self.a, self.b) = (min(a, b), max(a, b)) }
  }

  private struct Row {
    var a: String
    var b: String
    var isDuplicate: Bool?
    var rest: [(name: String, value: CorpusWriter.Value)]
  }

  private let url: URL
  private var rows: [Row] = []
  private var places: [Key: Int] = [:]

  /// Reads the decisions made before, if the file is there.
  public init(_ url: URL) throws {
    self.url = url
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let reading = ReadingOptions(textField: "id_a")
    let pairs = LabeledPairReader(PairFields(a: "id_a", b: "id_b"))
    try CorpusReader(options: reading).read(url) { record in
      let (label, original) = (try pairs.pair(record), try record.originalFields())
      let rest = Self.columns[3...].map { ($0, original[$0] ?? .null) }
      insert(Row(a: label.a, b: label.b, isDuplicate: label.isDuplicate, rest: rest))
    }
  }

  package var count: Int { rows.count }

  /// The decision about two ids in either order: outer nil where there is none, inner where the
  /// labeler was unsure.
  public func decision(_ a: String, _ b: String) -> Bool?? {
    places[Key(a, b)].map { rows[$0].isDuplicate }
  }

  /// Adds a decision and writes the file anew.
  public mutating func decide(
    _ question: PairQuestion, isDuplicate: Bool?, score: Float
  ) throws {
    insert(
      Row(
        a: question.idA, b: question.idB, isDuplicate: isDuplicate,
        rest: [
          ("score", .number(score.decimal)), ("text_a", .text(question.textA)),
          ("text_b", .text(question.textB)),
        ]))
    let writer = try CorpusWriter(url, columns: Self.columns)
    for row in rows {
      let label: String = row.isDuplicate.map { $0 ? "true" : "false" } ?? "unsure"
      try writer.write(
        [("id_a", .text(row.a)), ("id_b", .text(row.b)), ("duplicate", .text(label))] + row.rest)
    }
    try writer.finish()
  }

  private mutating func insert(_ row: Row) {
    if let place = places[Key(row.a, row.b)] {
      rows[place] = row
    } else {
      places[Key(row.a, row.b)] = rows.count
      rows.append(row)
    }
  }
}

/// Two texts shown to a labeler, without their score, which would sway the answer.
public struct PairQuestion: Sendable {
  /// From 1, of ``count``.
  public var number: Int
  package var count: Int
  package var idA: String
  package var idB: String
  package var textA: String
  package var textB: String
}

package enum PairAnswer: Sendable {
  case duplicate, different, unsure, quit
}
