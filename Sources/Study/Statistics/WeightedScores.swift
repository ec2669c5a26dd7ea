/// Counts for sixteen resamples at a time: the inner loops load and add one vector per item.
typealias Lanes = SIMD16<Int32>

/// Scores of models on a selection of the items when each group of items counts several times.
struct WeightedScores {
  let classCount: Int
  /// Label and dense group number of each selected item.
  private let labels: [Int]
  private let groups: [Int]
  /// `predictions[model][selected item]`.
  private let predictions: [[Int]]

  /// - Parameters:
  ///   - selection: indices of the items that count.
  ///   - groupNumbers: dense group number per item of the whole test set.
  init(items: TestItems, arm: ArmPredictions, selection: [Int], groupNumbers: [Int]) {
    precondition(arm.predictions[0].count == items.count, "arm \(arm.name) has other items")
    classCount = items.classCount
    labels = selection.map { items.labels[$0] }
    groups = selection.map { groupNumbers[$0] }
    predictions = arm.predictions.map { row in selection.map { row[$0] } }
    let classes = 0..<classCount
    precondition(predictions.allSatisfy { $0.allSatisfy(classes.contains) }, "class out of range")
  }

  var modelCount: Int { predictions.count }

  /// `result[model][lane]`: the score with the items of group g counted `weights[g][lane]` times;
  /// NaN where no item counts. O(models x items).
  func scores(_ metric: Metric, weights: [Lanes]) -> [[Double]] {
    var support = [Lanes](repeating: .zero, count: classCount)
    weights.withUnsafeBufferPointer { weights in
      support.withUnsafeMutableBufferPointer { support in
        for item in labels.indices { support[labels[item]] &+= weights[groups[item]] }
      }
    }
    return predictions.map { row in
      var counts = ClassCounts(support: support)
      counts.add(row, labels: labels, groups: groups, weights: weights)
      return counts.scores(metric)
    }
  }
}

/// How often each class occurs, is predicted and is hit, in each lane.
struct ClassCounts {
  var support: [Lanes]
  var predicted: [Lanes]
  /// One more slot than classes takes the misses, so that the loop needs no branch.
  var hit: [Lanes]

  init(support: [Lanes]) {
    self.support = support
    predicted = [Lanes](repeating: .zero, count: support.count)
    hit = [Lanes](repeating: .zero, count: support.count + 1)
  }

  mutating func add(_ prediction: Int, label: Int, weight: Lanes) {
    predicted[prediction] &+= weight
    hit[prediction == label ? prediction : support.count] &+= weight
  }

  mutating func add(_ row: [Int], labels: [Int], groups: [Int], weights: [Lanes]) {
    for item in row.indices {
      add(row[item], label: labels[item], weight: weights[groups[item]])
    }
  }

  /// The metric in each lane; NaN where nothing was counted.
  func scores(_ metric: Metric) -> [Double] {
    (0..<Lanes.scalarCount).map { metric == .accuracy ? accuracy($0) : macroF1($0) }
  }

  private func accuracy(_ lane: Int) -> Double {
    var hits = 0
    var total = 0
    for index in support.indices {
      hits += Int(hit[index][lane])
      total += Int(support[index][lane])
    }
    return total == 0 ? .nan : Double(hits) / Double(total)
  }

  private func macroF1(_ lane: Int) -> Double {
    var sum = 0.0
    var classes = 0
    for index in support.indices {
      let occurrences = support[index][lane] &+ predicted[index][lane]
      if occurrences == 0 { continue }
      sum += 2 * Double(hit[index][lane]) / Double(occurrences)
      classes += 1
    }
    return classes == 0 ? .nan : sum / Double(classes)
  }
}
