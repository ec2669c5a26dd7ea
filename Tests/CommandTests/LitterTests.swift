import Foundation
import Testing

/// What killed commands leave goes with the next one.
@Suite struct LitterTests {
  private func hidden(_ sandbox: Sandbox) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: sandbox.folder.path).filter {
      $0.contains(".simcurate")
    }
  }

  /// A file of another command's goes too, if it was left in the same folder.
  @Test func ofAFileThatWasBeingWritten() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.shell("mkfifo gate.jsonl").succeeded()
    for out in ["v.npy", "v.jsonl"] {
      let embed = try sandbox.start(["embed", "gate.jsonl", "--out", out])
      try embed.until { try hidden(sandbox).contains { $0.contains(out) } }
      // What is being written is nobody else's to sweep.
      try sandbox.run("embed", "corpus.jsonl", "--out", "other.jsonl").succeeded()
      #expect(try hidden(sandbox).count == 1)
      kill(embed.process.processIdentifier, SIGKILL)
      _ = try embed.wait()
      #expect(try hidden(sandbox).count == 1 && !sandbox.exists(out))
      try sandbox.run("embed", "corpus.jsonl", "--out", "other.jsonl").succeeded()
      #expect(try hidden(sandbox).isEmpty)
    }
  }

  @Test func ofAnIndexAndItsRuns() throws {
    let sandbox = try Sandbox().deduplicated()
    let dead = 2_000_000_000
    for name in [
      ".report.html.\(dead)-1.simcurate", "runs/a/.log.jsonl.\(dead)-1.simcurate",
      "runs/a/.model.\(dead)-2.simcurate/config.json",
    ] { try sandbox.write("index/" + name, "half") }
    try sandbox.write(".index.\(dead)-9.simcurate/catalog.sqlite", "old")
    let own = "runs/a/.metrics.json.\(getpid())-1.simcurate"
    try sandbox.write("index/" + own, "by somebody at work")
    try sandbox.run("report", "index").succeeded()
    #expect(try hidden(sandbox) == ["index/" + own])
  }

  /// Folders that were made for a result are gone where there is none; others stay.
  @Test func ofResultsThatCameToNothing() throws {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    for command in ["index", "run"] {
      try sandbox.run(command, "missing.jsonl", "--out", "a/b/c").fails(saying: "missing.jsonl")
      #expect(!sandbox.exists("a"))
    }
    try sandbox.run("finetune", "index", "--frozen-layers", "99", "--out", "a/b/c").fails(
      saying: "frozenLayers")
    #expect(!sandbox.exists("a"))
    try sandbox.shell("mkdir -p a/b").succeeded()
    try sandbox.run("index", "missing.jsonl", "--out", "a/b/c/d").fails(saying: "missing.jsonl")
    #expect(sandbox.exists("a/b") && !sandbox.exists("a/b/c"))
    try sandbox.run("index", "corpus.jsonl", "--out", "a/b/c/d").succeeded()
    #expect(sandbox.exists("a/b/c/d/manifest.json"))
  }

  /// Models are written beside their places too, and exchanged.
  @Test func ofATrainedModel() throws {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    try sandbox.run("finetune", "index", "--steps", "1", "--out", "tuned").succeeded()
    try sandbox.run("compare", "index", "--seeds", "2", "--study-steps", "1").succeeded()
    try sandbox.run("verify", "index", "--replay").succeeded()
    let names = try FileManager.default.subpathsOfDirectory(atPath: sandbox.folder.path)
    let odd = names.filter { name in
      [".simcurate", ".nosync", ".partial", ".temporary", ".lock"].contains { name.contains($0) }
    }
    #expect(odd.isEmpty, "\(odd)")
  }
}
