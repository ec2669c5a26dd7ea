import Corpus
import Curation
import Files

/// The records that a study is about: those with what its task learns, divided into those to train and to
/// test on.
struct Population {
  /// Rows of the index, ascending.
  var test: [UInt32]
  var raw: [UInt32]
  /// What of the records was left out, and why.
  var notes: [String] = []
  private let table: RecordTable
  private let task: LearningTask
  /// How many folds the records are dealt into.
  private let folds: Int

  private init(
    _ table: RecordTable, _ options: StudyOptions, test: [UInt32], raw: [UInt32], notes: [String]
  ) {
    (self.table, task, folds) = (table, options.task, options.foldCount)
    (self.test, self.raw, self.notes) = (test, raw, notes)
  }

  /// One for every fold; without folds the one of the test set that was given or is drawn.
  static func all(_ table: RecordTable, _ options: StudyOptions) -> [Population] {
    let (usable, notes) = usable(table, options)
    let numbers = folds(of: usable, table, options)
    return (0..<options.foldCount).map { fold in
      Population(
        table, options,
        test: usable.indices.filter { numbers[$0] == fold }.map { usable[$0] },
        raw: usable.indices.filter { numbers[$0] != fold }.map { usable[$0] }, notes: notes)
    }
  }

  /// The records that take part, and what of the others there is to say.
  private static func usable(_ table: RecordTable, _ options: StudyOptions) -> (
    [UInt32], notes: [String]
  ) {
    var notes: [String] = []
    var usable = table.ids.indices.map { UInt32($0) }
    if options.task.readsLabels { usable.removeAll { table.labels[Int($0)] == nil } }
    if !table.givenSplits.contains(.test), learnsClasses(options.task, table) {
      // A label with one record would be learned without a test or tested without being learned.
      let counts = Dictionary(
        usable.map { (table.labelNumbers[Int($0)], 1) }, uniquingKeysWith: +)
      let alone = usable.filter { counts[table.labelNumbers[Int($0)]] == 1 }
      if !alone.isEmpty { notes = [note(alone, table)] }
      usable.removeAll { counts[table.labelNumbers[Int($0)]] == 1 }
    }
    return (usable, notes)
  }

  private static func learnsClasses(_ task: LearningTask, _ table: RecordTable) -> Bool {
    [.classify, .pairs, .relations].contains(task) && table.labelKind == .classes
  }

  private static func note(_ rows: [UInt32], _ table: RecordTable) -> String {
    let shown = rows.prefix(5).map {
      "'\(table.labels[Int($0)] ?? "")' on '\(table.ids[Int($0)])'"
    }
    let more = rows.count > shown.count ? " and \(rows.count - shown.count) more" : ""
    return "The study leaves out labels that only one record has: "
      + shown.joined(separator: ", ") + more + "."
  }

  /// Of how many labels some rows are; the rows themselves where classes are not what is learned.
  func variety(_ rows: [UInt32]) -> Int {
    Self.learnsClasses(task, table)
      ? Set(rows.map { table.labelNumbers[Int($0)] }).count : rows.count
  }

  /// Whether that is too little to learn from, in words; nil if it is enough.
  func shortage(_ rows: [UInt32]) -> String? {
    let variety = variety(rows)
    if variety >= 2 { return nil }
    let records = "\(rows.count) \(rows.count == 1 ? "record" : "records")"
    return Self.learnsClasses(task, table)
      ? "\(records) of \(variety) \(variety == 1 ? "label" : "labels")" : records
  }

  /// Why the records of an index cannot be studied; nil if they can.
  func obstacle(_ index: OpenIndex) throws -> CurationError? {
    let place = index.folder.url.relativePath
    if folds > 1, table.givenSplits.contains(.test) {
      return CurationError(
        option: .folds, expected: "1, as the index has a given test set", found: "\(folds)",
        advice: "leave \(OptionName.folds) out, or build the index without \(OptionName.test)")
    }
    switch task {
    case .classify:
      if let obstacle = try QuestionData.labelObstacle(index, task: .classify) { return obstacle }
      if table.labelKind == .scores {
        return CurationError(
          place: place, expected: "labels by name, to compare what classes are learned",
          found: "numbers",
          advice: "compare what numbers are learned with \(OptionName.task) "
            + "regress")
      }
      if table.labelNames.count < 2 { return Self.tooFewLabels(table, place) }
    case .tokens:
      if let obstacle = try TagSentences.obstacle(index) { return obstacle }
    case .questions:
      if let obstacle = try QuestionData.obstacle(index) { return obstacle }
    case .similarity:
      let fields = try index.textFields()
      if fields.count < 2 {
        return CurationError(
          place: place, expected: "texts of two fields or more, to compare sentence vectors",
          found: fields.map { "'\($0)'" }.joined(separator: ", "),
          advice: "build the index again with \(OptionName.textField) FIRST "
            + "\(OptionName.textField) SECOND")
      }
    case .regress, .pairs, .relations: break
    }
    if variety(raw) >= 2, !test.isEmpty { return nil }
    return CurationError(
      place: place,
      expected: Self.learnsClasses(task, table)
        ? "labeled records of two labels to train on, and some to test on"
        : "records with what \(OptionName.task) \(task.rawValue) learns to train on, and some "
          + "to test on",
      found: "\(raw.count) to train on, \(test.count) to test on",
      advice: "give more \(task.readsLabels ? "labeled " : "")records")
  }

  static func tooFewLabels(_ table: RecordTable, _ place: String) -> CurationError {
    CurationError(
      place: place, expected: "records with at least two labels",
      found: table.labelNames.first.map { "the label '\($0)' alone" } ?? "none labeled",
      advice: "name the field of the labels with \(OptionName.labelField) and build the index "
        + "again")
  }

  /// The fold of each usable row that it is tested in; nil for none.
  private static func folds(
    of usable: [UInt32], _ table: RecordTable, _ options: StudyOptions
  ) -> [Int?] {
    if options.foldCount > 1 { return dealt(usable, table, options) }
    let isTest = testRows(table, usable, options)
    return usable.map { isTest[Int($0)] ? 0 : nil }
  }

  /// The fold of each usable row: dealt one by one within each stratum of labels, in the order of a hash of
  /// seed, id and text, so that neither the order of records nor what they are near to has a part in it. Folds
  /// and the strata in them differ by one record at most.
  private static func dealt(_ usable: [UInt32], _ table: RecordTable, _ options: StudyOptions)
    -> [Int]
  {
    let keys = usable.map {
      ContentHash("\(options.seed) \(table.ids[Int($0)]) \(table.texts[Int($0)])")
    }
    func stratum(_ place: Int) -> Int32 { table.strata[Int(usable[place])] }
    let order = usable.indices.sorted {
      (stratum($0), keys[$0]) < (stratum($1), keys[$1])
    }
    var folds = usable.map { _ in 0 }
    for (turn, place) in order.enumerated() { folds[place] = turn % options.foldCount }
    return folds
  }

  /// The given test set, or a random draw within strata of labels, each record on its own.
  private static func testRows(
    _ table: RecordTable, _ usable: [UInt32], _ options: StudyOptions
  ) -> [Bool] {
    if table.givenSplits.contains(.test) { return table.givenSplits.map { $0 == .test } }
    let split = GroupSplit(
      parts: [
        GroupSplit.Part(name: "train", share: 1 - options.testShare),
        GroupSplit.Part(name: "test", share: options.testShare),
      ], seed: options.seed
    ).split(
      groups: Array(0..<UInt32(usable.count)),
      labels: usable.map { table.strata[Int($0)] },
      texts: usable.map { table.textHashes[Int($0)] })
    var isTest = [Bool](repeating: false, count: table.count)
    for (place, row) in usable.enumerated() { isTest[Int(row)] = split.partOfRow[place] == 1 }
    return isTest
  }
}
