import Foundation
import Testing

/// `cluster` by both linkages, with topics and outliers.
@Suite struct ClusterCommandTests {
  /// Members of each cluster of a kind, by id.
  private func clusters(_ sandbox: Sandbox, _ index: String, _ kind: String) throws
    -> Set<Set<String>>
  {
    try sandbox.run("export", index, "--what", "clusters", "--out", "c.jsonl").succeeded()
    let rows = try sandbox.rows("c.jsonl").filter { $0["kind"] as? String == kind }
    return Set(
      Dictionary(grouping: rows, by: { $0["cluster"] as! Int }).values.map {
        Set($0.map { $0["id"] as! String })
      })
  }

  @Test func averageLinkageStandsBesideTheLeaders() throws {
    let sandbox = try Sandbox().deduplicated()
    let plain = try sandbox.run("cluster", "index", "--json").succeeded().object()
    #expect(plain["average"] == nil)
    #expect(try clusters(sandbox, "index", "average").isEmpty)
    let leaders = try clusters(sandbox, "index", "paraphrase")
    let outcome = try sandbox.run(
      "cluster", "index", "--linkage", "average", "--cohesion", "0.8", "--json"
    ).succeeded().object()
    let average = try #require(outcome["average"] as? [String: Any])
    let found = try clusters(sandbox, "index", "average")
    #expect(average["groups"] as? Int == found.count && !found.isEmpty)
    #expect(average["records"] as? Int == found.reduce(0) { $0 + $1.count })
    #expect(try clusters(sandbox, "index", "paraphrase") == leaders)
    let loosest = try #require(average["loosest"] as? [String: Any])
    #expect(loosest["textA"] is String && (loosest["score"] as! Double) < 1)
    // A stricter floor only parts clusters further.
    try sandbox.run("cluster", "index", "--linkage", "average", "--cohesion", "0.95").succeeded()
    let strict = try clusters(sandbox, "index", "average")
    #expect(strict.allSatisfy { one in found.contains { $0.isSuperset(of: one) } })
    #expect(strict.flatMap { $0 }.count < found.flatMap { $0 }.count)
  }

  @Test func outliersAreTheTextsOfOtherMatters() throws {
    let sandbox = try Sandbox().indexed()
    let text = try sandbox.text("corpus.jsonl")
    try sandbox.write(
      "corpus.jsonl",
      text + #"{"id":"odd","text":"zyx 9081 qqq [[]] ;; $$ 77","label":"product"}"#
        + "\n")
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--force").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    let outcome = try sandbox.run("cluster", "index", "--outliers", "3").succeeded()
    #expect(outcome.text.contains("3 outliers noted"))
    #expect(outcome.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try sandbox.run("export", "index", "--what", "outliers", "--out", "o.jsonl").succeeded()
    let rows = try sandbox.rows("o.jsonl")
    #expect(rows.count == 3 && rows[0]["id"] as? String == "odd")
    #expect((rows[0]["similarity"] as! Double) <= (rows[1]["similarity"] as! Double))
    // What was made from other removals is gone with them.
    try sandbox.run("dedup", "index", "--threshold", "0.85").succeeded()
    try sandbox.run("export", "index", "--what", "outliers", "--out", "o.jsonl").fails(
      saying: "'cluster'")
  }

  @Test func theOrderOfTheRecordsChangesNothing() throws {
    let sandbox = try Sandbox().deduplicated()
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("reversed.jsonl", lines.reversed().joined(separator: "\n") + "\n")
    try sandbox.run("index", "reversed.jsonl", "--out", "reversed").succeeded()
    try sandbox.run("dedup", "reversed", "--threshold", "0.8").succeeded()
    var outliers: [[String]] = []
    for index in ["index", "reversed"] {
      try sandbox.run("cluster", index, "--linkage", "average", "--outliers", "9").succeeded()
      try sandbox.run("export", index, "--what", "outliers", "--out", "o.jsonl").succeeded()
      outliers.append(try sandbox.rows("o.jsonl").map { $0["id"] as! String })
    }
    #expect(outliers[0] == outliers[1] && outliers[0].count == 9)
    for kind in ["paraphrase", "average", "topic"] {
      #expect(
        try clusters(sandbox, "index", kind) == clusters(sandbox, "reversed", kind), "\(kind)")
    }
  }

  @Test func topicsAreSuggestedOrChosen() throws {
    let sandbox = try Sandbox().deduplicated()
    let suggested = try sandbox.run("cluster", "index", "--json").succeeded().object()
    #expect(suggested["topicsSuggested"] as? Bool == true)
    #expect((1...100).contains(try #require(suggested["topics"] as? Int)))
    let chosen = try sandbox.run("cluster", "index", "--topics", "5", "--json").succeeded()
      .object()
    #expect(chosen["topics"] as? Int == 5 && chosen["topicsSuggested"] as? Bool == false)
    let topics = try #require(chosen["largestTopics"] as? [[String: Any]])
    #expect(topics.reduce(0) { $0 + ($1["size"] as! Int) } == 227)
    #expect(topics.allSatisfy { !($0["words"] as! [String]).isEmpty })
  }

  @Test func whatCannotBe() throws {
    let sandbox = try Sandbox().deduplicated()
    for arguments in [
      ["--cohesion", "0.9"], ["--linkage", "single"], ["--outliers", "-1"], ["--topics", "0"],
      ["--linkage", "average", "--cohesion", "1.5"],
    ] { try sandbox.run(["cluster", "index"] + arguments).fails(64, saying: "Usage") }
  }
}
