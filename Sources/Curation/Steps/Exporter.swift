import Corpus
import Foundation
import Store

/// Writes what an index holds as files; every file appears whole or not at all.
public struct Exporter {
  private let index: OpenIndex

  public init(_ index: OpenIndex) { self.index = index }

  /// The kept records, as they were read.
  ///
  /// - Parameter path: a file name (`.jsonl`, `.csv`, `.tsv`), or `-` for JSONL on standard output.
  public func exportKept(to path: String) throws {
    let kept = Set(try index.catalog.keptRows())
    let writer = try CorpusWriter(CorpusReader.location(path))
    try index.catalog.forEachRecord { if kept.contains($0.row) { try writer.write($0.record) } }
    try writer.finish()
  }

  /// The removals: `id`, `witness`, `score`, `stage`, `rule`, `guards`.
  public func exportRemoved(to path: String) throws {
    var ids: [String] = []
    try index.catalog.forEachRecord { ids.append($0.id) }
    let columns = ["id", "witness", "score", "stage", "rule", "guards"]
    let writer = try CorpusWriter(CorpusReader.location(path), columns: columns)
    for removal in try index.catalog.removals() {
      try writer.write([
        ("id", .text(ids[removal.row])), ("witness", .text(ids[removal.witness])),
        ("score", .number(removal.score)), ("stage", .text(removal.stage)),
        ("rule", .text(removal.rule)), ("guards", removal.guards.map { .json($0) } ?? .null),
      ])
    }
    try writer.finish()
  }

  /// The records of one part of the split; of the training part only the balanced subset if
  /// `selectedOnly`.
  public func exportPart(_ part: GivenSplit, selectedOnly: Bool = false, to path: String)
    throws
  {
    let rows = Set(
      try index.catalog.split().filter { $0.part == part && (!selectedOnly || $0.selected) }
        .map(\.row))
    let writer = try CorpusWriter(CorpusReader.location(path))
    try index.catalog.forEachRecord { if rows.contains($0.row) { try writer.write($0.record) } }
    try writer.finish()
  }
}
