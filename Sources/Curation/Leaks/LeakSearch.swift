import Neighbors

/// Which texts of one part repeat a text of another.
struct LeakSearch {
  /// What is nearest to a text in another part.
  struct Finding {
    /// Number of the other text; nil where nothing was found.
    var other: UInt32?
    var score: Float = -1
    /// The surest way to find it.
    var kind: LeakKind?

    /// Whether it says more than another: a higher score, at equal scores a surer kind.
    func outranks(_ other: Finding) -> Bool {
      if score != other.score { return score > other.score }
      let kinds = LeakKind.allCases
      guard let kind, let known = other.kind else { return kind != nil }
      return kinds.firstIndex(of: kind)! < kinds.firstIndex(of: known)!
    }
  }

  private static let chunk = 8192

  let texts: LeakTexts
  let vectors: VectorRows
  let threshold: Float
  /// Texts that share most shingles, by text, the most alike first.
  private let lexical: [UInt32: [UInt32]]
  let monitor: StepMonitor

  init(
    texts: LeakTexts, vectors: VectorRows, threshold: Float, lexicalThreshold: Float,
    monitor: StepMonitor
  ) throws {
    (self.texts, self.vectors, self.threshold) = (texts, vectors, threshold)
    self.monitor = monitor
    var alike: [UInt32: [ScoredPair]] = [:]
    for pair in LexicalJoin.pairs(texts: texts.texts, threshold: lexicalThreshold) {
      alike[pair.a, default: []].append(pair)
      alike[pair.b, default: []].append(ScoredPair(a: pair.b, b: pair.a, score: pair.score))
    }
    lexical = alike.mapValues { pairs in
      pairs.sorted { ($1.score, $0.b) < ($0.score, $1.b) }.map(\.b)
    }
    try monitor.checkpoint()
  }

  /// For each distinct text of `part` what it repeats in `other`, and the highest cosine across.
  ///
  /// O(distinct texts of the one · of the other · dimension).
  func run(_ part: LeakPart, in other: LeakPart) throws -> (found: [Finding], highest: Float) {
    var byNormalized: [UInt32: UInt32] = [:]
    let firstOf = Dictionary(
      other.distinct.map { (texts.normalized[Int($0)], $0) }, uniquingKeysWith: { one, _ in one })
    for text in part.distinct { byNormalized[text] = firstOf[texts.normalized[Int(text)]] }
    var found = [Finding](repeating: Finding(), count: part.distinct.count)
    var highest: Float = -1
    try nearest(part, other) { place, neighbor, cosine in
      let score = min(1, cosine)  // rounding may leave a little more
      highest = max(highest, score)
      found[place].score = score
      if score >= threshold {
        found[place].other = neighbor
        found[place].kind = .semantic
      }
    }
    for (place, text) in part.distinct.enumerated() {
      let alike = lexical[text]?.first { other.record(with: $0) != nil }
      for (kind, repeated) in [
        (LeakKind.lexical, alike), (.normalized, byNormalized[text]),
        (.exact, other.record(with: text) == nil ? nil : text),
      ] {
        guard let repeated else { continue }
        let score = kind == .exact ? 1 : min(1, vectors.score(Int(text), Int(repeated)))
        found[place] = Finding(other: repeated, score: score, kind: kind)
      }
      if found[place].other != nil { highest = max(highest, found[place].score) }
    }
    return (found, highest)
  }

  private func nearest(
    _ part: LeakPart, _ other: LeakPart, _ body: (Int, UInt32, Float) -> Void
  ) throws {
    try DistinctRows(rows: other.distinct, vectors: vectors).withVectors { base in
      for start in stride(from: 0, to: part.distinct.count, by: Self.chunk) {
        try monitor.checkpoint()
        let end = min(start + Self.chunk, part.distinct.count)
        let rows = DistinctRows(rows: Array(part.distinct[start..<end]), vectors: vectors)
        try rows.withVectors { queries in
          for (place, neighbor) in try NearestNeighbor.search(queries: queries, base: base)
            .enumerated()
          { body(start + place, other.distinct[neighbor!.row], neighbor!.score) }
        }
        monitor.progress(
          StepProgress(
            phase: "comparing", completed: end, total: part.distinct.count, unit: "texts"))
      }
    }
  }
}
