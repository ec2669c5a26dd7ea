import Testing
import Training

struct LossAndReportTests {
  @Test func lossesAndTheirGradientsEqualPyTorch() throws {
    let golden = try Golden.load()
    let logits = golden.logits.flatMap { $0 }
    for expected in golden.losses {
      var gradient = [Float](repeating: 0, count: logits.count)
      let loss = CrossEntropy(labels: 3, smoothing: expected.smoothing, weights: expected.weights)
        .loss(logits, targets: golden.labels, dLogits: &gradient)
      #expect(abs(loss - expected.loss) < 1e-6)
      #expect(distance(gradient, expected.gradient.flatMap { $0 }) < 1e-6)
    }
  }

  @Test func reportEqualsScikitLearn() throws {
    for expected in try Golden.load().reports {
      let report = ClassificationReport(
        labels: (0..<expected.classes).map(String.init), truth: expected.truth,
        predictions: expected.predictions)
      func same(_ scores: ClassificationReport.Scores, _ values: [Double]) -> Bool {
        let ours = [scores.precision, scores.recall, scores.f1, Double(scores.support)]
        return zip(ours, values).allSatisfy { abs($0 - $1) < 1e-12 }
      }
      for (scores, values) in zip(report.classes, expected.scores) { #expect(same(scores, values)) }
      #expect(same(report.macro, expected.macro))
      #expect(same(report.weighted, expected.weighted))
      #expect(abs(report.accuracy - expected.accuracy) < 1e-12)
      #expect(report.confusion == expected.confusion)
      #expect(report.micro.f1 == report.accuracy)
    }
  }

  @Test func majorityIsTheFirstOfTheMostFrequentClasses() {
    let report = ClassificationReport(
      labels: ["a", "b", "c"], truth: [1, 2, 2, 1, 0], predictions: [0, 0, 0, 0, 0])
    #expect(report.majority?.label == "b" && report.majority?.share == 0.4)
  }

  @Test func reportOfNothingIsZero() {
    let report = ClassificationReport(labels: ["a", "b"], truth: [], predictions: [])
    #expect(report.majority == nil)
    #expect(report.accuracy == 0)
    #expect(report.macro.f1 == 0)
    #expect(report.weighted.support == 0)
  }
}
