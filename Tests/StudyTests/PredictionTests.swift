import Files
import Foundation
import Study
import Testing
import Training

/// Predictions of models made anywhere, from files.
@Suite struct PredictionTests {
  private final class Folder {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("predictions-\(UUID().uuidString)")

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ lines: [String]) throws -> URL {
      let file = url.appendingPathComponent(name)
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
      return file
    }
  }

  private let folder = try! Folder()
  private let golden = GoldenStatistics.shared.differences

  /// Two arms of three seeds in two files, a row an item, by what `row` makes of model and item.
  private func compare(_ row: (_ model: Int, _ item: Int) -> String) throws -> PredictionComparison
  {
    let files = try (0..<2).map { arm in
      try folder.write(
        "arm\(arm).jsonl",
        (0..<3).flatMap { seed in
          golden.groups.indices.map { item in
            #"{"id": "item \#(item)", "seed": \#(seed + 7), \#(row(3 * arm + seed, item))}"#
          }
        })
    }
    let groups = Dictionary(
      uniqueKeysWithValues: golden.groups.enumerated().map { ("item \($0)", $1) })
    return try PredictionComparison(files.reversed(), groups: groups, permutations: 200)
  }

  private func check(_ comparison: PredictionComparison, _ metrics: [Metric]) throws {
    #expect(comparison.baseline == "arm1" && comparison.models == 3 && !comparison.holdsModels)
    #expect(comparison.items == 60 && comparison.groups == Set(golden.groups).count)
    #expect(comparison.comparisons.map(\.metric) == metrics)
    for found in comparison.comparisons {
      let expected = try #require(golden.results[found.metric.rawValue])
      let difference = found.difference
      let values = [
        difference.value, difference.standardError, difference.degreesOfFreedom, difference.low,
        difference.high,
      ]
      for (value, expected) in zip(values, expected) {
        #expect(
          abs(value - expected) < 1e-5 * max(1, abs(expected)),
          "\(found.metric) \(value) \(expected)")
      }
    }
  }

  /// Points, standard errors, degrees of freedom and intervals, recomputed independently.
  @Test func everyMetricEqualsTheRecomputation() throws {
    try check(
      compare { #""prediction": "c\#(golden.classes[$0][$1])", "gold": "c\#(golden.labels[$1])""# },
      [.accuracy, .macroF1])
    try check(
      compare { #""prediction": \#(golden.numbers[$0][$1]), "gold": \#(golden.gold[$1])"# },
      [.spearman, .pearson])
    try check(
      compare {
        let counts = golden.entities[$0][$1]
        return #""tp": \#(counts[0]), "predicted": \#(counts[1]), "gold": \#(counts[2])"#
      }, [.entityF1])
    let hits = try compare {
      #""score": \#(golden.classes[$0][$1] == golden.labels[$1] ? 1 : 0)"#
    }
    #expect(hits.comparisons.map(\.metric) == [.meanScore])
    #expect(abs(hits.comparisons[0].difference.value - golden.results["accuracy"]![0]) < 1e-9)
  }

  /// Labels with a direction are scored as SemEval-2010 task 8 scores them.
  @Test func labelsWithADirectionAreRelations() throws {
    let labels = [
      "Cause-Effect(e1,e2)", "Cause-Effect(e2,e1)", "Member-Collection(e1,e2)", "Other",
    ]
    func prediction(_ seed: Int, _ item: Int) -> Int { (item + seed + item % 3) % labels.count }
    let comparison = try compare {
      #""prediction": "\#(labels[prediction($0, $1)])", "gold": "\#(labels[$1 % labels.count])""#
    }
    let score = try #require(comparison.scores.first)
    let items = 0..<comparison.items
    #expect(comparison.primaryMetric == .relationF1 && score.metric == .relationF1)
    for (seed, value) in score.perSeed.enumerated() {
      let report = RelationReport(
        labels: labels, other: "Other", truth: items.map { $0 % labels.count },
        predictions: items.map { prediction(3 + seed, $0) })
      #expect(abs(report.macro.f1 - value) < 1e-12)
    }
  }

  /// Of one training each and no seed, what is said is about these models; a table as well as JSONL.
  @Test func modelsWithoutSeedsStandForThemselves() throws {
    let right = (0..<300).map { $0 % 10 < 8 }
    let better = (0..<300).map { $0 % 10 < 8 || $0 % 20 == 9 }
    let table = { (hits: [Bool]) in
      ["id,prediction,gold"] + hits.enumerated().map { "\($0),\($1 ? "yes" : "no"),yes" }
    }
    let old = try folder.write("old.csv", table(right))
    let new = try folder.write("new.csv", table(better))
    let comparison = try PredictionComparison([old, new], permutations: 200)
    #expect(comparison.holdsModels && comparison.groups == 300 && comparison.models == 1)
    let primary = try #require(comparison.comparisons.first)
    #expect(primary.discordantGroups == 15 && primary.finding == .changed)
    #expect(comparison.sentences[0].hasPrefix("“new” is above “old” in accuracy by 5.0 points"))
    #expect(comparison.notes.contains { $0.hasPrefix("The rows have no seed") })
    // The same with seeds: one training each supports no claim about others.
    let seeded = try ["old", "new"].map { name in
      try folder.write(
        "\(name).jsonl",
        (name == "old" ? right : better).enumerated().map {
          #"{"id": \#($0), "seed": 1, "prediction": "\#($1)", "gold": true}"#
        })
    }
    let one = try PredictionComparison(seeded, permutations: 200)
    #expect(one.comparisons[0].finding == .inconclusive)
    #expect(one.sentences[0].contains("1 seed, a claim needs 3"))
  }

  /// Arms by field, items that one side lacks, and seeds that one arm lacks.
  @Test func whatIsMissingIsLeftOutAndSaid() throws {
    func row(_ id: Int, _ arm: String, _ seed: Int) -> String {
      #"{"id": "\#(id)", "arm": "\#(arm)", "seed": \#(seed), "score": \#(id % 3)}"#
    }
    let rows =
      (0..<20).flatMap { [row($0, "a", 1), row($0, "a", 2), row($0, "a", 3)] }
      + (2..<25).flatMap { [row($0, "b", 1), row($0, "b", 2)] }
    let comparison = try PredictionComparison([folder.write("all.jsonl", rows)], permutations: 200)
    #expect(comparison.items == 18 && comparison.models == 2)
    #expect(comparison.notes.contains("Not every arm has the seeds 3: they are left out."))
    #expect(
      comparison.notes.contains(
        "“a” with seed 1 has no answer to '20', '21', '22' and 2 more: left out for all."))
    #expect(
      comparison.notes.contains("“b” with seed 2 has no answer to '0', '1': left out for all."))
  }

  @Test(arguments: [
    (
      [
        #"{"id": 1, "prediction": "a", "gold": "a"}"#,
        #"{"id": 1, "prediction": "a", "gold": "a"}"#,
      ],
      "x.jsonl:2", "one answer of “x” to '1'"
    ),
    ([#"{"id": 1, "prediction": "a", "gold": "b"}"#], "x.jsonl:1", "'a' in 'gold' for '1'"),
    ([#"{"id": 1, "prediction": "a"}"#], "x.jsonl:1", "what is right in 'gold'"),
    ([#"{"id": 1, "prediction": null, "gold": "a"}"#], "x.jsonl:1", "a class or a number"),
    ([#"{"id": 1, "answer": "a"}"#], "x.jsonl:1", "fields 'prediction' and 'gold'"),
    ([#"{"prediction": "a", "gold": "a"}"#], "x.jsonl:1", "id"),
    ([#"{"id": 1, "score": "high"}"#], "x.jsonl:1", "a number in 'score'"),
    ([#"{"id": 1, "score": 0.5}"#], "x.jsonl:1", "a prediction and what is right"),
    ([#"{"id": 1, "tp": 3, "predicted": 2, "gold": 4}"#], "x.jsonl:1", "'tp' of at most"),
    ([#"{"id": 1, "tp": -1, "predicted": 2, "gold": 4}"#], "x.jsonl:1", "at least 0 in 'tp'"),
    ([#"{"id": 1, "tp": 1e300, "predicted": 2, "gold": 4}"#], "x.jsonl:1", "in 'tp'"),
    ([#"{"id": 1, "seed": "x", "prediction": "a", "gold": "a"}"#], "x.jsonl:1", "in 'seed'"),
    ([#"{"id": 1, "seed": 4, "prediction": "a", "gold": "a"}"#], "x.jsonl", "a seed in every row"),
    ([#"{"id": 9, "prediction": "a", "gold": "a"}"#], "x.jsonl", "items that every model answered"),
    (["no JSON"], "x.jsonl:1", "a JSON object"),
  ])
  func faultsAreNamedByFileAndLine(rows: [String], place: String, expected: String) throws {
    let reference = try folder.write(
      "reference.jsonl",
      [
        #"{"id": 1, "prediction": "b", "gold": "a"}"#,
        #"{"id": 2, "prediction": "b", "gold": "b"}"#,
      ])
    let file = try folder.write("x.jsonl", rows)
    let error = try #require(throws: FileError.self) {
      try PredictionComparison([reference, file])
    }
    #expect(error.place.contains(place), "\(error)")
    #expect("\(error.expected) \(error.advice ?? "")".contains(expected), "\(error)")
  }

  @Test func oneArmAloneIsNothingToCompare() throws {
    let file = try folder.write("x.jsonl", [#"{"id": 1, "score": 1}"#])
    let error = try #require(throws: FileError.self) { try PredictionComparison([file]) }
    #expect(error.found == "those of “x” alone")
  }
}
