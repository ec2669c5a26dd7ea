import Corpus
import Curation
import Store

extension OpenIndex {
  /// The texts in the fields `names` of some records, by place.
  ///
  /// - Parameter row: the row that a place stands for.
  /// - Throws: `FileError` naming a record that lacks a field.
  func texts(of names: [String], at places: [Int], row: (Int) -> Int) throws -> [Int: [String]] {
    let rows = places.map(row)
    let placeOfRow = Dictionary(zip(rows, places), uniquingKeysWith: { first, _ in first })
    var texts: [Int: [String]] = [:]
    try catalog.forEachRecord(of: rows) {
      texts[placeOfRow[$0.row]!] = try $0.record.texts(of: names)
    }
    return texts
  }
}
