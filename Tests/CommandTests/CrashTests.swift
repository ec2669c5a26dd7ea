import Foundation
import Testing

/// Ctrl-C and kill -9 at any moment: the index is as before or complete, and the same command goes on.
@Suite(.serialized) struct CrashTests {
  private func corpus(_ sandbox: Sandbox) throws {
    try TinyModel.write(to: sandbox.url("model"))
    let texts = try String(contentsOf: Sandbox.corpus, encoding: .utf8).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
    }.map { $0["text"] as! String }
    let lines = (0..<12_000).map {
      "\(texts[$0 % texts.count]) \(texts[($0 * 7 + 3) % texts.count]) \($0)"
    }
    try sandbox.write("many.txt", lines.joined(separator: "\n"))
  }

  private func state(_ sandbox: Sandbox, _ index: String) throws -> [String: Data] {
    try sandbox.run(
      "dedup", index, "--threshold", "0.97", "--guards", "none", "--export", "kept.jsonl",
      "--export-removed", "removed.jsonl"
    ).succeeded()
    return [
      "vectors": try sandbox.data(index + "/vectors.npy"), "kept": try sandbox.data("kept.jsonl"),
      "removed": try sandbox.data("removed.jsonl"),
    ]
  }

  @Test func killedAtAnyMoment() throws {
    let sandbox = try Sandbox()
    try corpus(sandbox)
    try sandbox.run("index", "many.txt", "--out", "calm").succeeded()
    let expected = try state(sandbox, "calm")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<12 {
      let index = try sandbox.start(["index", "many.txt", "--out", "shaken"])
      usleep(UInt32.random(in: 10_000...500_000, using: &generator))
      kill(index.process.processIdentifier, SIGKILL)
      _ = try index.wait()
      if sandbox.exists("shaken") {
        // A folder that is there is whole.
        try sandbox.run("search", "shaken", "parcel", "-k", "1").succeeded()
        let dedup = try sandbox.start([
          "dedup", "shaken", "--threshold", "0.97", "--guards", "none",
        ])
        usleep(UInt32.random(in: 1_000...150_000, using: &generator))
        kill(dedup.process.processIdentifier, SIGKILL)
        _ = try dedup.wait()
      }
    }
    try sandbox.run("index", "many.txt", "--out", "shaken").succeeded()
    #expect(try state(sandbox, "shaken") == expected)
    try sandbox.run("verify", "shaken").succeeded()
  }

  @Test func interruptedAndTakenUpAgain() throws {
    let sandbox = try Sandbox()
    try corpus(sandbox)
    let index = try sandbox.start(["index", "many.txt", "--out", "index"])
    usleep(60_000)
    kill(index.process.processIdentifier, SIGINT)
    let outcome = try index.wait()
    if outcome.status != 0 {
      outcome.fails(130, saying: "interrupted")
      #expect(!sandbox.exists("index"))
    }
    try sandbox.run("index", "many.txt", "--out", "index").succeeded()
    #expect(!sandbox.exists("index.partial"))
  }

  @Test func aBrokenPipeIsNoFailure() throws {
    let sandbox = try Sandbox()
    try corpus(sandbox)
    let outcome = try sandbox.shell("$S tokenize many.txt | head -1; exit ${PIPESTATUS[0]}")
    #expect(outcome.status == 0)
    #expect(outcome.text.hasPrefix("["))
  }
}
