import Store

/// What records can be grouped by.
public enum CompositionKey: String, Codable, Sendable, CaseIterable {
  case label, source, length, topic, script
}

/// The group of every record by one key.
struct CompositionGroups {
  /// In row order.
  let names: [String]
  /// Of topics, by name, the words that set them apart.
  private(set) var words: [String: [String]] = [:]

  /// - Returns: nil for topics before the step `cluster`.
  init?(_ key: CompositionKey, _ table: RecordTable, _ index: OpenIndex) throws {
    switch key {
    case .label:
      names =
        table.labelKind == .scores
        ? table.strata.map { $0 < 0 ? "(none)" : table.stratumNames[Int($0)] }
        : table.labels.map { $0 ?? "(none)" }
    case .source: names = table.sources
    case .length: names = table.texts.map { Self.lengthBucket($0.unicodeScalars.count) }
    case .topic:
      guard try index.catalog.step("cluster") != nil else { return nil }
      names = try SplitStep.topics(index).ofRow.map { "topic \($0)" }
      words = Dictionary(
        uniqueKeysWithValues: try index.catalog.clusters(kind: .topic).map {
          ("topic \($0.cluster)", $0.words)
        })
    case .script:
      names = table.texts.map { ScriptGuard.dominantScript(of: $0)?.rawValue ?? "(none)" }
    }
  }

  /// The groups as numbers of their sorted names.
  var numbered: (names: [String], ofRow: [Int32]) {
    let sorted = Set(names).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Int32($0)) })
    return (sorted, names.map { numbers[$0]! })
  }

  /// Characters by powers of two: `17-32`.
  private static func lengthBucket(_ length: Int) -> String {
    if length <= 16 { return "0-16" }
    let upper = 1 << (Int.bitWidth - (length - 1).leadingZeroBitCount)
    return "\(upper / 2 + 1)-\(upper)"
  }
}
