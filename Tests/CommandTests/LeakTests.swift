import Foundation
import Testing

/// `leak` between files and indexes: what it counts, names and refuses.
@Suite struct LeakTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "a.csv",
      "id,text\n1,Where is my parcel?\n2,How do I pay?\n3,Cancel my order please\n4,Hello there\n")
    // The ids are those of a.csv again.
    try sandbox.write(
      "b.csv",
      "id,text\n1,Nobody answers the phone at all.\n2,Where is my parcel?\n3,HOW DO I PAY?\n")
    try sandbox.write("c.txt", "Which colors are there?\nwhere is my parcel?\n")
    return sandbox
  }

  private func overlaps(_ outcome: Outcome) throws -> [[String: Any]] {
    try #require(outcome.object()["overlaps"] as? [[String: Any]])
  }

  @Test func everyFileWithEveryOther() throws {
    let sandbox = try sandbox()
    let outcome = try sandbox.run(
      "leak", "a.csv", "b.csv", "c.txt", "--threshold", "0.999", "--json"
    ).succeeded()
    let cells = try overlaps(outcome)
    #expect(cells.count == 6)
    func leaked(_ file: String, _ other: String) -> Int? {
      let cell = cells.first { $0["file"] as? String == file && $0["other"] as? String == other }
      return (cell?["leaked"] as? [String: Any])?["leaked"] as? Int
    }
    #expect(leaked("a.csv", "b.csv") == 2 && leaked("b.csv", "a.csv") == 2)
    #expect(leaked("a.csv", "c.txt") == 1 && leaked("c.txt", "b.csv") == 1)
    let kinds = try #require(cells[0]["kinds"] as? [String: Int])
    #expect(kinds["exact"] == 1 && kinds["normalized"] == 1 && kinds.values.reduce(0, +) == 2)
    // Records of three files: two and two of a and b, one of c.
    #expect(try outcome.object()["leaked"] as? Int == 5)
    let worst = try #require(outcome.object()["worst"] as? [[String: Any]])
    // A pair seen from both sides is listed once.
    #expect(worst.count == 3)
    #expect(worst[0]["testPlace"] as? String == "a.csv:2")
    #expect(worst[0]["trainPlace"] as? String == "b.csv:3")
    #expect(worst[0]["kind"] as? String == "exact")
    let text = try sandbox.run("leak", "a.csv", "b.csv", "c.txt").succeeded().text
    #expect(text.contains("in [3]") && text.contains("a.csv:2: Where is my parcel?"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func severalTestFilesAreHeldToTheLimitEach() throws {
    let sandbox = try sandbox()
    let arguments = [
      "leak", "--train", "a.csv", "--test", "b.csv", "--test", "c.txt", "--threshold", "0.999",
      "--max-rate", "0.6",
    ]
    let over = try sandbox.run(arguments + ["--json"])
    #expect(over.status == 3)
    #expect(try over.object()["overLimit"] as? [String] == ["b.csv"])
    #expect(try over.object()["trainRecords"] as? Int == 4)
    #expect(try over.object()["testRecords"] as? Int == 5)
    #expect(try over.object()["leaked"] as? Int == 3)
    let interval = try #require(over.object()["interval"] as? [String: Double])
    // Wilson's for 3 of 5.
    #expect(abs(interval["low"]! - 0.2307) < 1e-3 && abs(interval["high"]! - 0.8824) < 1e-3)
    #expect(try sandbox.run(arguments).text.contains("over the limit of 60.00%: b.csv"))
    try sandbox.run(Array(arguments.dropLast()) + ["0.7"]).succeeded()
  }

  /// Words may be nearly the same where the vectors are not at the threshold.
  @Test func sharedWordsLeakWhateverTheModelSays() throws {
    let sandbox = try sandbox()
    let words = (0..<30).map { "w\($0)x" }.joined(separator: " ")
    // What differs comes first: the model reads no more than the beginning of such texts.
    try sandbox.write("x.txt", "parcel order parcel order \(words)\n")
    try sandbox.write("y.txt", "parcel order parcel colors \(words)\n")
    let outcome = try sandbox.run(
      "leak", "x.txt", "y.txt", "--threshold", "1", "--lexical-threshold", "0.8", "--json"
    ).succeeded()
    #expect((try overlaps(outcome)[0]["kinds"] as? [String: Int])?["lexical"] == 1)
    let strict = try sandbox.run(
      "leak", "x.txt", "y.txt", "--threshold", "1", "--lexical-threshold", "1", "--json"
    ).succeeded()
    #expect(try strict.object()["leaked"] as? Int == 0)
  }

  @Test func anIndexStandsForItsFile() throws {
    let sandbox = try sandbox()
    try sandbox.run("index", "a.csv", "--out", "ia").succeeded()
    try sandbox.run("index", "b.csv", "--out", "ib").succeeded()
    let files = try sandbox.run("leak", "a.csv", "b.csv", "--json").succeeded().object()
    for names in [["ia", "b.csv"], ["ia", "ib"]] {
      let found = try sandbox.run(["leak"] + names + ["--json"]).succeeded().object()
      #expect(found["leaked"] as? Int == files["leaked"] as? Int)
      let places = try #require(found["worst"] as? [[String: Any]]).map {
        $0["testPlace"] as? String
      }
      #expect(places.first == "a.csv:2")
    }
    // Two indexes need no model; one and a file need that of the index.
    try FileManager.default.removeItem(at: sandbox.url("model"))
    try sandbox.run("leak", "ia", "ib").succeeded()
    try TinyModel.write(to: sandbox.url("model"), seed: 2)
    try sandbox.run("leak", "ia", "b.csv").fails(saying: "ia", "--model")
  }

  /// What `dedup` keeps beside its test set is no leak, and what it would remove is one.
  @Test func agreesWithDedup() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    func file(_ rest: Int) -> String {
      lines.enumerated().filter { $0.offset % 3 == rest }.map { $0.element + "\n" }.joined()
    }
    try sandbox.write("train.jsonl", file(0) + file(1))
    try sandbox.write("test.jsonl", file(2))
    let index = ["index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index"]
    try sandbox.run(index).succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8", "--scope", "leakage").succeeded()
    try sandbox.run("export", "index", "--what", "kept", "--out", "kept.jsonl").succeeded()
    let tests = Set(try sandbox.rows("test.jsonl").map { $0["id"] as! String })
    try sandbox.write(
      "clean.jsonl",
      try sandbox.text("kept.jsonl").split(separator: "\n").filter { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as! [String: Any]
        return !tests.contains(object["id"] as! String)
      }.map { $0 + "\n" }.joined())
    func leak(_ train: String, _ options: String...) throws -> [String: Any] {
      try sandbox.run(
        ["leak", "--train", train, "--test", "test.jsonl", "--threshold", "0.8", "--json"] + options
      ).succeeded().object()
    }
    #expect(try leak("clean.jsonl")["leaked"] as? Int == 0)
    #expect(try leak("train.jsonl")["leaked"] as? Int ?? 0 > 0)
    // Guards and labels hold some apart, and say so.
    let apart = try #require(leak("clean.jsonl")["keptApart"] as? [String: Int])
    #expect(apart["guarded", default: 0] > 0)
    #expect(try leak("clean.jsonl", "--guards", "none")["leaked"] as? Int ?? 0 > 0)
    // The index has the test records in it; they are not its training data.
    #expect(
      try leak("index")["leaked"] as? Int == leak("train.jsonl")["leaked"] as? Int)
  }

  @Test func labelsThatDifferCountOnlyWhereAskedFor() throws {
    let sandbox = try sandbox()
    try sandbox.write("l.csv", "text,label\nWhere is my parcel?,late\nHello there,greeting\n")
    try sandbox.write("m.csv", "text,label\nWhere is my parcel?,lost\nHello there,greeting\n")
    let plain = ["leak", "l.csv", "m.csv", "--json"]
    #expect(try sandbox.run(plain).succeeded().object()["leaked"] as? Int == 2)
    let counted = try sandbox.run(plain + ["--count-conflicts"]).succeeded().object()
    #expect(counted["leaked"] as? Int == 4)
    #expect(try sandbox.run("leak", "l.csv", "m.csv").text.contains("2 by their labels"))
  }

  @Test func everyLeakedRecordIsListed() throws {
    let sandbox = try sandbox()
    try sandbox.write("d.txt", "Where is my parcel?\nWhere is my parcel?\nNo such thing.\n")
    try sandbox.run(
      "leak", "--train", "a.csv", "--test", "d.txt", "--threshold", "0.999", "--out", "list.jsonl"
    ).succeeded()
    let rows = try sandbox.rows("list.jsonl")
    #expect(rows.compactMap { $0["place"] as? String } == ["d.txt:1", "d.txt:2"])
    #expect(rows.allSatisfy { $0["repeats"] as? String == "1" && $0["kind"] as? String == "exact" })
  }

  @Test func whatCannotBe() throws {
    let sandbox = try sandbox()
    for arguments in [
      ["leak"], ["leak", "a.csv"], ["leak", "--train", "a.csv"],
      ["leak", "a.csv", "--test", "b.csv"], ["leak", "a.csv", "b.csv", "--threshold", "0"],
      ["leak", "a.csv", "b.csv", "--max-rate", "2"], ["leak", "a.csv", "b.csv", "--worst", "-1"],
    ] { try sandbox.run(arguments).fails(64, saying: "Usage") }
    try sandbox.run("leak", "a.csv", "none.csv").fails(saying: "none.csv")
  }
}
