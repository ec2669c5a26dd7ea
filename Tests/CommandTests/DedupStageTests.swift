import Foundation
import Testing

/// Which stages are run, and on how many threads.
@Suite struct DedupStageTests {
  /// Five pairs, each the same at a cheapest stage and at some dearer ones.
  private static let corpus = """
    id,text
    exact1,How do I return a jacket?
    exact2,How do I return a jacket?
    normalized1,Cancel my order today
    normalized2,CANCEL MY ORDER TODAY
    lexical1,Which payment methods do you accept in the online shop
    lexical2,Which payment methods do you accept in the online shop now
    containment1,The invoice is missing
    containment2,The invoice is missing and nobody answers the phone so please send another one
    semantic1,delivery address password refund parcel
    semantic2,parcel refund password address delivery

    """

  /// The stages at which a pair is the same, at the thresholds of the test.
  private static let same: [String: Set<String>] = [
    "exact": ["exact", "normalized", "lexical", "containment", "semantic"],
    "normalized": ["normalized", "lexical", "containment", "semantic"],
    "lexical": ["lexical", "containment"], "containment": ["containment"],
    "semantic": ["semantic"],
  ]

  @Test func everyChoiceOfStagesRemovesAtTheCheapest() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("c.csv", Self.corpus)
    try sandbox.run("index", "c.csv", "--out", "index").succeeded()
    let dear = ["exact", "normalized", "lexical", "containment", "semantic"]
    for mask in 1..<32 {
      let stages = dear.indices.filter { mask >> $0 & 1 == 1 }.map { dear[$0] }
      guard !stages.contains("containment") || stages.contains("lexical") else { continue }
      var options = [
        "--stages", stages.filter { $0 != "containment" }.reversed().joined(separator: ","),
        "--threshold", "0.99", "--guards", "none",
      ]
      if stages.contains("containment") { options += ["--containment", "1"] }
      let outcome = try sandbox.dedup(options)
      let found = Dictionary(
        uniqueKeysWithValues: outcome.removed.map {
          (($0["id"] as! String).dropLast(), $0["stage"] as! String)
        })
      let expected = Self.same.compactMapValues { same in stages.first { same.contains($0) } }
      #expect(
        found == Dictionary(uniqueKeysWithValues: expected.map { ($0[...], $1) }), "\(stages)")
    }
  }

  /// The rows and reasons written are the same bytes on one, two and four threads.
  @Test func threadsChangeNoByte() throws {
    let sandbox = try Sandbox().indexed()
    var outputs: Set<Data> = []
    for threads in ["1", "2", "4"] {
      try FileManager.default.removeItem(at: sandbox.url("index"))
      try sandbox.run("index", "corpus.jsonl", "--out", "index", "--threads", threads).succeeded()
      try sandbox.run(
        "dedup", "index", "--threads", threads, "--stages", "exact,normalized,lexical,semantic",
        "--lexical-threshold", "0.3", "--containment", "0.8", "--shingles", "words:1", "--keep",
        "central", "--threshold", "0.8", "--conflicts", "majority", "--export", "kept.jsonl",
        "--export-removed", "removed.jsonl"
      ).succeeded()
      outputs.insert(try sandbox.data("kept.jsonl") + sandbox.data("removed.jsonl"))
    }
    #expect(outputs.count == 1)
  }
}
