import Neighbors
import Store

/// The pairs of the stages `lexical` and `containment`: joined once down to a floor, then read from
/// the catalog.
struct LexicalStages {
  struct Found {
    var pairs: [RemovalStage: [ScoredPair]] = [:]
    /// The stages that were joined now, and how far down.
    var floors: [RemovalStage: Float] = [:]
  }

  let index: OpenIndex
  let table: RecordTable
  let texts: HashGroups
  let options: DedupOptions

  var shingling: Shingling { options.shingling }

  /// For every such stage of the options all pairs of text groups at or above its threshold.
  func find() throws -> Found {
    var found = Found()
    let coverage = try PairCoverage(index)
    for stage in options.stages where stage == .lexical || stage == .containment {
      let threshold = options.threshold(of: stage)
      if coverage.shingling == shingling, let floor = coverage.floor(of: stage),
        floor <= threshold
      {
        found.pairs[stage] = try index.pairs(of: stage, texts)
      } else {
        let floor = min(threshold, DedupOptions.floor(below: threshold))
        found.floors[stage] = floor
        found.pairs[stage] = join(stage, rows: texts.representatives, threshold: floor).map {
          texts.pair($0.a, $0.b, score: $0.score)
        }.sorted()
      }
    }
    return found
  }

  /// Pairs of `rows` by their row numbers.
  func join(_ stage: RemovalStage, rows: [UInt32], threshold: Float) -> [ScoredPair] {
    let chosen = rows.map { table.texts[Int($0)] }
    let pairs =
      stage == .lexical
      ? LexicalJoin.pairs(texts: chosen, threshold: threshold, shingling: shingling)
      : LexicalJoin.containedPairs(texts: chosen, threshold: threshold, shingling: shingling)
    return pairs.map { ScoredPair(a: rows[Int($0.a)], b: rows[Int($0.b)], score: $0.score) }
  }

  /// The score of two rows, from their texts.
  func score(_ stage: RemovalStage, _ a: UInt32, _ b: UInt32) -> Float {
    let left = Set(shingling.shingles(of: table.texts[Int(a)]))
    let right = Set(shingling.shingles(of: table.texts[Int(b)]))
    if left.isEmpty || right.isEmpty { return left == right ? 1 : 0 }
    let shared = left.intersection(right).count
    let all =
      stage == .lexical ? left.count + right.count - shared : min(left.count, right.count)
    return Float(Double(shared) / Double(all))
  }
}

extension DedupOptions {
  var shingling: Shingling { Shingling(words: shingleWords, characters: shingleCharacters) }
}
