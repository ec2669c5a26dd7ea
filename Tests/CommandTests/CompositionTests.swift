import Foundation
import Testing

@Suite struct CompositionTests {
  @Test func groupsSumToTheCorpusAndAShiftIsWarnedOf() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    // One more source, of which almost everything repeats.
    let copies = (0..<120).map { #"{"id":"c\#($0)","text":"Where is my parcel?","label":"copy"}"# }
    try sandbox.write("copies.jsonl", copies.joined(separator: "\n") + "\n")
    try sandbox.run("index", "corpus.jsonl", "copies.jsonl", "--out", "index").succeeded()
    try sandbox.run("composition", "index").fails(saying: "dedup")
    try sandbox.run("dedup", "index", "--threshold", "0.9").succeeded()
    let text = try sandbox.run("composition", "index", "--by", "source").succeeded().text
    #expect(text.contains("warning: dedup shifts the mixture"))
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    let all = try #require(
      sandbox.run("composition", "index", "--json").succeeded().json() as? [[String: Any]])
    #expect(all.map { $0["key"] as? String } == ["label", "source", "length", "topic"])
    for composition in all {
      let groups = try #require(composition["groups"] as? [[String: Any]])
      #expect(groups.reduce(0) { $0 + ($1["before"] as! Int) } == 347)
      let lost = groups.map { $0["lostShare"] as! Double }
      #expect(lost == lost.sorted(by: >))
    }
    let sources = try #require(all[1]["groups"] as? [[String: Any]])
    #expect(sources[0]["name"] as? String == "copies.jsonl")
    try sandbox.run("composition", "index", "--by", "mood").fails(64, saying: "mood")
    // Records that count their group's weight have the mixture of all records.
    let kept = sources.reduce(0) { $0 + ($1["kept"] as! Int) }
    for group in sources {
      let weight = try #require(group["weight"] as? Double)
      let share = weight * Double(group["kept"] as! Int) / Double(kept)
      #expect(abs(share - Double(group["before"] as! Int) / 347) < 1e-9)
    }
    try sandbox.run("report", "index").succeeded()
    let page = try sandbox.text("index/report.html")
    #expect(page.contains("What became of the mixture") && page.contains("copies.jsonl"))
    #expect(page.contains("--pin source"))
  }

  /// Where enough is left of every group, a pinned selection has the mixture of all records.
  @Test func aPinnedSelectionHasTheOldMixture() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    // A second source, half of which repeats itself.
    let other = (0..<140).map { number in
      let text = number % 2 == 0 ? "same text" : "other text number \(number)"
      return #"{"id":"c\#(number)","text":"\#(text)"}"#
    }
    try sandbox.write("one.jsonl", lines.joined(separator: "\n") + "\n")
    try sandbox.write("two.jsonl", other.joined(separator: "\n") + "\n")
    try sandbox.run("index", "one.jsonl", "two.jsonl", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact", "--threshold", "1", "--floor", "0.9999")
      .succeeded()
    try sandbox.run("cluster", "index").succeeded()
    func overall(_ options: String...) throws -> Double {
      try sandbox.run(["split", "index", "--budget", "80"] + options).succeeded()
      let text = try sandbox.run("composition", "index", "--by", "source", "--json").succeeded()
      let all = try #require(text.json() as? [[String: Any]])
      let shift = try #require(all[0]["overallShift"] as? [String: Any])
      return try #require(shift["distance"] as? Double)
    }
    #expect(try overall("--pin", "source") <= 0.5 / 80 + 1e-9)
    #expect(try overall("--balance", "none") > 0.02)
  }
}
