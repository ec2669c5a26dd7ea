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
      "leak", "x.txt", "y.txt", "--threshold", "1", "--json"
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
