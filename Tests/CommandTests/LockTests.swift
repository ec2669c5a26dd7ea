import Foundation
import GRDB
import Testing

/// Two commands at work on one index. One of each pair waits at a named pipe, so it holds its lock for
/// as long as the test wants.
@Suite struct LockTests {
  /// The command that holds the lock on `index`, as its lock file says.
  private func holder(_ sandbox: Sandbox, _ index: String = "index") -> String {
    (try? sandbox.text(".\(index).lock")) ?? ""
  }

  private func threshold(_ sandbox: Sandbox) throws -> Double {
    let queue = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    let options = try queue.read {
      try String.fetchOne($0, sql: "SELECT options FROM steps WHERE name = 'dedup'")!
    }
    let object = try JSONSerialization.jsonObject(with: Data(options.utf8)) as! [String: Any]
    return (object["threshold"] as! Double * 100).rounded() / 100
  }

  /// `dedup` that has the index alone until the pipe `gate.csv` is written.
  private func writer(_ sandbox: Sandbox) throws -> Invocation {
    try sandbox.shell("mkfifo gate.csv").succeeded()
    let writer = try sandbox.start([
      "dedup", "index", "--threshold", "0.9", "--reviewed", "gate.csv",
    ])
    try writer.until { holder(sandbox).contains("gate.csv") }
    return writer
  }

  @Test func aSecondCommandFailsAtOnceOrWaits() throws {
    let sandbox = try Sandbox().deduplicated()
    let first = try writer(sandbox)
    for command in [
      ["dedup", "index"], ["cluster", "index"], ["split", "index"], ["finetune", "index"],
      ["compare", "index"], ["keep", "index", "cs-001"], ["composition", "index"],
      ["report", "index"], ["index", "corpus.jsonl", "--out", "index"],
      ["run", "corpus.jsonl", "--out", "index"], ["search", "index", "parcel"],
      ["explain", "index", "cs-001"], ["export", "index", "--out", "-"], ["verify", "index"],
      ["review", "index", "--out", "r.csv"], ["calibrate", "index"],
      ["leak", "index", "corpus.jsonl"],
    ] {
      try sandbox.run(command + ["--no-wait"]).fails(
        saying: "index: expected no other command", "--reviewed gate.csv'",
        "process \(first.process.processIdentifier), since 20", "--no-wait")
    }
    let second = try sandbox.start(["dedup", "index", "--threshold", "0.7"])
    let third = try sandbox.start(["search", "index", "parcel", "-k", "1"])
    for waiting in [second, third] {
      try waiting.until { waiting.errorsSoFar.contains("waiting for index, on which '") }
    }
    kill(third.process.processIdentifier, SIGINT)
    try third.wait().fails(130, saying: "interrupted")
    #expect(first.process.isRunning && second.process.isRunning)
    try sandbox.shell("printf 'id,decision\\ncs-002,\\n' > gate.csv").succeeded()
    try first.wait().succeeded()
    try second.wait().succeeded()
    #expect(try threshold(sandbox) == 0.7)
    #expect(!sandbox.exists(".index.lock"))
  }

  @Test func aKilledHolderHoldsNothing() throws {
    let sandbox = try Sandbox().deduplicated()
    let first = try writer(sandbox)
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.wait()
    try sandbox.run("dedup", "index", "--threshold", "0.7", "--no-wait").succeeded()
    #expect(!sandbox.exists(".index.lock"))
  }

  @Test func readersShare() throws {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.shell("mkfifo gate.jsonl").succeeded()
    let reader = try sandbox.start(["export", "index", "--out", "gate.jsonl"])
    try reader.until { holder(sandbox).contains("export") }
    try sandbox.run("search", "index", "parcel", "-k", "1", "--no-wait").succeeded()
    try sandbox.run("verify", "index", "--no-wait").succeeded()
    try sandbox.run("dedup", "index", "--no-wait").fails(saying: "--no-wait")
    try sandbox.shell("cat gate.jsonl > kept.jsonl").succeeded()
    try reader.wait().succeeded()
    #expect(try !sandbox.rows("kept.jsonl").isEmpty)
    try sandbox.run("dedup", "index", "--no-wait").succeeded()
  }

  /// An index that is only being built is held as well.
  @Test func oneBuildsAnIndex() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.shell("mkfifo gate.jsonl").succeeded()
    let first = try sandbox.start(["index", "gate.jsonl", "--out", "new/index"])
    try first.until { (try? sandbox.text("new/.index.lock"))?.contains("gate.jsonl") == true }
    for command in ["index", "run"] {
      try sandbox.run(command, "corpus.jsonl", "--out", "new/index", "--no-wait").fails(
        saying: "gate.jsonl")
    }
    let second = try sandbox.start(["index", "corpus.jsonl", "--out", "new/index"])
    try second.until { second.errorsSoFar.contains("waiting for") }
    try sandbox.shell("cat corpus.jsonl > gate.jsonl").succeeded()
    try first.wait().succeeded()
    #expect(try second.wait().succeeded().text.contains("nothing to do"))
  }

  /// What `run` reports is what it decided: another `dedup` waits for all of its steps.
  @Test func runHoldsItsIndexOverAllSteps() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.shell("mkfifo gate.jsonl").succeeded()
    let run = try sandbox.start([
      "run", "gate.jsonl", "--out", "index", "--threshold", "0.9", "--seeds", "2",
      "--study-steps", "2", "--epochs", "1", "--json",
    ])
    try run.until { holder(sandbox).contains("run gate.jsonl") }
    let dedup = try sandbox.start(["dedup", "index", "--threshold", "0.8"])
    try dedup.until { dedup.errorsSoFar.contains("'simcurate run gate.jsonl") }
    try sandbox.shell("cat corpus.jsonl > gate.jsonl").succeeded()
    let report = try run.wait().succeeded().object()
    #expect((report["removal"] as? [String: Any])?["threshold"] as? Double == 0.9)
    try dedup.wait().succeeded()
    #expect(try threshold(sandbox) == 0.8)
  }
}
