import Corpus

/// What the labels of records are.
public enum LabelKind: Sendable {
  /// One name a record.
  case classes
  /// Any number of names a record: `LabelSet`.
  case sets
  /// Numbers, some of them with a fraction.
  case scores
}

/// Records by label, for parts of a split that are alike in their labels.
///
/// Classes are strata as they are. A set goes by its rarest label, which is the hardest to have in every
/// part. Scores are divided by rank into ten bins of equal size, but for equal scores, which share one.
package struct LabelStrata {
  static let bins = 10

  package let kind: LabelKind
  /// The label's number among ``labelNames``, or ``RecordColumns/unlabeled``; scores that are the same
  /// number have the same, however they are written.
  package private(set) var labels: [Int32] = []
  package private(set) var labelNames: [String] = []
  /// The stratum's number among ``names``, or ``RecordColumns/unlabeled``.
  package private(set) var strata: [Int32] = []
  package private(set) var names: [String] = []

  /// O(n log n) of n labels.
  package init(_ labels: [String?]) {
    let distinct = Set(labels.compactMap { $0 }).sorted()
    let sets = distinct.compactMap { LabelSet($0) }
    let scores = distinct.compactMap { Double($0) }.filter(\.isFinite)
    if !sets.isEmpty {
      kind = .sets
    } else if !distinct.isEmpty, scores.count == distinct.count,
      scores.contains(where: { $0 != $0.rounded() })
    {
      kind = .scores
    } else {
      kind = .classes
    }
    switch kind {
    case .classes:
      number(labels, names: distinct) { $0 }
      (strata, names) = (self.labels, labelNames)
    case .sets:
      number(labels, names: distinct) { $0 }
      stratify(sets: labels.map { $0.map(LabelSet.names(of:)) })
    case .scores:
      let first = Dictionary(zip(scores, distinct), uniquingKeysWith: { first, _ in first })
      number(labels, names: first.values.sorted()) { first[Double($0)!]! }
      stratify(scores: labels.map { $0.flatMap(Double.init) })
    }
  }

  private mutating func number(
    _ labels: [String?], names: [String], _ name: (String) -> String
  ) {
    labelNames = names
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
    self.labels = labels.map { $0.map { numbers[name($0)]! } ?? RecordColumns.unlabeled }
  }

  private mutating func stratify(sets: [[String]?]) {
    let counts = Dictionary(sets.joinedNames.map { ($0, 1) }, uniquingKeysWith: +)
    let rarest = sets.map { names in
      names.map { names in names.min { (counts[$0]!, $0) < (counts[$1]!, $1) } ?? "(none)" }
    }
    names = Set(rarest.compactMap { $0 }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
    strata = rarest.map { $0.map { numbers[$0]! } ?? RecordColumns.unlabeled }
  }

  private mutating func stratify(scores: [Double?]) {
    let sorted = scores.compactMap { $0 }.sorted()
    var bins: [Double: Int] = [:]
    for (rank, score) in sorted.enumerated() where bins[score] == nil {
      bins[score] = rank * Self.bins / sorted.count
    }
    let used = Set(bins.values).sorted()
    names = used.map { bin in
      let inside = bins.filter { $0.value == bin }.keys
      return "\(inside.min()!) to \(inside.max()!)"
    }
    let numbers = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, Int32($0)) })
    strata = scores.map { $0.map { numbers[bins[$0]!]! } ?? RecordColumns.unlabeled }
  }
}

extension [[String]?] {
  fileprivate var joinedNames: [String] { flatMap { $0 ?? [] } }
}
