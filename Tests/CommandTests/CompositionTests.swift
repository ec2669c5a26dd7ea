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
  }
}
