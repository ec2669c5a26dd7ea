import Corpus
import Files
import Foundation
import Store
import Testing

@Suite struct CatalogTests {
  @Test func givesBackEveryTable() throws {
    let folder = try TemporaryFolder()
    let writer = try Catalog.create(at: folder.catalog)
    try Sample.fill(writer)
    try writer.close()
    try expectSample(Catalog.open(at: folder.catalog, readOnly: true))
  }

  @Test func givesBackWhatReachedTheModel() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    try Sample.fill(catalog)
    try catalog.update { try $0.setReadings([(3, 2, ["👍"])]) }
    let record = try #require(try catalog.record(row: 0))
    #expect(record.tokens == 3 && record.seenBytes == 2 && record.unknownWords == ["👍"])
  }

  @Test func explains() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    try Sample.fill(catalog)
    let removed = try #require(try catalog.explanation(id: "r1"))
    #expect(removed.removal == Sample.removals[0])
    #expect(removed.witness == Sample.records[0])
    let kept = try #require(try catalog.explanation(id: "r0"))
    #expect(kept.removal == nil && kept.standsFor == [Sample.removals[0]])
    #expect(kept.vetoes.count == 2 && kept.conflicts == Sample.conflicts)
    #expect(kept.clusters == [Sample.members[0]] && kept.split == Sample.split[0])
    #expect(kept.pairs.map(\.b) == [1, 2])
    #expect(kept.drop == nil && kept.decision == Sample.decisions[1])
    #expect(try catalog.explanation(id: "r2")?.drop == Sample.drops[0])
    #expect(try catalog.explanation(id: "none") == nil)
    #expect(try catalog.ids(near: "r9") == ["r0", "r1", "r2", "r3"])
  }

  @Test func counts() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    try Sample.fill(catalog)
    #expect(try catalog.keptRows() == [0])
    try catalog.update {
      try $0.replaceDrops([])
      try $0.withdrawDecision(id: "r0")
    }
    #expect(try catalog.keptRows() == [0, 2])
    #expect(try catalog.decisions().map(\.id) == ["gone"])
    #expect(try catalog.recordCount() == 4)
    #expect(try catalog.pairCount(stage: "semantic", minimumScore: 0.9) == 2)
    #expect(try catalog.labelCounts() == ["even": 2, nil: 2])
    var scores: [Double] = []
    try catalog.forEachPair(stage: "semantic", minimumScore: 0.9) { scores.append($0.score) }
    #expect(scores == [0.95, 1])
  }

  @Test func namesBothLinesOfADuplicate() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    let error = #expect(throws: FileError.self) {
      try catalog.update { try $0.insert([record(0), record(1), record(2, id: "r0")]) }
    }
    #expect(error?.place == "a.jsonl:3")
    #expect(error?.found == "'r0', which a.jsonl:1 has already")
    #expect(try catalog.recordCount() == 0)
    let across = #expect(throws: FileError.self) {
      try catalog.update {
        try $0.insert([record(0, split: .train), record(1, id: "r0", split: .test)])
      }
    }
    #expect(across?.advice?.contains("splits") == true)
  }

  @Test func keepsTextsByteForByte() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    let texts = ["", "e\u{301}", "é", "\u{feff}a\u{2028}\r\n\"'", "👩‍👩‍👧", "a\u{0}b"]
    try catalog.update {
      try $0.insert(texts.enumerated().map { record($0, text: $1) })
    }
    var row = 0
    try catalog.forEachRecord { found in
      // U+0000 ends a text in SQLite's C interface; the reader of corpora refuses it.
      let expected = texts[row].split(separator: "\u{0}").first.map(String.init) ?? ""
      #expect(found.text.utf8.elementsEqual(expected.utf8))
      #expect(found.textHash == ContentHash(texts[row]))
      row += 1
    }
    #expect(row == texts.count)
  }

  @Test func holdsManyRecords() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    let count = 100_000
    try catalog.update { editor in
      for row in 0..<count { try editor.insert(record(row)) }
      try editor.setReadings(
        (0..<count).lazy.map {
          ($0, $0 % 3 == 0 ? $0 : nil, $0 % 5 == 0 ? ["👍", "灯"] : [])
        })
    }
    var next = 0
    try catalog.forEachRecord(from: 10) { record in
      let row = record.row
      let words = row % 5 == 0 ? ["👍", "灯"] : nil
      if row != next + 10 || record.tokens != row || record.unknownWords != words
        || record.seenBytes != (row % 3 == 0 ? row : nil)
      {
        Issue.record("\(record)")
      }
      next += 1
    }
    #expect(next == count - 10)
    #expect(try catalog.record(id: "r99999")?.row == 99_999)
  }

  @Test func refusesWhatIsNotInTheCorpus() throws {
    let folder = try TemporaryFolder()
    let catalog = try Catalog.create(at: folder.catalog)
    try Sample.fill(catalog)
    #expect(throws: FileError.self) {
      try catalog.update {
        try $0.replaceRemovals([
          RemovalRow(row: 0, witness: 9, score: 1, stage: "s", rule: "r", scope: .within)
        ])
      }
    }
    #expect(throws: FileError.self) {
      try catalog.update {
        try $0.replacePairs(stage: "x", [StoredPair(stage: "x", a: 2, b: 1, score: 1)])
      }
    }
    try expectSample(catalog)
  }
}

func expectSample(_ catalog: Catalog) throws {
  var found: [StoredRecord] = []
  try catalog.forEachRecord { found.append($0) }
  #expect(found == Sample.records)
  #expect(found.first?.record.fields == #"{"n":1}"#)
  var pairs: [StoredPair] = []
  try catalog.forEachPair(stage: "semantic") { pairs.append($0) }
  #expect(pairs == Sample.pairs)
  #expect(try catalog.removals() == Sample.removals)
  #expect(try Set(catalog.vetoes().map(\.guardName)) == ["numbers", "negation"])
  #expect(try catalog.conflicts() == Sample.conflicts)
  #expect(try catalog.clusters(kind: .paraphrase) == Sample.clusters)
  #expect(try catalog.clusters(kind: .topic).isEmpty)
  #expect(try catalog.members(kind: .paraphrase) == Sample.members)
  #expect(try catalog.members(kind: .paraphrase, cluster: 0) == Sample.members)
  #expect(try catalog.split() == Sample.split)
  #expect(try catalog.figures(Sample.Diversity.self) == Sample.diversity)
  #expect(try catalog.runs() == [Sample.run])
  #expect(try catalog.log(run: "raw-1") == Sample.log)
  #expect(try catalog.predictions(run: "raw-1") == Sample.predictions)
  #expect(try catalog.testSlices() == Sample.slices)
  #expect(try catalog.comparisons() == Sample.comparisons)
  #expect(try catalog.steps() == [Sample.step])
  #expect(try catalog.drops() == Sample.drops)
  #expect(try catalog.decisions() == Sample.decisions)
  #expect(try catalog.outliers() == Sample.outliers)
  #expect(try catalog.members(kind: .average).count == 1)
  #expect(try catalog.keptRows() == [0])
}
