import Foundation
import Testing

/// The command on processors that lack what this one may have.
@Suite struct ProcessorTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    return sandbox
  }

  @Test(arguments: [
    ("baseline", ["f32"]), ("avx2", ["f32", "int7"]), ("avx512", ["f32", "int7"]),
  ])
  func inspectNamesThePrecisionsThereAre(level: String, precisions: [String]) throws {
    let outcome = try sandbox().shell(
      "SIMCURATE_PROCESSOR=\(level) $S model inspect model --json"
    ).succeeded()
    #expect(try outcome.object()["precisions"] as? [String] == precisions)
  }

  /// These ended in a crash: the error's text asked for itself without end.
  @Test func aPrecisionTheProcessorLacksIsAnError() throws {
    let sandbox = try sandbox()
    try sandbox.shell(
      "SIMCURATE_PROCESSOR=avx2 $S embed corpus.jsonl --precision bf16 --out v.npy"
    ).fails(saying: "AVX512-BF16", "found AVX2", "auto, or one of f32, int7")
    try sandbox.shell(
      "SIMCURATE_PROCESSOR=baseline $S index corpus.jsonl --precision int8 --out index"
    ).fails(saying: "AVX2", "found baseline")
    #expect(!sandbox.exists("v.npy") && !sandbox.exists("index"))
  }

  /// Without VNNI `int8` has 7 bits; the index says so, and a processor with VNNI goes on with it.
  @Test func anIndexSaysWhichPrecisionMadeIt() throws {
    let sandbox = try sandbox()
    try sandbox.shell(
      "SIMCURATE_PROCESSOR=avx2 $S index corpus.jsonl --precision int8 --out index"
    ).succeeded()
    let manifest = try #require(
      JSONSerialization.jsonObject(with: sandbox.data("index/manifest.json")) as? [String: Any])
    #expect((manifest["model"] as? [String: Any])?["precision"] as? String == "int7")
    try sandbox.shell("SIMCURATE_PROCESSOR=avx2 $S search index 'my order'").succeeded()
    try sandbox.shell("SIMCURATE_PROCESSOR=baseline $S search index 'my order'")
      .fails(saying: "int7", "AVX2")
  }

  @Test func aLevelThatIsNoneIsRefused() throws {
    try sandbox().shell("SIMCURATE_PROCESSOR=avx1024 $S model inspect model")
      .fails(64, saying: "SIMCURATE_PROCESSOR", "baseline, avx2, avx512, native")
  }

  /// The whole first half of the job without AVX2, and the same decisions with it.
  @Test func decisionsDoNotDependOnTheProcessor() throws {
    let sandbox = try sandbox()
    for level in ["baseline", "avx2"] {
      try sandbox.shell(
        """
        export SIMCURATE_PROCESSOR=\(level)
        $S index corpus.jsonl --precision f32 --out \(level) && $S dedup \(level) --threshold 0.8 \
          --export-removed \(level).jsonl && $S verify \(level)
        """
      ).succeeded()
    }
    func removed(_ level: String) throws -> [[String]] {
      try sandbox.rows("\(level).jsonl").map { [$0["id"], $0["witness"]].map { "\($0!)" } }
    }
    #expect(try removed("baseline").count > 5)
    #expect(try removed("baseline") == removed("avx2"))
  }
}
