import Foundation
import Testing

/// What is there is not lost without a word.
@Suite struct OverwriteTests {
  /// Decided by hand about a record, and trained once.
  private func trained() throws -> Sandbox {
    let sandbox = try Sandbox().deduplicated()
    try sandbox.run("keep", "index", "cs-001").succeeded()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    try sandbox.run("finetune", "index", "--steps", "1").succeeded()
    try sandbox.write("other.txt", "Where is my parcel?\nI want my money back.\n")
    return sandbox
  }

  @Test func anotherCorpusReplacesNoIndex() throws {
    let sandbox = try trained()
    let before = try sandbox.snapshot("index")
    for command in ["index", "run"] {
      try sandbox.run(command, "other.txt", "--out", "index").fails(
        saying: "index: expected",
        "one of other records: 227 records, 1 decision by hand, "
          + "1 trained run (finetune-deduped-seed0-", "1 model", "--force", "--append")
    }
    try TinyModel.write(to: sandbox.url("other"), seed: 2)
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--model", "other").fails(
      saying: "one by another model: 227 records")
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--precision", "int7").fails(
      saying: ", not in int7: 227 records")
    #expect(try sandbox.snapshot("index") == before && !sandbox.exists("index.partial"))
    // The same again, and a run at another threshold, ask for nothing.
    let again = try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    #expect(again.text.contains("nothing to do"))
    try sandbox.run(
      "run", "corpus.jsonl", "--out", "index", "--threshold", "0.85", "--seeds", "2",
      "--study-steps", "1", "--epochs", "1"
    ).succeeded()
    try sandbox.run("index", "other.txt", "--out", "index", "--append", "--force").fails(
      64, saying: "--append")
    let forced = try sandbox.run("index", "other.txt", "--out", "index", "--force", "--json")
    #expect(try forced.succeeded().object()["records"] as? Int == 2)
    #expect(!sandbox.exists("index/runs"))
  }

  @Test func anIndexThatCannotBeReadIsNotReplaced() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.write("index/manifest.json", "{")
    try sandbox.run("index", "corpus.jsonl", "--out", "index").fails(
      saying: "one that cannot be read", "--force")
    #expect(try sandbox.text("index/manifest.json") == "{")
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--force").succeeded()
  }

  /// A refused command with another model leaves what an unfinished one has embedded.
  @Test func aRefusedCommandLeavesTheJournal() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.write("index.partial/vectors.journal", "half")
    try TinyModel.write(to: sandbox.url("other"), seed: 2)
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--model", "other").fails(
      saying: "another model")
    #expect(try sandbox.text("index.partial/vectors.journal") == "half")
  }

  @Test func aModelReplacesNoOther() throws {
    let sandbox = try trained()
    let train = ["finetune", "index", "--steps", "2", "--out", "tuned"]
    try sandbox.run(train).succeeded()
    let before = try sandbox.snapshot("tuned")
    #expect(try sandbox.run(train).succeeded().text.contains("nothing to do"))
    let other = ["finetune", "index", "--steps", "1", "--out", "tuned"]
    try sandbox.run(other).fails(
      saying: "tuned: expected", "a model of 6 labels (", "accuracy 0.", "--force")
    try sandbox.run("finetune", "index", "--out", "model").fails(saying: "model: expected")
    try sandbox.write("notes/todo.txt", "mine")
    for out in ["notes", "other.txt"] {
      try sandbox.run("finetune", "index", "--steps", "1", "--out", out, "--force").fails(
        saying: "\(out): expected", "another")
    }
    #expect(try sandbox.snapshot("tuned") == before)
    #expect(try sandbox.text("notes/todo.txt") == "mine")
    #expect(try sandbox.text("other.txt").hasPrefix("Where"))
    try sandbox.run(other + ["--force"]).succeeded()
    #expect(try sandbox.snapshot("tuned") != before)
    #expect(try sandbox.run(other).succeeded().text.contains("nothing to do"))
    try sandbox.run("predict", "tuned", "Where is my parcel?").succeeded()
  }

  /// Files are replaced, as other commands do; folders if nothing else is in them.
  @Test func exportedFoldersAreReplacedAsAWhole() throws {
    let sandbox = try trained()
    try sandbox.run("split", "index", "--folds", "3").succeeded()
    try sandbox.write("kept.jsonl", "before")
    try sandbox.run("export", "index", "--out", "kept.jsonl").succeeded()
    #expect(try sandbox.rows("kept.jsonl").count > 2)
    for (what, file) in [("splits", "balanced"), ("folds", "fold2-test"), ("dataset", "train")] {
      let export = ["export", "index", "--what", what, "--out"]
      try sandbox.run(export + [what, "--format", "csv"]).succeeded()
      try sandbox.run(export + [what]).succeeded()
      #expect(sandbox.exists("\(what)/\(file).jsonl") && !sandbox.exists("\(what)/\(file).csv"))
      try sandbox.write("\(what)/notes.txt", "mine")
      let before = try sandbox.snapshot(what)
      try sandbox.run(export + [what]).fails(saying: "\(what): expected", "'notes.txt'", "hint: ")
      #expect(try sandbox.snapshot(what) == before)
    }
    try sandbox.shell("rm folds/notes.txt").succeeded()
    try sandbox.run("split", "index", "--folds", "2").succeeded()
    try sandbox.run("export", "index", "--what", "folds", "--out", "folds").succeeded()
    #expect(!sandbox.exists("folds/fold2-test.jsonl"))
    try sandbox.run("split", "index", "--export", "folds").fails(saying: "'fold0-test.jsonl'")
    try sandbox.write("project/README.md", "# Mine")
    try sandbox.run("export", "index", "--what", "dataset", "--out", "project").fails(
      saying: "'README.md'")
    #expect(try sandbox.text("project/README.md") == "# Mine")
    try sandbox.run("export", "index", "--out", "project").fails(saying: "project")
  }

  /// Decisions that somebody typed into a list are not lost with it.
  @Test func aReviewedListIsNotReplacedBeforeItIsApplied() throws {
    let sandbox = try Sandbox().deduplicated()
    let review = ["review", "index", "--out", "review.csv"]
    for _ in 0..<2 { try sandbox.run(review).succeeded() }
    let lines = try sandbox.text("review.csv").components(separatedBy: "\r\n")
    let id = try #require(lines[1].components(separatedBy: ",").first)
    try sandbox.write(
      "review.csv",
      ([lines[0], lines[1].replacing("\(id),,", with: "\(id),Keep,")] + lines[2...])
        .joined(separator: "\r\n"))
    let before = try sandbox.data("review.csv")
    try sandbox.run(review).fails(
      saying: "review.csv: expected", "1 that were not, the first for '\(id)'", "--reviewed")
    #expect(try sandbox.data("review.csv") == before)
    try sandbox.run("dedup", "index", "--threshold", "0.8", "--reviewed", "review.csv").succeeded()
    try sandbox.run(review).succeeded()
    #expect(try sandbox.data("review.csv") != before)
    try sandbox.write("review.csv", "something else")
    try sandbox.run(review).succeeded()
  }
}
