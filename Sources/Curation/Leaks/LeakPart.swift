import Corpus
import Foundation
import Store
import Transformer

/// One of the files, or indexed corpora, that a leakage check compares.
struct LeakPart {
  /// As the user typed it.
  let name: String
  /// A text with a label: records that have both are the same to every rule.
  struct Item: Hashable {
    /// The number of the text in ``LeakTexts``.
    var text: UInt32
    /// Nil without one.
    var label: String?
  }

  /// In reading order: the place of the record's item in ``items``, its id and its place.
  private(set) var itemOfRecord: [Int] = []
  private(set) var ids: [String] = []
  private(set) var lines: [Int32] = []
  /// Sources of an indexed corpus; a file is its own.
  private var sources: [String] = []
  private var sourceOfRecord: [UInt16] = []
  /// Distinct, in reading order.
  private(set) var items: [Item] = []
  /// Distinct texts, ascending.
  private(set) var distinct: [UInt32] = []
  private var placeOfItem: [Item: Int] = [:]
  /// The first record with each of ``items``.
  private var firstOfItem: [Int] = []
  /// The items of each text.
  private var itemsOfText: [UInt32: [Int]] = [:]

  var count: Int { ids.count }

  init(name: String) { self.name = name }

  /// Reads the file, or the catalog if `index` is given; new texts go into `all`.
  ///
  /// - Parameter isTraining: leaves out the test part of an index, given or split off.
  mutating func read(
    _ url: URL, index: OpenIndex?, reading: ReadingOptions, isTraining: Bool,
    into all: inout LeakTexts
  ) throws {
    if let index {
      let split = isTraining ? try index.catalog.split() : []
      let test = Set(split.filter { $0.part == .test }.map(\.row))
      var numbers: [String: UInt16] = [:]
      try index.catalog.forEachRecord { record in
        if isTraining, record.givenSplit == .test || test.contains(record.row) { return }
        if numbers[record.source] == nil, sources.count < Int(UInt16.max) {
          numbers[record.source] = UInt16(sources.count)
          sources.append(record.source)
        }
        sourceOfRecord.append(numbers[record.source] ?? 0)
        let vector = index.vectors.vectors[record.row]
        let number = all.add(
          record.text, record.textHash, record.normalizedHash, reading: record.reading
        ) { vector }
        add(Item(text: number, label: record.label), id: record.id, line: record.line)
      }
    } else {
      try CorpusReader(options: reading).read(url) { record in
        add(
          Item(text: all.add(record.text), label: record.label), id: record.id, line: record.line)
      }
    }
    distinct = itemsOfText.keys.sorted()
  }

  private mutating func add(_ item: Item, id: String, line: Int) {
    if placeOfItem[item] == nil {
      placeOfItem[item] = items.count
      itemsOfText[item.text, default: []].append(items.count)
      items.append(item)
      firstOfItem.append(count)
    }
    itemOfRecord.append(placeOfItem[item]!)
    ids.append(id)
    lines.append(Int32(clamping: line))
  }

  /// The first record of an item.
  func record(of item: Int) -> Int { firstOfItem[item] }

  func hasText(_ text: UInt32) -> Bool { itemsOfText[text] != nil }

  /// The first item with `text` whose label does not contradict `label`, or any if `ignoringLabels`.
  func item(with text: UInt32, label: String?, ignoringLabels: Bool) -> Int? {
    itemsOfText[text]?.first { place in
      guard !ignoringLabels, let label, let other = items[place].label else { return true }
      return label == other
    }
  }

  /// `file:line` of a record.
  func place(_ record: Int) -> String {
    let source = sourceOfRecord.isEmpty ? name : sources[Int(sourceOfRecord[record])]
    return "\(source):\(lines[record])"
  }
}

/// The distinct texts of all parts.
struct LeakTexts {
  private(set) var texts: [String] = []
  private(set) var normalized: [ContentHash] = []
  private var numbers: [ContentHash: UInt32] = [:]
  /// Vectors already known, by text.
  private var known: [UInt32: UnsafePointer<Float>] = [:]
  /// What of each text reached the model; nil where that is not known.
  private(set) var readings: [TextReading?] = []

  mutating func add(_ text: String) -> UInt32 {
    let hash = ContentHash(text)
    if let number = numbers[hash] { return number }
    return add(text, hash, ContentHash(TextNormalization.normalize(text)), reading: nil) { nil }
  }

  /// - Parameter vector: a row that stays where it is for as long as these texts are used.
  mutating func add(
    _ text: String, _ hash: ContentHash, _ normalizedHash: ContentHash, reading: TextReading?,
    vector: () -> UnsafePointer<Float>?
  ) -> UInt32 {
    let number = numbers[hash] ?? UInt32(texts.count)
    if Int(number) == texts.count {
      numbers[hash] = number
      texts.append(text)
      normalized.append(normalizedHash)
      readings.append(nil)
    }
    readings[Int(number)] = readings[Int(number)] ?? reading
    if known[number] == nil, let row = vector() { known[number] = row }
    return number
  }

  /// Texts without a vector.
  var unknown: [UInt32] { texts.indices.map { UInt32($0) }.filter { known[$0] == nil } }

  /// - Parameter readings: of ``unknown``, in its order.
  mutating func add(_ readings: [TextReading]) {
    for (number, reading) in zip(unknown, readings) { self.readings[Int(number)] = reading }
  }

  /// Fills `rows` with a vector of each text; `embedded` are those of ``unknown``, in its order.
  func fill(_ rows: UnsafeMutablePointer<Float>, embedded: UnsafePointer<Float>, dimension: Int) {
    var next = 0
    for number in texts.indices {
      let row: UnsafePointer<Float>
      if let vector = known[UInt32(number)] {
        row = vector
      } else {
        row = embedded + next * dimension
        next += 1
      }
      (rows + number * dimension).update(from: row, count: dimension)
    }
  }
}
