import Foundation
import Testing

/// `compare --predictions`, through the command.
@Suite struct PredictionCompareTests {
  /// Two files about the records of the small corpus: the second is wrong on some, by their number.
  private func sandbox(wrong: @escaping (Int) -> Bool) throws -> (Sandbox, records: Int) {
    let sandbox = try Sandbox().deduplicated()
    let records = try sandbox.rows("corpus.jsonl")
    for (name, isWrong) in [("old.csv", { _ in false }), ("new.csv", wrong)] {
      let rows = records.enumerated().map { number, record in
        "\(record["id"]!),\(isWrong(number) ? "other" : record["label"]!),\(record["label"]!)"
      }
      try sandbox.write(name, (["id,prediction,gold"] + rows).joined(separator: "\n") + "\n")
    }
    return (sandbox, records.count)
  }

  @Test func groupsOfAnIndexCountAsOne() throws {
    let (sandbox, records) = try sandbox { $0 % 4 == 0 }
    try sandbox.run("compare", "--predictions", "old.csv", "new.csv", "--groups", "index")
      .fails(saying: "cluster")
    try sandbox.run("cluster", "index", "--paraphrase", "0.6").succeeded()
    let alone = try sandbox.run("compare", "--predictions", "old.csv", "new.csv", "--json")
      .succeeded()
    let grouped = try sandbox.run(
      "compare", "--predictions", "old.csv", "new.csv", "--groups", "index", "--json"
    ).succeeded()
    let (single, clustered) = (try alone.object(), try grouped.object())
    #expect(single["items"] as? Int == records && single["groups"] as? Int == records)
    #expect(clustered["items"] as? Int == records)
    #expect(try #require(clustered["groups"] as? Int) < records)
    #expect(alone.errors.contains("Every item counts as independent"))
    let comparison = try #require((clustered["comparisons"] as? [[String: Any]])?.first)
    #expect(comparison["arm"] as? String == "new" && comparison["baseline"] as? String == "old")
    let text = try sandbox.run("compare", "--predictions", "old.csv", "new.csv").succeeded().text
    #expect(text.contains("- “new” is below “old” in accuracy by 25.1 points (95% interval "))
    #expect(text.contains("new - old") && text.contains("macro-F1"))
  }

  @Test func equalPredictionsAreBoundByTheRuleOfThree() throws {
    let (sandbox, _) = try sandbox { _ in false }
    let text = try sandbox.run(
      "compare", "--predictions", "old.csv", "new.csv", "--margin", "0.02"
    ).succeeded().text
    #expect(text.contains("“new” and “old” differ in accuracy by less than 2.0 points, if at all"))
    let sharp = try sandbox.run(
      "compare", "--predictions", "old.csv", "new.csv", "--margin", "0.01"
    ).succeeded().text
    #expect(sharp.contains("is inconclusive"))
  }

  @Test func wrongUsageIsSaid() throws {
    let (sandbox, _) = try sandbox { _ in false }
    try sandbox.run("compare").fails(64, saying: "--predictions")
    try sandbox.run("compare", "index", "--predictions", "old.csv").fails(64, saying: "an index")
    try sandbox.run("compare", "index", "--groups", "index").fails(64, saying: "--groups")
    try sandbox.run("compare", "--predictions", "old.csv").fails(saying: "those of “old” alone")
    try sandbox.run("compare", "--predictions", "old.csv", "none.csv").fails(saying: "none.csv")
  }
}
