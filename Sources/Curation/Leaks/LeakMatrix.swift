/// All comparisons of a leakage check, put together.
struct LeakMatrix {
  let search: LeakSearch
  let parts: [LeakPart]
  let options: LeakOptions

  /// The nearest record elsewhere that a text repeats.
  private struct Nearest {
    var part: Int
    var finding: LeakSearch.Finding
  }

  func summary(_ files: LeakCheck.Files, list: (LeakSummary.Pair) throws -> Void) throws
    -> LeakSummary
  {
    let checked: [Int]
    let trainRecords: Int
    let others: (Int) -> [Int]
    switch files {
    case .all:
      checked = Array(parts.indices)
      trainRecords = parts.reduce(0) { $0 + $1.count }
      others = { part in parts.indices.filter { $0 != part } }
    case .test(let tests, _):
      checked = Array(tests.indices)
      trainRecords = parts[tests.count...].reduce(0) { $0 + $1.count }
      others = { _ in Array(tests.count..<parts.count) }
    }
    var listed = parts.map { LeakSummary.File(name: $0.name, records: $0.count, leaked: nil) }
    var overlaps: [LeakSummary.Overlap] = []
    var worst: [LeakSummary.Pair] = []
    var keptApart: [String: Int] = [:]
    for number in checked {
      var nearest = [Nearest?](repeating: nil, count: parts[number].items.count)
      var apart = [LeakApart?](repeating: nil, count: nearest.count)
      for other in others(number) {
        let (found, highest) = try search.run(parts[number], in: parts[other])
        overlaps.append(overlap(number, other, found, highest))
        for (place, finding) in found.enumerated() {
          apart[place] = apart[place] ?? finding.apart
          if finding.other == nil { continue }
          if let known = nearest[place], !finding.outranks(known.finding) { continue }
          nearest[place] = Nearest(part: other, finding: finding)
        }
      }
      listed[number].leaked = LeakSummary.Share(
        records(number) { nearest[$0] != nil }, of: parts[number].count)
      for reason in LeakApart.allCases {
        let count = records(number) { nearest[$0] == nil && apart[$0] == reason }
        if count > 0 { keptApart[reason.rawValue, default: 0] += count }
      }
      worst += pairs(number, nearest)
      for (record, item) in parts[number].itemOfRecord.enumerated() {
        if let found = nearest[item] { try list(pair(number, record, found)) }
      }
    }
    let shares = listed.compactMap(\.leaked)
    let total = LeakSummary.Share(
      shares.reduce(0) { $0 + $1.leaked }, of: shares.reduce(0) { $0 + $1.records })
    return LeakSummary(
      threshold: options.threshold, lexicalThreshold: options.lexicalThreshold,
      trainRecords: trainRecords, testRecords: total.records, leaked: total.leaked,
      rate: total.rate, interval: total.interval, keptApart: keptApart, files: listed,
      overlaps: overlaps,
      overLimit: options.maxRate.map { limit in
        listed.filter { $0.leaked?.rate ?? 0 > limit }.map(\.name)
      } ?? [], maxRate: options.maxRate, worst: leading(worst, isMutual: trainIsTest(files)))
  }

  private func trainIsTest(_ files: LeakCheck.Files) -> Bool {
    if case .all = files { true } else { false }
  }

  /// How many records of a part have an item that `isFound` says yes to.
  private func records(_ part: Int, _ isFound: (Int) -> Bool) -> Int {
    let answers = parts[part].items.indices.map(isFound)
    return parts[part].itemOfRecord.count { answers[$0] }
  }

  private func overlap(
    _ part: Int, _ other: Int, _ found: [LeakSearch.Finding], _ highest: Float
  ) -> LeakSummary.Overlap {
    LeakSummary.Overlap(
      file: parts[part].name, other: parts[other].name,
      leaked: LeakSummary.Share(
        records(part) { found[$0].other != nil }, of: parts[part].count),
      kinds: Dictionary(
        uniqueKeysWithValues: LeakKind.allCases.map { kind in
          (kind.rawValue, records(part) { found[$0].kind == kind })
        }), highest: highest)
  }

  private func pairs(_ part: Int, _ nearest: [Nearest?]) -> [LeakSummary.Pair] {
    let leaked = nearest.indices.filter { nearest[$0] != nil }.map { place in
      (place: place, record: parts[part].record(of: place))
    }
    let sorted = leaked.sorted {
      let (one, other) = (nearest[$0.place]!.finding, nearest[$1.place]!.finding)
      return one.outranks(other) || (!other.outranks(one) && $0.record < $1.record)
    }
    return sorted.prefix(2 * options.worst).map { pair(part, $0.record, nearest[$0.place]!) }
  }

  private func pair(_ part: Int, _ record: Int, _ nearest: Nearest) -> LeakSummary.Pair {
    let (own, source) = (parts[part], parts[nearest.part])
    let other = source.record(of: nearest.finding.other!)
    func text(_ part: LeakPart, _ record: Int) -> String {
      search.texts.texts[Int(part.items[part.itemOfRecord[record]].text)]
    }
    return LeakSummary.Pair(
      test: own.ids[record], testText: text(own, record), testPlace: own.place(record),
      train: source.ids[other], trainText: text(source, other), trainPlace: source.place(other),
      score: nearest.finding.score, kind: nearest.finding.kind!)
  }

  /// The nearest pairs; where every file is looked for in every other, a pair that is found from both
  /// sides counts once.
  private func leading(_ pairs: [LeakSummary.Pair], isMutual: Bool) -> [LeakSummary.Pair] {
    var seen: Set<[String]> = []
    let sorted = pairs.enumerated().sorted {
      ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
    }.map(\.element)
    return Array(
      sorted.filter { pair in
        let ends = [pair.testPlace, pair.trainPlace]
        return seen.insert(isMutual ? ends.sorted() : ends).inserted
      }.prefix(options.worst))
  }
}
