import Curation
import Foundation
import GRDB
import Study
import Testing

/// `compare --folds`: every record is tested once, by models that were not trained on it.
@Suite struct FoldCompareTests {
  private func prepared(_ sandbox: Sandbox = try! Sandbox()) throws -> Sandbox {
    let sandbox = try sandbox.deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    return sandbox
  }

  private func designs(_ sandbox: Sandbox, folds: Int) throws -> (OpenIndex, [StudyDesign]) {
    let index = try OpenIndex(at: sandbox.url("index"), readOnly: true)
    return (
      index,
      try StudyDesign.all(
        index, options: StudyOptions(foldCount: folds),
        dedup: index.options(of: "dedup", as: DedupOptions.self),
        split: index.options(of: "split", as: SplitOptions.self), monitor: StepMonitor())
    )
  }

  /// The fold that tests each record, by id.
  private func folds(_ sandbox: Sandbox) throws -> [String: Int] {
    let (index, designs) = try designs(sandbox, folds: 4)
    let ids = try index.records().ids
    return Dictionary(
      uniqueKeysWithValues: designs.enumerated().flatMap { fold, design in
        design.test.map { (ids[Int($0)], fold) }
      })
  }

  @Test func everyRecordIsTestedOnceAndNotTrainedOn() throws {
    let (index, designs) = try designs(prepared(), folds: 4)
    let table = try index.records()
    #expect(designs.flatMap(\.test).sorted() == (0..<UInt32(table.count)).map { $0 })
    for design in designs {
      let tested = Set(design.test)
      #expect(design.arms == designs[0].arms && design.arms.contains(.decontaminated))
      for arm in design.arms {
        for seed in [UInt64(0), 1] {
          let rows = design.rows(arm, seed: seed)
          #expect(!rows.isEmpty && tested.isDisjoint(with: rows))
        }
      }
      #expect(design.rows(.raw, seed: 0).count + tested.count == table.count)
    }
    // Of every label, and in all, as many as can be.
    func isEven(_ counts: [Int]) -> Bool { counts.max()! - counts.min()! <= 1 }
    #expect(isEven(designs.map(\.test.count)))
    for label in Set(table.strata) {
      #expect(isEven(designs.map { $0.test.count { table.strata[Int($0)] == label } }))
    }
  }

  @Test func foldsDoNotDependOnTheOrderOfRecords() throws {
    let straight = try prepared()
    let turned = try Sandbox()
    try turned.writeCorpus()
    let lines = try turned.text("corpus.jsonl").split(separator: "\n").reversed()
    try turned.write("corpus.jsonl", lines.joined(separator: "\n") + "\n")
    try TinyModel.write(to: turned.url("model"))
    for command in [
      ["index", "corpus.jsonl", "--out", "index"], ["dedup", "index", "--threshold", "0.8"],
      ["cluster", "index"], ["split", "index"],
    ] { try turned.run(command).succeeded() }
    #expect(try folds(turned) == folds(straight))
  }

  /// Interrupted within its second fold it goes on there, and comes to what an undisturbed one comes to.
  @Test func foldsAreComparedAndTakenUpAgain() throws {
    let sandbox = try prepared()
    let options = ["compare", "index", "--folds", "2", "--seeds", "2", "--study-steps", "3"]
    let plan = try sandbox.run(options + ["--plan", "--json"]).succeeded().object()
    let arms = try #require(plan["arms"] as? [[String: Any]]).count
    #expect(plan["folds"] as? Int == 2 && plan["models"] as? Int == 4 * arms)
    try FileManager.default.copyItem(at: sandbox.url("index"), to: sandbox.url("calm"))
    let running = try sandbox.start(options)
    try running.until {
      (try? FileManager.default.contentsOfDirectory(atPath: sandbox.url("index/runs").path))?
        .contains { $0.hasPrefix("raw-seed0-fold1-") } == true
    }
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.wait()
    let outcome = try sandbox.run(options + ["--json"]).succeeded()
    #expect(!outcome.errors.contains("model 1 of \(4 * arms)"))
    #expect(outcome.errors.contains("raw seed 1 fold 1, accuracy "))
    let calm = try sandbox.run(["compare", "calm"] + options.dropFirst(2) + ["--json"]).succeeded()
      .object()
    let summary = try outcome.object()
    let (analysis, undisturbed) = (summary["analysis"] as! NSObject, calm["analysis"] as! NSObject)
    #expect(analysis == undisturbed)
    #expect((analysis as? [String: Any])?["folds"] as? Int == 2)

    let database = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    let counts = try database.read {
      try Int.fetchAll(
        $0,
        sql: """
          SELECT count(*) FROM predictions JOIN runs ON runs.id = run GROUP BY arm, seed, row
          """)
    }
    #expect(counts.count == 2 * arms * (summary["testRecords"] as! Int))
    #expect(counts.allSatisfy { $0 == 1 })
    try sandbox.run("verify", "index", "--replay").succeeded()
    try sandbox.run("report", "index").succeeded()
    let report = try sandbox.text("index/report.md")
    for words in ["into 2 folds", "training sets of folds overlap"] {
      #expect(report.contains(words), "\(words)")
    }
    // Another number of folds is another comparison, whose runs are others.
    let other = try sandbox.run("compare", "index", "--seeds", "2", "--study-steps", "3")
      .succeeded()
    #expect(other.text.contains("folds 1 in place of 2"))
    let again = try sandbox.run(options).succeeded()
    #expect(!again.errors.contains("model 1 of"))
  }

  @Test func foldsAreRefusedWhereTheTestSetIsOne() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n")
    try sandbox.write("train.jsonl", lines.dropLast(40).joined(separator: "\n") + "\n")
    try sandbox.write("test.jsonl", lines.suffix(40).joined(separator: "\n") + "\n")
    try sandbox.run("index", "--train", "train.jsonl", "--test", "test.jsonl", "--out", "index")
      .succeeded()
    for step in ["dedup", "cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    for further in [[], ["--plan"]] {
      try sandbox.run(["compare", "index", "--folds", "3"] + further)
        .fails(saying: "the index has a given test set")
    }
  }
}
