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

  func summary(_ files: LeakCheck.Files) throws -> LeakSummary {
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
    for number in checked {
      var nearest = [Nearest?](repeating: nil, count: parts[number].distinct.count)
      for other in others(number) {
        let (found, highest) = try search.run(parts[number], in: parts[other])
        overlaps.append(overlap(number, other, found, highest))
        for (place, finding) in found.enumerated() where finding.other != nil {
          if let known = nearest[place], !finding.outranks(known.finding) { continue }
          nearest[place] = Nearest(part: other, finding: finding)
        }
      }
      listed[number].leaked = LeakSummary.Share(
        records(number) { nearest[$0] != nil }, of: parts[number].count)
      worst += pairs(number, nearest)
    }
    let shares = listed.compactMap(\.leaked)
    let total = LeakSummary.Share(
      shares.reduce(0) { $0 + $1.leaked }, of: shares.reduce(0) { $0 + $1.records })
    return LeakSummary(
      threshold: options.threshold, lexicalThreshold: options.lexicalThreshold,
      trainRecords: trainRecords, testRecords: total.records, leaked: total.leaked,
      rate: total.rate, interval: total.interval, files: listed, overlaps: overlaps,
      overLimit: options.maxRate.map { limit in
        listed.filter { $0.leaked?.rate ?? 0 > limit }.map(\.name)
      } ?? [], maxRate: options.maxRate, worst: leading(worst, isMutual: trainIsTest(files)))
  }

  private func trainIsTest(_ files: LeakCheck.Files) -> Bool {
    if case .all = files { true } else { false }
  }

  /// How many records of a part have a text at one of the places that `isFound` says yes to.
  private func records(_ part: Int, _ isFound: (Int) -> Bool) -> Int {
    let texts = Set(
      parts[part].distinct.enumerated().filter { isFound($0.offset) }.map(\.element))
    return parts[part].texts.count(where: texts.contains)
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
      (place: place, record: parts[part].record(with: parts[part].distinct[place])!)
    }
    let sorted = leaked.sorted {
      let (one, other) = (nearest[$0.place]!.finding, nearest[$1.place]!.finding)
      return one.outranks(other) || (!other.outranks(one) && $0.record < $1.record)
    }
    return sorted.prefix(2 * options.worst).map { place, record in
      let (source, finding) = (parts[nearest[place]!.part], nearest[place]!.finding)
      let other = source.record(with: finding.other!)!
      return LeakSummary.Pair(
        test: parts[part].ids[record],
        testText: search.texts.texts[Int(parts[part].texts[record])],
        testPlace: parts[part].place(record), train: source.ids[other],
        trainText: search.texts.texts[Int(finding.other!)], trainPlace: source.place(other),
        score: finding.score, kind: finding.kind!)
    }
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
