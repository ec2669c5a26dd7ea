import Curation

/// The records that a study is about: labeled ones, divided into those to train and to test on.
struct Population {
  /// Rows of the index, ascending.
  var test: [UInt32]
  var raw: [UInt32]
  /// Of every row of the index.
  var isTest: [Bool]
  /// What of the labeled records was left out, and why.
  var notes: [String] = []

  init(_ table: RecordTable, _ options: StudyOptions) {
    var labeled = table.labels.indices.filter { table.labels[$0] != nil }.map { UInt32($0) }
    if !table.givenSplits.contains(.test) {
      // A label with one record would be learned without a test or tested without being learned.
      let counts = Dictionary(
        labeled.map { (table.labelNumbers[Int($0)], 1) }, uniquingKeysWith: +)
      let alone = labeled.filter { counts[table.labelNumbers[Int($0)]] == 1 }
      if !alone.isEmpty { notes = [Self.note(alone, table)] }
      labeled.removeAll { counts[table.labelNumbers[Int($0)]] == 1 }
    }
    isTest = Self.testRows(table, labeled, options)
    let isTest = isTest
    test = labeled.filter { isTest[Int($0)] }
    raw = labeled.filter { !isTest[Int($0)] }
  }

  private static func note(_ rows: [UInt32], _ table: RecordTable) -> String {
    let shown = rows.prefix(5).map {
      "'\(table.labels[Int($0)] ?? "")' on '\(table.ids[Int($0)])'"
    }
    let more = rows.count > shown.count ? " and \(rows.count - shown.count) more" : ""
    return "The study leaves out labels that only one record has: "
      + shown.joined(separator: ", ") + more + "."
  }

  func obstacle(_ table: RecordTable, _ place: String) -> CurationError? {
    guard table.labelKind == .classes else {
      let found = table.labelKind == .sets ? "several labels a record" : "numbers"
      return CurationError(
        place: place, expected: "one label of several a record, as a comparison needs",
        found: found, advice: "fine-tune on the arms one by one instead")
    }
    if table.labelNames.count < 2 { return StudyDesign.tooFewLabels(table, place) }
    if Set(raw.map { table.labelNumbers[Int($0)] }).count >= 2, !test.isEmpty { return nil }
    return CurationError(
      place: place,
      expected: "labeled records of two labels to train on, and some to test on",
      found: "\(raw.count) to train on, \(test.count) to test on",
      advice: "give more labeled records")
  }

  /// The given test set, or a random draw within labels, each record on its own.
  private static func testRows(
    _ table: RecordTable, _ labeled: [UInt32], _ options: StudyOptions
  ) -> [Bool] {
    if table.givenSplits.contains(.test) { return table.givenSplits.map { $0 == .test } }
    let split = GroupSplit(
      parts: [
        GroupSplit.Part(name: "train", share: 1 - options.testShare),
        GroupSplit.Part(name: "test", share: options.testShare),
      ], seed: options.seed
    ).split(
      groups: Array(0..<UInt32(labeled.count)),
      labels: labeled.map { table.labelNumbers[Int($0)] },
      texts: labeled.map { table.textHashes[Int($0)] })
    var isTest = [Bool](repeating: false, count: table.count)
    for (place, row) in labeled.enumerated() { isTest[Int(row)] = split.partOfRow[place] == 1 }
    return isTest
  }
}
