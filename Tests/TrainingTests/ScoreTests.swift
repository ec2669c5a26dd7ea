import Foundation
import Testing
import Training

/// Values that `Golden/generate_scores.py` took from scipy and scikit-learn.
private struct ScoreGolden: Decodable {
  struct Correlation: Decodable {
    var a: [Double]
    var b: [Double]
    var pearson: Double
    var spearman: Double
  }
  struct MultiLabel: Decodable {
    var truth: [[Int]]
    var predictions: [[Int]]
    var probabilities: [[Double]]
    var classes: [[Double]]
    var micro: [Double]
    var macro: [Double]
    var weighted: [Double]
    var samples: [Double]
    var exactMatch: Double
    var threshold: Double
    var thresholdF1: Double
  }
  var correlations: [Correlation]
  var multiLabel: [MultiLabel]

  static func load() throws -> ScoreGolden {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("scores.json"))
    return try JSONDecoder().decode(ScoreGolden.self, from: data)
  }
}

@Suite struct ScoreTests {
  @Test func correlationsEqualScipy() throws {
    for golden in try ScoreGolden.load().correlations {
      let pearson = try #require(RankCorrelation.pearson(golden.a, golden.b))
      let spearman = try #require(RankCorrelation.spearman(golden.a, golden.b))
      #expect(abs(pearson - golden.pearson) < 1e-6)
      #expect(abs(spearman - golden.spearman) < 1e-12)
    }
  }

  @Test func correlationsThatAreNotDefinedAreNil() {
    for series in [[], [1], [2, 2, 2], [1, .nan, 3], [1, .infinity, 3]] as [[Double]] {
      let other = series.indices.map(Double.init)
      #expect(RankCorrelation.pearson(series, other) == nil)
      #expect(RankCorrelation.spearman(other, series) == nil)
    }
  }

  @Test func correlationsOfExtremesAreFinite() {
    let (large, small) = (Double.greatestFiniteMagnitude, Double.leastNonzeroMagnitude)
    #expect(RankCorrelation.pearson([-large, large, large], [0, small, small]) == 1)
  }

  @Test func multiLabelReportEqualsScikitLearn() throws {
    func same(_ scores: LabelScores, _ values: [Double]) -> Bool {
      let ours = [scores.precision, scores.recall, scores.f1, Double(scores.support)]
      return zip(ours, values).allSatisfy { abs($0 - $1) < 1e-12 }
    }
    func sets(_ rows: [[Int]]) -> [Set<Int>] {
      rows.map { row in Set(row.indices.filter { row[$0] == 1 }) }
    }
    for golden in try ScoreGolden.load().multiLabel {
      let truth = sets(golden.truth)
      let report = MultiLabelReport(
        labels: golden.classes.indices.map(String.init), truth: truth,
        predictions: sets(golden.predictions))
      for (scores, values) in zip(report.classes, golden.classes) { #expect(same(scores, values)) }
      #expect(same(report.micro, golden.micro))
      #expect(same(report.macro, golden.macro))
      #expect(same(report.weighted, golden.weighted))
      #expect(same(report.samples, golden.samples))
      #expect(abs(report.exactMatch - golden.exactMatch) < 1e-12)
      let best = try #require(
        MultiLabelReport.bestThreshold(probabilities: golden.probabilities, truth: truth))
      // Half way from the golden one, a probability, to the next lower.
      let lower = golden.probabilities.joined().filter { $0 < golden.threshold }.max()!
      #expect(best.threshold == (golden.threshold + lower) / 2)
      #expect(abs(best.f1 - golden.thresholdF1) < 1e-12)
    }
  }

  @Test func thresholdOfNeighborsKeepsThemApart() {
    let (low, high) = (0.5, 0.5.nextUp)
    let best = MultiLabelReport.bestThreshold(probabilities: [[high], [low]], truth: [[0], []])
    #expect(best?.threshold == high && best?.f1 == 1)
  }

  @Test func thresholdNeedsATrueLabel() {
    #expect(MultiLabelReport.bestThreshold(probabilities: [], truth: []) == nil)
    #expect(MultiLabelReport.bestThreshold(probabilities: [[0.5, .nan]], truth: [[]]) == nil)
    #expect(MultiLabelReport.bestThreshold(probabilities: [[.nan]], truth: [[0]]) == nil)
    #expect(MultiLabelReport(labels: [], truth: [], predictions: []).samples.f1 == 0)
  }
}
