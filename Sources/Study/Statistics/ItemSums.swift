/// What each item adds to the sums that a metric is a function of, for one model and a selection of
/// the items. Sums over items that count several times are the sums over repeated items.
struct ItemSums {
  /// How many sums there are.
  private(set) var width: Int
  /// Item `i` adds `values[k]` to sum `columns[k]` for k in `starts[i] ..< starts[i + 1]`.
  private var starts = [0]
  private var columns: [Int] = []
  private var values: [Double] = []
  /// What the metric gains besides if an item counts more, over the sums' own change: it moves the
  /// ranks of others. Empty where there are no ranks.
  private var rankInfluence: [Double] = []

  var count: Int { starts.count - 1 }

  /// The models' sums in `metric` over the items `selection`. O(models x items), with ranks times
  /// the logarithm.
  ///
  /// - Precondition: truth and answers are of the kind that the metric scores.
  static func of(
    _ arm: ArmPredictions, _ metric: Metric, _ items: TestItems, selection: [Int]
  ) -> [ItemSums] {
    switch (metric, arm.answers, items.truth) {
    case (.accuracy, .classes(let rows), _):
      let labels = items.labels
      return rows.map { row in
        ItemSums(scores: selection.map { row[$0] == labels[$0] ? 1 : 0 })
      }
    case (.macroF1, .classes(let rows), _):
      let labels = items.labels
      return rows.map { row in
        ItemSums(
          predictions: selection.map { [row[$0]] }, labels: selection.map { [labels[$0]] },
          classes: items.classCount)
      }
    case (.relationF1, .classes(let rows), .relations(let labels, let kinds)):
      return rows.map { row in
        ItemSums(
          relations: selection.map { (kinds[labels[$0]], kinds[row[$0]], labels[$0] == row[$0]) },
          count: (kinds.compactMap { $0 }.max() ?? -1) + 1)
      }
    case (.accuracy, .sets(let rows), .sets(let sets, _)):
      return rows.map { row in
        ItemSums(scores: selection.map { Set(row[$0]) == Set(sets[$0]) ? 1 : 0 })
      }
    case (.macroF1, .sets(let rows), .sets(let sets, let classes)):
      return rows.map { row in
        ItemSums(
          predictions: selection.map { row[$0] }, labels: selection.map { sets[$0] },
          classes: classes)
      }
    case (.microF1, .sets(let rows), .sets(let sets, _)):
      return rows.map { row in
        ItemSums(
          entities: selection.map {
            EntityCounts(
              right: Double(Set(row[$0]).intersection(sets[$0]).count),
              predicted: Double(row[$0].count), gold: Double(sets[$0].count))
          })
      }
    case (.meanScore, .scores(let rows), _), (.accuracy, .scores(let rows), _),
      (.meanReciprocalRank, .scores(let rows), _):
      return rows.map { row in ItemSums(scores: selection.map { row[$0] }) }
    case (.exactMatch, .texts(let rows), _):
      return rows.map { row in ItemSums(scores: selection.map { row[$0].isExact ? 1 : 0 }) }
    case (.answerF1, .texts(let rows), _):
      return rows.map { row in ItemSums(scores: selection.map { row[$0].f1 }) }
    case (.entityF1, .entities(let rows), _):
      return rows.map { row in ItemSums(entities: selection.map { row[$0] }) }
    case (.entityF1, .surfaces(let rows), _):
      return rows.map { row in
        ItemSums(entities: selection.map { row[$0].seen + row[$0].unseen })
      }
    case (.seenEntityF1, .surfaces(let rows), _):
      return rows.map { row in ItemSums(entities: selection.map { row[$0].seen }) }
    case (.unseenEntityF1, .surfaces(let rows), _):
      return rows.map { row in ItemSums(entities: selection.map { row[$0].unseen }) }
    case (.pearson, .numbers(let rows), .numbers(let gold)):
      let truth = centered(selection.map { gold[$0] })
      return rows.map { row in ItemSums(pairs: centered(selection.map { row[$0] }), truth) }
    case (.spearman, .numbers(let rows), .numbers(let gold)):
      let truth = Ranks(selection.map { gold[$0] })
      return rows.map { row in ItemSums(ranks: Ranks(selection.map { row[$0] }), truth) }
    default: preconditionFailure("\(metric.rawValue) of other answers")
    }
  }

  private init(scores: [Double]) {
    width = 2
    for score in scores { append([(0, score), (1, 1)]) }
  }

  private init(entities: [EntityCounts]) {
    width = 2
    for item in entities { append([(0, item.right), (1, item.predicted + item.gold)]) }
  }

  /// Of every item the classes predicted and those right, each once.
  private init(predictions: [[Int]], labels: [[Int]], classes: Int) {
    width = 2 * classes
    for (predictions, labels) in zip(predictions, labels) {
      precondition(predictions.allSatisfy { (0..<classes).contains($0) }, "class out of range")
      var entries: [(Int, Double)] = []
      for label in labels {
        let isHit = predictions.contains(label)
        if isHit { entries.append((label, 1)) }
        entries.append((classes + label, isHit ? 2 : 1))
      }
      for wrong in predictions where !labels.contains(wrong) {
        entries.append((classes + wrong, 1))
      }
      append(entries)
    }
  }

  /// Of every item its relation, the one predicted, and whether its direction is right too.
  private init(relations: [(truth: Int?, predicted: Int?, isRight: Bool)], count: Int) {
    width = 2 * count
    for item in relations {
      var entries: [(Int, Double)] = []
      if let truth = item.truth {
        if item.isRight { entries.append((truth, 1)) }
        entries.append((count + truth, 1))
      }
      if let predicted = item.predicted { entries.append((count + predicted, 1)) }
      append(entries)
    }
  }

  private init(pairs x: [Double], _ y: [Double]) {
    width = 6
    for (x, y) in zip(x, y) {
      append([(0, 1), (1, x), (2, y), (3, x * x), (4, y * y), (5, x * y)])
    }
  }

  private init(ranks x: Ranks, _ y: Ranks) {
    self.init(pairs: x.ranks, y.ranks)
    let gradient = Metric.spearman.gradient(at: totals)
    let byX = zip(x.ranks, y.ranks).map { gradient[1] + 2 * gradient[3] * $0 + gradient[5] * $1 }
    let byY = zip(x.ranks, y.ranks).map { gradient[2] + 2 * gradient[4] * $1 + gradient[5] * $0 }
    rankInfluence = zip(x.influence(byX), y.influence(byY)).map { $0 + $1 }
  }

  private mutating func append(_ entries: [(Int, Double)]) {
    for (column, value) in entries {
      columns.append(column)
      values.append(value)
    }
    starts.append(columns.count)
  }

  /// Less their mean, so that squares do not lose digits.
  private static func centered(_ numbers: [Double]) -> [Double] {
    let center = mean(numbers)
    return numbers.map { $0 - center }
  }

  /// The sums over all items.
  var totals: [Double] {
    var totals = [Double](repeating: 0, count: width)
    for (column, value) in zip(columns, values) { totals[column] += value }
    return totals
  }

  /// How the metric changes with each item's weight, added up by group: the derivative at weight 1
  /// (the infinitesimal jackknife: Jaeckel, 1972; Efron, "The jackknife, the bootstrap and other
  /// resampling plans", 1982, chapter 6). Adds up to 0.
  ///
  /// - Parameter groups: number of each item's group, in `0..<count`.
  func influence(_ metric: Metric, groups: [Int], count: Int) -> [Double] {
    let gradient = metric.gradient(at: totals)
    var influence = [Double](repeating: 0, count: count)
    for item in groups.indices {
      for place in starts[item]..<starts[item + 1] {
        influence[groups[item]] += gradient[columns[place]] * values[place]
      }
      if !rankInfluence.isEmpty { influence[groups[item]] += rankInfluence[item] }
    }
    return influence
  }

  /// Per group, what its items add to each sum here and not in `other`; sums that are equal left out.
  func excess(over other: ItemSums, groups: [Int], count: Int) -> [[(column: Int, value: Double)]] {
    var excess = [[Int: Double]](repeating: [:], count: count)
    for (sums, sign) in [(self, 1.0), (other, -1.0)] {
      for item in groups.indices {
        for place in sums.starts[item]..<sums.starts[item + 1] {
          excess[groups[item]][sums.columns[place], default: 0] += sign * sums.values[place]
        }
      }
    }
    return excess.map { sums in
      sums.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map {
        (column: $0.key, value: $0.value)
      }
    }
  }
}

/// Mid-ranks: equal numbers share the mean of their places.
private struct Ranks {
  let ranks: [Double]
  /// Places of the numbers in ascending order, and where runs of equal ones begin.
  private let order: [Int]
  private let runs: [Range<Int>]

  init(_ numbers: [Double]) {
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var runs: [Range<Int>] = []
    var start = 0
    // From the middle, as numbers are centered elsewhere.
    let middle = Double(numbers.count - 1) / 2
    while start < order.count {
      var end = start + 1
      while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 - middle }
      runs.append(start..<end)
      start = end
    }
    (self.ranks, self.order, self.runs) = (ranks, order, runs)
  }

  /// Per item the sum of `derivative` over the items ranked above it, and half over those beside it:
  /// by so much more weight of the item raises what the derivatives are of.
  func influence(_ derivative: [Double]) -> [Double] {
    var result = derivative
    var above = 0.0
    for run in runs.reversed() {
      let beside = run.reduce(0) { $0 + derivative[order[$1]] }
      for place in run { result[order[place]] = above + beside / 2 }
      above += beside
    }
    return result
  }
}
