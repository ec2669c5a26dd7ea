import Foundation
import Testing

/// Why a record stays, said so that nobody need guess.
@Suite struct ExplainTests {
  private func explain(_ sandbox: Sandbox, _ id: String) throws -> (String, [String: Any]) {
    (
      try sandbox.run("explain", "index", id).succeeded().text,
      try sandbox.run("explain", "index", id, "--json").succeeded().object()
    )
  }

  /// The nearest kept record is the best that `search` finds among the kept, for every kept record.
  @Test func nearestKeptRecordIsTheNearest() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("export", "index", "--out", "kept.jsonl").succeeded()
    for row in try sandbox.rows("kept.jsonl").prefix(12) {
      let (id, query) = (row["id"] as! String, row["text"] as! String)
      let (text, json) = try explain(sandbox, id)
      #expect(json["state"] as? String == "kept")
      let nearest = try #require(json["nearestKept"] as? [String: Any])
      let hits = try sandbox.run("search", "index", query, "-k", "227", "--json").succeeded().json()
      let kept = try #require(hits as? [[String: Any]]).filter {
        $0["kept"] as? Bool == true && $0["id"] as? String != id
      }
      let best = kept.compactMap { $0["score"] as? Double }.max() ?? 0
      let score = try #require(nearest["score"] as? Double)
      #expect(abs(score - best) < 1e-3, "\(id): \(score) against \(best)")
      #expect(text.contains("kept; nearest kept record: \(nearest["id"] as! String) '"))
      if score < 0.8 {
        #expect(nearest["reason"] as? String == "belowThreshold")
        #expect(text.contains("below the threshold 0.8"))
      }
    }
  }

  @Test func statesAndReasons() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "c.csv",
      """
      id,text,label
      a,Where is my parcel,x
      b,where is my parcel,x
      c,Where is my parcel?,y
      d,I ordered 3 jackets,x
      e,I ordered 4 jackets,x

      """)
    try sandbox.run("index", "c.csv", "--out", "index").succeeded()
    let (text, json) = try explain(sandbox, "a")
    #expect(text.contains("undecided: dedup was not run yet"))
    #expect(json["state"] as? String == "undecided" && json["nearestKept"] == nil)

    func reason(_ id: String, _ options: String...) throws -> String? {
      try sandbox.run(["dedup", "index", "--keep", "first"] + options).succeeded()
      let (text, json) = try explain(sandbox, id)
      let nearest = json["nearestKept"] as? [String: Any]
      #expect(nearest == nil || text.contains("(cosine "))
      return nearest?["reason"] as? String
    }
    #expect(try reason("a", "--threshold", "0.5") == "labelsDiffer")
    #expect(try reason("d", "--threshold", "0.5") == "keptApartByGuard")
    #expect(try reason("d", "--threshold", "1", "--guards", "none") == "belowThreshold")
    #expect(try reason("a", "--stages", "exact,normalized") == "stageNotRun")
    #expect(
      try reason("a", "--threshold", "0.5", "--scope", "leakage", "--conflicts", "ignore")
        == "outOfScope")

    // Rows named in the entries have their ids beside them.
    try sandbox.run("dedup", "index", "--keep", "first", "--threshold", "0.9").succeeded()
    let (kept, entries) = try explain(sandbox, "a")
    #expect(kept.contains("stands for b '"))
    let standsFor = try #require((entries["standsFor"] as? [[String: Any]])?.first)
    let ids = try #require(entries["ids"] as? [String: String])
    #expect(ids["\(standsFor["row"] as! Int)"] == "b")
    let (removed, other) = try explain(sandbox, "b")
    #expect(removed.contains("removed: stage normalized") && removed.contains("witness: a"))
    #expect(other["state"] as? String == "removed" && other["nearestKept"] == nil)

    try sandbox.write("one.txt", "Where is my parcel\nwhere is my parcel\n")
    try sandbox.run("index", "one.txt", "--out", "index", "--force").succeeded()
    try sandbox.run("dedup", "index", "--keep", "first").succeeded()
    #expect(try explain(sandbox, "one:1").0.contains("it is the only record kept"))
  }
}
