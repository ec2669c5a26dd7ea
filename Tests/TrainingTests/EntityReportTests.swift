import Foundation
import Testing
import Training

/// Values that `Golden/generate_tags.py` took from seqeval, conlleval and scikit-learn.
private struct TagGolden: Decodable {
  struct Report: Decodable {
    var names: [String]
    var rows: [[Double]]
    var micro: [Double]
    var macro: [Double]
    var weighted: [Double]
  }
  /// Correct, predicted and true entities.
  struct Counts: Decodable {
    var overall: [Int]
    var types: [String: [Int]]
  }
  struct Case: Decodable {
    var scheme: TagScheme
    var isRegular: Bool
    var truth: [[String]]
    var predictions: [[String]]
    var entities: [[Entity]]
    var entityReport: Report
    var entityTable: String
    var tagReport: Report
    var tagTable: String
    var accuracy: Double
    var conlleval: Counts
  }
  struct Entity: Decodable {
    var span: EntitySpan
    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      let type = try values.decode(String.self)
      let start = try values.decode(Int.self)
      span = EntitySpan(words: start..<(try values.decode(Int.self)), type: type)
    }
  }
  var cases: [Case]

  static func load() throws -> [Case] {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("tags.json"))
    return try JSONDecoder().decode(TagGolden.self, from: data).cases
  }
}

@Suite struct EntityReportTests {
  private func same(_ scores: LabelScores, _ values: [Double]) -> Bool {
    let ours = [scores.precision, scores.recall, scores.f1, Double(scores.support)]
    return zip(ours, values).allSatisfy { abs($0 - $1) < 1e-12 }
  }

  @Test func entitiesEqualSeqeval() throws {
    for golden in try TagGolden.load() {
      let data = try TaggedData(golden.truth)
      #expect(data.entities == golden.entities.map { $0.map(\.span) })
      if golden.isRegular { #expect(data.irregularities.isEmpty) }
    }
  }

  @Test func entityReportEqualsSeqeval() throws {
    for golden in try TagGolden.load() {
      let report = EntityReport(
        truth: try TaggedData(golden.truth).entities,
        predictions: try TaggedData(golden.predictions).entities)
      #expect(report.types == golden.entityReport.names)
      for (scores, values) in zip(report.classes, golden.entityReport.rows) {
        #expect(same(scores, values))
      }
      #expect(same(report.micro, golden.entityReport.micro))
      #expect(same(report.macro, golden.entityReport.macro))
      #expect(same(report.weighted, golden.entityReport.weighted))
      #expect(report.description == golden.entityTable)
    }
  }

  @Test func entityReportEqualsConlleval() throws {
    func scores(_ counts: [Int]) -> LabelScores {
      MatchCounts(correct: counts[0], predicted: counts[1], support: counts[2]).scores
    }
    for golden in try TagGolden.load() {
      let truth = try TaggedData(golden.truth).entities
      let predictions = try TaggedData(golden.predictions).entities
      let report = EntityReport(truth: truth, predictions: predictions)
      #expect(report.micro == scores(golden.conlleval.overall))
      for (type, row) in zip(report.types, report.classes) {
        #expect(golden.conlleval.types[type].map(scores) == row)
      }
      var counts = MatchCounts()
      for (truth, predictions) in zip(truth, predictions) {
        counts += EntityReport.counts(truth: truth, predictions: predictions)
      }
      #expect(counts.scores == report.micro)
    }
  }

  @Test func tagReportEqualsScikitLearn() throws {
    for golden in try TagGolden.load() {
      let truth = golden.truth.flatMap { $0 }
      let predictions = golden.predictions.flatMap { $0 }
      let labels = Set(truth + predictions).sorted().reversed() as [String]
      let report = TagReport(
        labels: labels, truth: truth.map { labels.firstIndex(of: $0)! },
        predictions: predictions.map { labels.firstIndex(of: $0)! })
      #expect(report.tags == golden.tagReport.names)
      for (scores, values) in zip(report.classes, golden.tagReport.rows) {
        #expect(same(scores, values))
      }
      #expect(same(report.micro, golden.tagReport.micro))
      #expect(same(report.macro, golden.tagReport.macro))
      #expect(same(report.weighted, golden.tagReport.weighted))
      #expect(abs(report.accuracy - golden.accuracy) < 1e-12)
      #expect(report.description == golden.tagTable)
    }
  }

  @Test func seenAndUnseenPartTheEntities() {
    func span(_ words: Range<Int>, _ type: String) -> EntitySpan {
      EntitySpan(words: words, type: type)
    }
    let training = [["New", "York", "is", "big"]]
    let surfaces = SeenEntityReport.surfaces(of: [[span(0..<2, "LOC")]], in: training)
    #expect(surfaces == ["New York"])
    // Seen: one of another type than in training, right. Unseen: one missed, one of a wrong extent.
    let report = SeenEntityReport(
      sentences: [["New", "York", "beat", "Boston", "."], ["Old", "York"]],
      truth: [[span(0..<2, "ORG"), span(3..<4, "ORG")], [span(0..<2, "LOC")]],
      predictions: [[span(0..<2, "ORG")], [span(1..<2, "LOC")]], surfaces: surfaces)
    #expect(report.seen == MatchCounts(correct: 1, predicted: 1, support: 1).scores)
    #expect(report.unseen == MatchCounts(correct: 0, predicted: 1, support: 2).scores)
  }

  @Test func reportsOfNothingAreZero() {
    #expect(EntityReport(truth: [], predictions: []).micro.f1 == 0)
    #expect(TagReport(labels: ["O"], truth: [], predictions: []).accuracy == 0)
    let seen = SeenEntityReport(sentences: [], truth: [], predictions: [], surfaces: [])
    #expect(seen.unseen.support == 0)
  }
}
