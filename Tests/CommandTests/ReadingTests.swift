import Foundation
import Testing

/// Texts that do not reach the model as they are: words its vocabulary lacks, and what is cut off.
@Suite struct ReadingTests {
  private func indexed(_ rows: [(String, String)], _ options: String...) throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = rows.map { "\($0.0),\"\($0.1)\"\n" }
    try sandbox.write("corpus.csv", "id,text\n" + lines.joined())
    try sandbox.run(["index", "corpus.csv", "--out", "index"] + options).succeeded()
    return sandbox
  }

  /// The guards that kept pairs apart.
  private func guards(_ decided: Decided) -> Set<String> {
    Set((decided.summary["vetoesByGuard"] as? [String: Int] ?? ["": 0]).keys)
  }

  private static let emoji = [
    ("up", "I love this order 👍👍"), ("down", "I love this order 👎👎"),
    ("up2", "I love this, order 👍👍"), ("plain", "How do I return a jacket?"),
  ]

  @Test func emojiAreNoPlaceholders() throws {
    let sandbox = try indexed(Self.emoji)
    let summary = try sandbox.run("index", "corpus.csv", "--out", "index", "--json")
      .succeeded().object()
    let readings = try #require(summary["readings"] as? [String: Any])
    #expect(readings["unknown"] as? Int == 3)
    #expect(readings["unknownByScript"] as? [String: Int] == ["symbols": 3])
    #expect(summary["foreignScripts"] as? [String: Int] == [:])

    #expect(try sandbox.dedup("--guards", "none").kept.count == 2)
    let decided = try sandbox.dedup("--threshold", "0.9")
    #expect(decided.kept == ["up2", "down", "plain"] && guards(decided) == ["unknown"])
    let explained = try sandbox.run("explain", "index", "down").succeeded().text
    #expect(explained.contains("words the model does not know: 👎👎"), "\(explained)")
    #expect(explained.contains("by the guard unknown: "), "\(explained)")
    try sandbox.run("report", "index").succeeded()
    #expect(try sandbox.text("index/report.md").contains("3 records have words the model does not"))
  }

  @Test func anotherLanguageIsNoticed() throws {
    let rows = [("on", "请打开灯"), ("off", "请关闭灯"), ("en", "How do I return a jacket?")]
    let sandbox = try indexed(rows)
    let summary = try sandbox.run("index", "corpus.csv", "--out", "index", "--json")
      .succeeded().object()
    #expect(summary["foreignScripts"] as? [String: Int] == ["Han": 2])
    let decided = try sandbox.dedup()
    #expect(decided.kept.count == 3 && guards(decided) == ["unknown"])
    let text = try sandbox.run("index", "corpus.csv", "--out", "other").succeeded().text
    #expect(text.contains("2 records have words the model does not know (2 Han)"), "\(text)")
    #expect(text.contains("models/multilingual-e5-small"), "\(text)")
  }

  /// Two texts that differ from their seventieth word on; the model sees 62 of them.
  private static let long: [(String, String)] = {
    let start = (0..<70).map { ["order", "jacket", "return", "payment", "account"][$0 % 5] }
      .joined(separator: " ")
    return [
      ("one", start + " cancel"), ("two", start + " delivery please"),
      ("one2", "My " + start + " cancel"),
      ("short", "How do I return a jacket?"),
    ]
  }()

  @Test func whatWasCutOffCounts() throws {
    let sandbox = try indexed(Self.long)
    #expect(try sandbox.dedup("--guards", "none").kept.count == 2)
    let decided = try sandbox.dedup()
    #expect(decided.kept == ["one2", "two", "short"] && guards(decided) == ["truncated"])
    #expect((decided.summary["readings"] as? [String: Any])?["cut"] as? Int == 3)
    let text = try sandbox.run("dedup", "index").succeeded().text
    #expect(text.contains("3 records were cut at 64 tokens"), "\(text)")
    #expect(text.contains("--long chunk"), "\(text)")
    let explained = try sandbox.run("explain", "index", "two").succeeded().text
    #expect(explained.contains("cut: the model saw "), "\(explained)")
    #expect(explained.contains("by the guard truncated: beyond the model's limit"), "\(explained)")
    // The stage lexical reads all of a text.
    let lexical = try sandbox.dedup(
      "--stages", "exact,normalized,lexical,semantic", "--lexical-threshold", "0.5")
    #expect(lexical.kept.count == 2 && guards(lexical) == [])
  }

  @Test func chunksAreNotCut() throws {
    let sandbox = try indexed(Self.long, "--long", "chunk")
    let decided = try sandbox.dedup()
    #expect((decided.summary["readings"] as? [String: Any])?["cut"] as? Int == 0)
    #expect(guards(decided) == [])
  }

  /// What was recorded once is there after an append that embeds other texts, and as a run over all
  /// files leaves it.
  @Test func appendKeepsIt() throws {
    let sandbox = try indexed(Self.emoji + Self.long)
    try sandbox.write("more.csv", "id,text\nnew,请打开灯\ncopy,\"\(Self.long[0].1)\"\n")
    let summary = try sandbox.run("index", "--append", "more.csv", "--out", "index", "--json")
      .succeeded().object()
    #expect(summary["embedded"] as? Int == 1)
    let readings = try #require(summary["readings"] as? [String: Any])
    #expect(readings["cut"] as? Int == 4 && readings["unknown"] as? Int == 4)
    #expect(readings["unknownByScript"] as? [String: Int] == ["symbols": 3, "Han": 1])
    try sandbox.run("index", "corpus.csv", "more.csv", "--out", "scratch").succeeded()
    for id in ["up", "one", "copy", "new", "plain"] {
      let records = try ["index", "scratch"].map { index in
        try sandbox.run("explain", index, id, "--json").succeeded().object()["record"]
          as? NSDictionary
      }
      #expect(records[0] != nil && records[0] == records[1])
    }
  }
}
