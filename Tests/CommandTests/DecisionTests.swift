import Foundation
import Testing

/// Lexical stage, conflict policies, protected records and decisions by hand, through the command.
@Suite struct DecisionTests {
  @Test func lexicalStageAndContainmentVerify() throws {
    let sandbox = try Sandbox().indexed()
    let arguments = [
      "dedup", "index", "--stages", "exact,normalized,lexical,semantic", "--lexical-threshold",
      "0.4", "--containment", "0.9", "--shingles", "words:1", "--threshold", "0.99", "--guards",
      "none", "--json",
    ]
    let summary = try sandbox.run(arguments).succeeded().object()
    let stages = try #require(summary["removedByStage"] as? [String: Int])
    #expect(stages["lexical", default: 0] > 0)
    #expect(summary["joined"] as? Bool == true)
    try sandbox.run("verify", "index").succeeded()
    try sandbox.run("dedup", "index", "--containment", "0.9").fails(
      64, saying: "lexical")
  }

  /// Pairs down to the floor are stored: moving the threshold there and back searches nothing.
  @Test func thresholdMovesWithoutAJoin() throws {
    let sandbox = try Sandbox().indexed()
    func dedup(_ threshold: String) throws -> [String: Any] {
      try sandbox.run("dedup", "index", "--threshold", threshold, "--json").succeeded().object()
    }
    let first = try dedup("0.8")
    #expect(first["joined"] as? Bool == true)
    for threshold in ["0.95", "0.72", "0.8"] {
      let moved = try dedup(threshold)
      #expect(moved["joined"] as? Bool == false, "\(threshold)")
      if threshold == "0.8" { #expect(moved["kept"] as? Int == first["kept"] as? Int) }
      try sandbox.run("verify", "index").succeeded()
    }
    #expect(try dedup("0.6")["joined"] as? Bool == true)
  }

  @Test func conflictPoliciesDrop() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.write(
      "c.csv",
      "id,text,label\n1,Where is it?,a\n2,where is it?,b\n3,Where is it?,a\n4,Pay now,b\n5,pay now,c\n"
    )
    try sandbox.run("index", "c.csv", "--out", "c").succeeded()
    for (policy, kept) in [("dropBoth", 0), ("majority", 3), ("ignore", 2), ("keepBoth", 4)] {
      let summary = try sandbox.run(
        "dedup", "c", "--stages", "exact,normalized", "--conflicts", policy, "--json"
      ).succeeded().object()
      #expect(summary["kept"] as? Int == kept, "\(policy)")
      try sandbox.run("verify", "c").succeeded()
    }
  }

  @Test func decisionsOutliveReruns() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("review", "index", "--out", "review.jsonl").succeeded()
    let rows = try sandbox.rows("review.jsonl")
    let removed = try #require(rows.first?["id"] as? String)
    let witness = try #require(rows.last?["witness"] as? String)
    try sandbox.write(
      "reviewed.csv", "id,decision,note\n\(removed),keep,differs\n\(witness),drop,\n")
    for threshold in ["0.8", "0.75", "0.8"] {
      try sandbox.run(
        "dedup", "index", "--threshold", threshold, "--reviewed", "reviewed.csv", "--export",
        "kept.jsonl"
      ).succeeded()
      let kept = Set(try sandbox.rows("kept.jsonl").compactMap { $0["id"] as? String })
      #expect(kept.contains(removed) && !kept.contains(witness), "\(threshold)")
      try sandbox.run("verify", "index").succeeded()
    }
    #expect(try sandbox.run("explain", "index", witness).succeeded().text.contains("by hand"))
    try sandbox.run("undo", "index", removed, witness).succeeded()
    let again = try sandbox.run("dedup", "index", "--threshold", "0.8", "--json").succeeded()
      .object()
    #expect((again["dropped"] as? [String: Int])?.isEmpty == true)

    try sandbox.run("keep", "index", "nobody").fails(saying: "'nobody'")
    try sandbox.write("bad.csv", "id,decision\n\(removed),keep\nnobody,drop\n")
    try sandbox.run("dedup", "index", "--reviewed", "bad.csv").fails(saying: "bad.csv:3")
    try sandbox.write("worse.csv", "id,decision\n\(removed),perhaps\n")
    try sandbox.run("dedup", "index", "--reviewed", "worse.csv").fails(saying: "worse.csv:2")
  }

  @Test func protectedRecordsStay() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("review", "index", "--out", "review.jsonl").succeeded()
    let removed = Set(try sandbox.rows("review.jsonl").compactMap { $0["id"] as? String })
    try sandbox.write("safe.txt", removed.sorted().joined(separator: "\n"))
    try sandbox.run(
      "dedup", "index", "--threshold", "0.8", "--protect", "safe.txt", "--export", "kept.jsonl"
    ).succeeded()
    let kept = Set(try sandbox.rows("kept.jsonl").compactMap { $0["id"] as? String })
    #expect(!removed.isEmpty && removed.isSubset(of: kept))
    try sandbox.run("verify", "index").succeeded()
  }
}
