import Foundation
import Kernels
import Testing
import Training
import Transformer

@Suite struct LinearTests {
  /// Points of three classes around centers on the unit circle.
  private func circle(_ count: Int, spread: Double, seed: UInt64) -> ([Float], [Int]) {
    var generator = SplitMix64(state: seed)
    let labels = (0..<count).map { $0 % 3 }
    let rows = labels.flatMap { label -> [Float] in
      let angle =
        2 * Double.pi * Double(label) / 3 + spread
        * Double.random(in: -1.7...1.7, using: &generator)
      return [Float(cos(angle)), Float(sin(angle))]
    }
    return (rows, labels)
  }

  @Test func separatesWhatIsSeparate() {
    let (rows, labels) = circle(300, spread: 0.2, seed: 1)
    let model = LogisticRegression(rows: rows, dimension: 2, labels: labels, classCount: 3)
    let (others, truth) = circle(300, spread: 0.2, seed: 2)
    let hits = zip(model.predictions(others, count: 300), truth).count { $0 == $1 }
    #expect(hits >= 298)
  }

  /// At the minimum the gradient of cross-entropy and penalty is zero, by its definition.
  @Test func theMinimumIsAMinimum() {
    let (rows, labels) = circle(90, spread: 0.8, seed: 3)
    let model = LogisticRegression(
      rows: rows, dimension: 2, labels: labels, classCount: 3, strength: 2)
    for label in 0..<3 {
      var gradient = (0..<2).map { Double(model.weights[label * 2 + $0]) / 2 }
      var ofIntercept = 0.0
      for row in labels.indices {
        let point = rows[row * 2..<row * 2 + 2].map(Double.init)
        let powers = (0..<3).map { other -> Double in
          let weights = model.weights[other * 2..<other * 2 + 2].map(Double.init)
          return exp(
            weights[0] * point[0] + weights[1] * point[1] + Double(model.intercepts[other]))
        }
        let excess = powers[label] / powers.reduce(0, +) - (labels[row] == label ? 1 : 0)
        for index in 0..<2 { gradient[index] += excess * point[index] }
        ofIntercept += excess
      }
      for value in gradient + [ofIntercept] { #expect(abs(value) < 0.05, "\(value)") }
    }
  }

  @Test func classesWithoutRowsAreNeverPredicted() {
    let (rows, labels) = circle(60, spread: 0.3, seed: 4)
    let model = LogisticRegression(
      rows: rows, dimension: 2, labels: labels.map { $0 * 2 }, classCount: 6)
    #expect(Set(model.predictions(rows, count: 60)) == [0, 2, 4])
  }

  /// A stop ends the fit at the next iteration.
  @Test func asksWhetherToStop() {
    let (rows, labels) = circle(300, spread: 0.8, seed: 5)
    var asked = 0
    _ = LogisticRegression(rows: rows, dimension: 2, labels: labels, classCount: 3) {
      asked += 1
      return asked == 3
    }
    #expect(asked == 3)
  }

  @Test func quadraticIsMinimized() {
    var search = LimitedMemoryBFGS()
    search.tolerance = 1e-12
    let scales = (1...20).map(Double.init)
    let found = search.minimize(from: [Double](repeating: 0, count: 20)) { point in
      let offsets = zip(point, scales).map { $0 - $1 }
      return (
        zip(offsets, scales).reduce(0) { $0 + $1.1 * $1.0 * $1.0 / 2 },
        zip(offsets, scales).map { $0 * $1 }
      )
    }
    for (value, expected) in zip(found, scales) { #expect(abs(value - expected) < 1e-3) }
  }

  /// Training begins where the linear probe ends, and a resumed training ends as one in one go does.
  @Test func aLinearHeadStartsBelowChance() throws {
    let golden = try Golden.load()
    let examples = zip(golden.texts, golden.labels).map { LabeledText(text: $0, label: $1) }
    func train(_ head: TrainingOptions.Head, checkpoint: URL? = nil, stopAt: Int = .max) throws
      -> TrainingSummary
    {
      var options = TrainingOptions()
      options.head = head
      options.dropout = 0
      options.batchSize = examples.count
      options.epochs = 4
      var steps = 0
      return try SequenceClassifier(
        folder: ModelFolder(at: Golden.tiny), labels: Golden.labels, seed: 1,
        maximumTokens: 24
      ).train(
        train: examples, development: [], options: options, checkpoint: checkpoint,
        shouldStop: {
          steps += 1
          return steps == stopAt
        })
    }
    let linear = try train(.linear)
    #expect(linear.history[0].loss < 0.8 * Float(log(Double(Golden.labels.count))))
    #expect(linear.history[0].loss < (try train(.random).history[0].loss))
    let scratch = try ScratchFolder()
    let checkpoint = scratch.url.appendingPathComponent("checkpoint")
    #expect(try train(.linear, checkpoint: checkpoint, stopAt: 2).interrupted)
    #expect(
      try train(.linear, checkpoint: checkpoint).history.map(\.loss)
        == linear.history.map(\.loss))
  }
}
