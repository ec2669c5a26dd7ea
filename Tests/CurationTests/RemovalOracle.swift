import Corpus

/// The removal rule as Docs/Decisions/0002-removal-rule.md states it, by looking at every pair of
/// records each time: no graphs, no groups, and nothing of the room it is held against.
struct RemovalOracle {
  struct Record {
    var id: String
    var text: String
    var label: String?
    var source: String
    /// Not a number where the record has none.
    var stars: Double
    var isProtected: Bool
    /// Of a given test set; protected too.
    var isReference: Bool
    /// Left out by hand.
    var isDropped: Bool
    var vector: [Float]
  }

  /// Cheap to dear.
  enum Stage: String, CaseIterable, Comparable {
    case exact, normalized, lexical, containment, semantic

    static func < (left: Self, right: Self) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
  }

  struct Removal: Equatable {
    var witness: String
    var score: Float
    var stage: String
  }

  struct Outcome: Equatable {
    var kept: Set<String> = []
    var removed: [String: Removal] = [:]
    /// Over labels; not those left out by hand.
    var dropped: Set<String> = []
    /// Protected records that repeat a protected one before them.
    var repeats = 0
  }

  struct Settings {
    var stages: [Stage] = Stage.allCases
    var thresholds: [Stage: Float] = [:]
    var shingleWords = 1
    var keep = "longest"
    var conflicts = "keepBoth"
    var scope = "all"
    var guards: Set<String> = []
  }

  var records: [Record]
  var settings: Settings

  func outcome() -> Outcome {
    let order = records.indices.sorted(by: comesBefore)
    var outcome = Outcome()
    let overLabels = records.indices.filter(goesOverItsLabel)
    outcome.dropped = Set(overLabels.map { records[$0].id })
    var kept: [Int] = []
    for row in order where !records[row].isDropped && !overLabels.contains(row) {
      if records[row].isProtected {
        let repeats = kept.contains { isSame(row, $0, ignoringScope: true) }
        if settings.scope == "all" && repeats { outcome.repeats += 1 }
      } else if let removal = removal(of: row, kept) {
        outcome.removed[records[row].id] = removal
        continue
      }
      kept.append(row)
      outcome.kept.insert(records[row].id)
    }
    return outcome
  }

  /// The cheapest stage at which a kept record is the same, and the nearest of them there; `kept`
  /// is in canonical order, so the first of several equally near.
  private func removal(of row: Int, _ kept: [Int]) -> Removal? {
    for stage in settings.stages.sorted() {
      let witnesses = kept.filter {
        isSame(row, $0, at: stage) && (settings.conflicts == "ignore" || !labelsDiffer(row, $0))
      }
      guard let highest = witnesses.map({ score(stage, row, $0) }).max() else { continue }
      let witness = witnesses.first { score(stage, row, $0) == highest }!
      return Removal(witness: records[witness].id, score: highest, stage: stage.rawValue)
    }
    return nil
  }

  func labelsDiffer(_ a: Int, _ b: Int) -> Bool {
    guard let left = records[a].label, let right = records[b].label else { return false }
    return left != right
  }

  private func goesOverItsLabel(_ row: Int) -> Bool {
    let record = records[row]
    guard !record.isProtected, !record.isDropped, let label = record.label else { return false }
    let same = records.indices.filter { $0 != row && !records[$0].isDropped && isSame(row, $0) }
    guard same.contains(where: { labelsDiffer(row, $0) }) else { return false }
    if settings.conflicts == "majority" {
      let labels = [label] + same.compactMap { records[$0].label }
      func count(_ label: String) -> Int { labels.count { $0 == label } }
      return labels.contains { count($0) > count(label) }
    }
    return settings.conflicts == "dropBoth"
  }

  /// The same at some stage that is run.
  func isSame(_ a: Int, _ b: Int, ignoringScope: Bool = false) -> Bool {
    settings.stages.contains { isSame(a, b, at: $0, ignoringScope: ignoringScope) }
  }

  private func isSame(_ a: Int, _ b: Int, at stage: Stage, ignoringScope: Bool = false) -> Bool {
    (ignoringScope || isInScope(a, b)) && score(stage, a, b) >= settings.thresholds[stage] ?? 1
      && !(stage >= .lexical && isVetoed(a, b))
  }

  func isInScope(_ a: Int, _ b: Int) -> Bool {
    if records[a].isProtected && records[b].isProtected { return false }
    return settings.scope == "all" || records[a].isReference || records[b].isReference
  }

  // MARK: Canonical order

  private func comesBefore(_ a: Int, _ b: Int) -> Bool {
    let (left, right) = (records[a], records[b])
    if left.isProtected != right.isProtected { return left.isProtected }
    let (one, other) = (badness(a), badness(b))
    if one != other { return one < other }
    let (hash, otherHash) = (ContentHash(left.text), ContentHash(right.text))
    if hash != otherHash { return hash < otherHash }
    return left.id < right.id
  }

  /// How far back the keep rule puts a record.
  private func badness(_ row: Int) -> Double {
    let record = records[row]
    let parts = settings.keep.split(separator: ":").map(String.init)
    switch parts[0] {
    case "first": return Double(row)
    case "longest": return -Double(record.text.unicodeScalars.count)
    case "shortest": return Double(record.text.unicodeScalars.count)
    case "highest": return record.stars.isNaN ? .infinity : -record.stars
    case "lowest": return record.stars.isNaN ? .infinity : record.stars
    case "sources":
      let named = parts[1].split(separator: ",").map(String.init)
      return Double(named.firstIndex(of: record.source) ?? named.count)
    case "central":
      let near = records.indices.filter {
        records[$0].text != record.text
          && score(.semantic, row, $0) >= settings.thresholds[.semantic] ?? 1
      }
      return -near.reduce(0) { $0 + Double(score(.semantic, row, $1)) }
    default: preconditionFailure("no rule \(settings.keep)")
    }
  }

  // MARK: Scores

  func score(_ stage: Stage, _ a: Int, _ b: Int) -> Float {
    let (left, right) = (records[a], records[b])
    if left.text == right.text { return 1 }
    switch stage {
    case .exact: return 0
    case .normalized: return normalized(left.text) == normalized(right.text) ? 1 : 0
    case .lexical:
      let (one, other) = (shingles(left.text), shingles(right.text))
      return share(one.intersection(other).count, of: one.union(other).count)
    case .containment:
      let (one, other) = (shingles(left.text), shingles(right.text))
      return share(one.intersection(other).count, of: min(one.count, other.count))
    case .semantic: return zip(left.vector, right.vector).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  private func share(_ part: Int, of whole: Int) -> Float {
    whole == 0 ? 0 : Float(Double(part) / Double(whole))
  }

  private func normalized(_ text: String) -> String {
    var text = text.lowercased().split(separator: " ").joined(separator: " ")
    while text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private func shingles(_ text: String) -> Set<String> {
    let words = words(text)
    let size = min(settings.shingleWords, words.count)
    if size == 0 { return [] }
    return Set((0...(words.count - size)).map { words[$0..<($0 + size)].joined(separator: " ") })
  }

  // MARK: Guards

  func isVetoed(_ a: Int, _ b: Int) -> Bool {
    let (left, right) = (words(records[a].text), words(records[b].text))
    if settings.guards.contains("numbers") {
      let (one, other) = (left.filter { Int($0) != nil }, right.filter { Int($0) != nil })
      if !isWithin(one, other) && !isWithin(other, one) { return true }
    }
    return settings.guards.contains("negation") && isDenied(records[a].text, records[b].text)
  }

  /// One text negates, and denies a word that the other affirms; each has one word of its own at most.
  private func isDenied(_ leftText: String, _ rightText: String) -> Bool {
    let (left, right) = (words(leftText), words(rightText))
    guard left.contains("not") != right.contains("not") else { return false }
    let (one, other) = (Set(left).subtracting(["not"]), Set(right).subtracting(["not"]))
    guard one.subtracting(other).count <= 1, other.subtracting(one).count <= 1 else { return false }
    let (text, words) = left.contains("not") ? (leftText, left) : (rightText, right)
    let plain = left.contains("not") ? right : left
    // What follows a run of `not` is denied; a run at the end denies all, if that is not a question.
    if words.last == "not", text.last != "?" { return true }
    let denied = words.indices.dropFirst().filter { words[$0] != "not" && words[$0 - 1] == "not" }
    let affirmed = words.indices.filter { !denied.contains($0) }.map { words[$0] }
    return denied.contains { plain.contains(words[$0]) && !affirmed.contains(words[$0]) }
  }

  /// Whether every word of `part` occurs in `whole` at least as often.
  private func isWithin(_ part: [String], _ whole: [String]) -> Bool {
    part.allSatisfy { word in part.count { $0 == word } <= whole.count { $0 == word } }
  }
}
