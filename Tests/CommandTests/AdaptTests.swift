import Foundation
import GRDB
import Testing

/// `adapt`, from judged pairs to an index embedded again.
@Suite struct AdaptTests {
  private static let training = [
    "--folds", "3", "--epochs", "8", "--learning-rate", "0.002", "--batch-size", "16",
  ]

  /// Pairs of a word among letters: duplicates share the word, others the letters, which outweigh it to a model
  /// that learned nothing. Every text is in one pair.
  private func write(_ sandbox: Sandbox, isDuplicate: (Int, Bool) -> Bool) throws {
    let words = try Set(
      sandbox.rows("corpus.jsonl").flatMap { row in
        (row["text"] as? String ?? "").lowercased().split { !($0.isASCII && $0.isLetter) }
          .map(String.init)
      }
    ).filter { $0.count > 3 }.sorted()
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    func filling(_ number: Int) -> String {
      (0..<6).map { String(letters[(number * 7 + $0 * $0 * 3 + number / 26) % 26]) }
        .joined(separator: " ")
    }
    let rows = (0..<120).map { number in
      let shares = number % 2 == 0
      let (first, second) = (words[2 * number % words.count], words[(2 * number + 1) % words.count])
      let a = "\(first) \(filling(number))"
      let b = "\(shares ? first : second) \(filling(shares ? number + 500 : number))"
      return "\(a),\(b),\(isDuplicate(number, shares))"
    }
    try sandbox.write(
      "pairs.csv", "text_a,text_b,duplicate\n" + rows.joined(separator: "\n") + "\n")
  }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    return sandbox
  }

  @Test func whatCanBeLearnedIsLearnedAndTheIndexEmbeddedAgain() throws {
    let sandbox = try sandbox()
    try write(sandbox) { $1 }
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    try sandbox.run("keep", "index", "cs-001").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    let command =
      ["adapt", "index", "--pairs", "pairs.csv", "--out", "tuned", "--index-out", "again"]
      + Self.training
    let summary = try sandbox.run(command + ["--json"]).succeeded().object()
    #expect(summary["pairs"] as? Int == 120 && summary["tested"] as? Int == 120)
    #expect(summary["groups"] as? Int == 120 && summary["isRecommended"] as? Bool == true)
    let gain = try #require(summary["gain"] as? [String: Double])
    #expect(gain["low"]! > 0 && gain["low"]! <= gain["value"]! && gain["value"]! <= gain["high"]!)
    let (before, after) = (
      try #require(summary["before"] as? [String: Double]),
      try #require(summary["after"] as? [String: Double])
    )
    #expect(abs(after["f1"]! - before["f1"]! - gain["value"]!) < 1e-9)
    #expect(after["averagePrecision"]! > before["averagePrecision"]!)

    let again = try sandbox.run(command).succeeded().text
    for word in ["nothing to do", "F1", "average precision", "encoder: tuned", "again"] {
      #expect(again.contains(word), "\(word)")
    }
    let first = try sandbox.rows(of: "SELECT id, text FROM records ORDER BY row", in: "index")
    #expect(try sandbox.rows(of: "SELECT id, text FROM records ORDER BY row", in: "again") == first)
    for table in ["pairs", "removals", "drops"] {
      #expect(try sandbox.rows(of: "SELECT * FROM \(table)", in: "again").isEmpty, "\(table)")
    }
    #expect(try sandbox.rows(of: "SELECT id FROM decisions", in: "again").count == 1)
    #expect(try sandbox.data("again/vectors.npy") != sandbox.data("index/vectors.npy"))
    // An index of the same records by the same model, made from the file, is the same.
    try sandbox.run("index", "corpus.jsonl", "--model", "tuned", "--out", "fresh").succeeded()
    #expect(try sandbox.data("again/vectors.npy") == sandbox.data("fresh/vectors.npy"))
    for step in [["dedup", "again", "--threshold", "0.8"], ["verify", "again"]] {
      try sandbox.run(step).succeeded()
    }
  }

  @Test func judgmentsWithoutSenseGiveNoEncoder() throws {
    let sandbox = try sandbox()
    try write(sandbox) { number, _ in number / 2 % 2 == 0 }
    let outcome = try sandbox.run(
      ["adapt", "--pairs", "pairs.csv", "--out", "tuned"] + Self.training
    ).succeeded().text
    #expect(outcome.contains("no encoder is recommended"))
    #expect(!sandbox.exists("tuned") && sandbox.exists("tuned.adapt/result.json"))
    let again = try sandbox.run(
      ["adapt", "--pairs", "pairs.csv", "--out", "tuned"] + Self.training
    ).succeeded().text
    #expect(again.contains("nothing to do"))
  }

  @Test func anInterruptedRunGoesOnWhereItWas() throws {
    let sandbox = try sandbox()
    try write(sandbox) { $1 }
    let command = ["adapt", "--pairs", "pairs.csv", "--out", "tuned", "--json"] + Self.training
    var whole = try sandbox.run(command).succeeded().object()
    try FileManager.default.removeItem(at: sandbox.url("tuned"))
    for name in ["result.json", "fold-2.json", "fold-3.json"] {
      try FileManager.default.removeItem(at: sandbox.url("tuned.adapt/" + name))
    }
    var again = try sandbox.run(command).succeeded().object()
    (whole["seconds"], again["seconds"]) = (nil, nil)
    #expect(NSDictionary(dictionary: whole) == NSDictionary(dictionary: again))
  }

  @Test func whatCannotBeIsSaid() throws {
    let sandbox = try sandbox()
    try sandbox.write("pairs.csv", "text_a,text_b,duplicate\na,b,1\nc,d,0\n")
    try sandbox.run("adapt", "--pairs", "pairs.csv", "--out", "tuned")
      .fails(saying: "1 duplicates and 1 others", "hint: ", "folds")
    try sandbox.run("adapt", "--pairs", "pairs.csv", "--out", "tuned", "--folds", "2")
      .fails(64, saying: "--folds")
    try sandbox.run("adapt", "--pairs", "pairs.csv", "--out", "tuned", "--loss", "ranking")
      .fails(64, saying: "--loss")
    try sandbox.run("adapt", "--pairs", "pairs.csv", "--out", "tuned", "--ids")
      .fails(64, saying: "--ids needs an index")
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    try sandbox.write("ids.csv", "id_a,id_b,duplicate\ncs-001,cs-999x,1\n")
    try sandbox.run("adapt", "index", "--ids", "--pairs", "ids.csv", "--out", "tuned")
      .fails(saying: "cs-999x", "ids of the index")
  }
}

extension Sandbox {
  fileprivate func rows(of query: String, in index: String) throws -> [String] {
    let path = url(index + "/catalog.sqlite").path
    return try DatabaseQueue(path: path).read {
      try Row.fetchAll($0, sql: query).map(\.description)
    }
  }
}
