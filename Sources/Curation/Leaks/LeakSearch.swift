import Corpus
import Neighbors

/// Which texts of one part repeat a text of another.
struct LeakSearch {
  /// What is nearest to a text in another part.
  struct Finding {
    /// The item of the other part; nil where nothing was found.
    var other: Int?
    var score: Float = -1
    /// The surest way to find it.
    var kind: LeakKind?
    /// Where nothing was found: what holds the two apart though they are near.
    var apart: LeakApart?

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
  let options: LeakOptions
  /// Texts that share most shingles, by text, the most alike first.
  private let lexical: [UInt32: [UInt32]]
  private let monitor: StepMonitor

  init(texts: LeakTexts, vectors: VectorRows, options: LeakOptions, monitor: StepMonitor) throws {
    (self.texts, self.vectors, self.options) = (texts, vectors, options)
    self.monitor = monitor
    var alike: [UInt32: [ScoredPair]] = [:]
    if let threshold = options.lexicalThreshold {
      for pair in LexicalJoin.pairs(texts: texts.texts, threshold: threshold) {
        alike[pair.a, default: []].append(pair)
        alike[pair.b, default: []].append(ScoredPair(a: pair.b, b: pair.a, score: pair.score))
      }
    }
    lexical = alike.mapValues { pairs in
      pairs.sorted { ($1.score, $0.b) < ($0.score, $1.b) }.map(\.b)
    }
    try monitor.checkpoint()
  }

  /// For each item of `part` what it repeats in `other`, and the highest cosine across.
  ///
  /// O(distinct texts of the one · of the other · dimension), and once more over the other's texts for
  /// every text whose nearest is held to be different.
  func run(_ part: LeakPart, in other: LeakPart) throws -> (found: [Finding], highest: Float) {
    var ofNormalized: [ContentHash: [UInt32]] = [:]
    for text in other.distinct {
      ofNormalized[texts.normalized[Int(text)], default: []].append(text)
    }
    let nearest = try nearest(part, other)
    var found: [Finding] = []
    for item in part.items {
      var finding = Finding()
      let cheap: [(LeakKind, [UInt32])] = [
        (.exact, other.hasText(item.text) ? [item.text] : []),
        (.normalized, ofNormalized[texts.normalized[Int(item.text)]] ?? []),
        (.lexical, (lexical[item.text] ?? []).filter(other.hasText)),
      ]
      for (kind, candidates) in cheap {
        look(for: item, among: candidates, of: other, kind, &finding)
      }
      if finding.kind == nil, let near = nearest[item.text], near.score >= options.threshold {
        look(for: item, among: [near.text], of: other, .semantic, &finding)
        if finding.kind == nil {
          look(for: item, among: allNear(item.text, other), of: other, .semantic, &finding)
        }
      }
      found.append(finding)
    }
    return (found, max(nearest.values.map(\.score).max() ?? -1, found.map(\.score).max() ?? -1))
  }

  /// Takes the first of `candidates` that no guard and no label holds to be different, if nothing surer
  /// was found before.
  private func look(
    for item: LeakPart.Item, among candidates: [UInt32], of other: LeakPart, _ kind: LeakKind,
    _ finding: inout Finding
  ) {
    for text in candidates where finding.kind == nil {
      if kind >= .lexical, text != item.text,
        isVetoed(item.text, text, at: kind == .semantic ? .semantic : .lexical)
      {
        finding.apart = finding.apart ?? .guarded
      } else if let place = other.item(
        with: text, label: item.label, ignoringLabels: options.countsLabelConflicts)
      {
        let score = text == item.text ? 1 : min(1, vectors.score(Int(item.text), Int(text)))
        finding = Finding(other: place, score: score, kind: kind)
      } else {
        finding.apart = .labels
      }
    }
  }

  private func isVetoed(_ a: UInt32, _ b: UInt32, at stage: RemovalStage) -> Bool {
    func features(_ text: UInt32) -> GuardFeatures {
      GuardFeatures(texts.texts[Int(text)], reading: texts.readings[Int(text)])
    }
    return TextGuard.firstVeto(options.guards, features(a), features(b), at: stage) != nil
  }

  /// Every text of `other` at or above the threshold, the nearest first.
  private func allNear(_ text: UInt32, _ other: LeakPart) -> [UInt32] {
    let scored = other.distinct.map { ($0, vectors.score(Int(text), Int($0))) }
    return scored.filter { $0.1 >= options.threshold }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
      .map(\.0)
  }

  /// The nearest text of `other` to each text of `part`.
  private func nearest(_ part: LeakPart, _ other: LeakPart) throws
    -> [UInt32: (text: UInt32, score: Float)]
  {
    var nearest: [UInt32: (text: UInt32, score: Float)] = [:]
    if other.distinct.isEmpty { return nearest }
    try DistinctRows(rows: other.distinct, vectors: vectors).withVectors { base in
      for start in stride(from: 0, to: part.distinct.count, by: Self.chunk) {
        try monitor.checkpoint()
        let end = min(start + Self.chunk, part.distinct.count)
        let rows = DistinctRows(rows: Array(part.distinct[start..<end]), vectors: vectors)
        try rows.withVectors { queries in
          for (place, neighbor) in try NearestNeighbor.search(queries: queries, base: base)
            .enumerated()
          {
            // Rounding may leave a little more than 1.
            nearest[part.distinct[start + place]] = (
              other.distinct[neighbor!.row], min(1, neighbor!.score)
            )
          }
        }
        monitor.progress(
          StepProgress(
            phase: "comparing", completed: end, total: part.distinct.count, unit: "texts"))
      }
    }
    return nearest
  }
}
