import Files
import Foundation
import Testing

/// Options that the library names in its errors.
@Suite struct OptionNameTests {
  /// What an error tells a person to give is there to be given.
  @Test func everyNamedOptionIsOneOfACommand() throws {
    let help = try Sandbox().run("--experimental-dump-help").succeeded().text
    for option in OptionName.allCases {
      #expect(help.contains("\"name\" : \"\(option.rawValue)\""), "\(option)")
    }
  }

  /// The library alone says what values may be; the command says it with its usage.
  @Test(
    arguments: [
      ("dedup --threshold 2", "--threshold: expected a cosine above 0 and at most 1, found 2.0"),
      ("dedup --lexical-threshold 0", "--lexical-threshold: expected a Jaccard index above 0"),
      ("dedup --containment 3", "--containment: expected a share above 0"),
      ("split --shares 0.5,0.5,0.5", "--shares: expected three positive shares that sum to 1"),
      ("split --shares 1", "--shares must be three positive shares"),
      ("split --folds 1", "--folds: expected at least 2, found 1"),
      ("split --selection mmr", "--selection mmr: expected --quality-field FIELD with it"),
      ("split --quota a=1 --balance none", "--quota: expected groups to which it applies"),
      ("compare --seeds 0", "--seeds: expected at least 1, found 0"),
      ("compare --margin-clean 1", "--margin-clean: expected a difference between 0 and 1"),
      ("compare --test-share 1", "--test-share: expected a share between 0 and 1"),
    ])
  func valuesThatMeanNothing(arguments: String, message: String) throws {
    var words = arguments.split(separator: " ").map(String.init)
    words.insert("index", at: 1)
    try Sandbox().run(words).fails(64, saying: message, "Usage")
  }

  /// A count that no memory holds and no life is long enough for is refused before anything is opened.
  @Test(
    arguments: [
      "finetune --epochs", "finetune --steps", "finetune --batch-size", "finetune --batch-tokens",
      "finetune --patience", "finetune --save-every", "finetune --accumulation",
      "finetune --threads", "finetune --seed", "compare --seed",
      "finetune --method lora --lora-rank",
      "finetune --few-shot --pairs-per-text", "finetune --task similarity --hard-negatives",
      "sweep --trials", "sweep --epochs", "compare --seeds", "compare --study-steps",
      "compare --epochs", "compare --batch-size",
    ])
  func countsBeyondAllMeasure(arguments: String) throws {
    var words = arguments.split(separator: " ").map(String.init)
    let option = try #require(words.last)
    words.insert("index", at: 1)
    let outcome = try Sandbox().run(words + ["\(Int.max)"])
    outcome.fails(64, saying: option, "\(Int.max)", "Usage")
  }

  /// Counts that more than is there is no fault of, and the last seed.
  @Test func whatIsMoreThanThereIs() throws {
    let sandbox = try Sandbox().deduplicated()
    for step in ["cluster", "split"] { try sandbox.run(step, "index").succeeded() }
    let train = ["finetune", "index", "--steps", "1", "--force", "--out", "tuned"]
    for option in ["--maximum-tokens", "--shots"] {
      try sandbox.run(train + [option, "\(Int.max)"]).succeeded()
    }
    for option in ["--batch-size", "--batch-tokens"] {
      try sandbox.run(train + [option, "1000000000"]).succeeded()
    }
    try sandbox.run(train + ["--seed", "2000000000"]).succeeded()
    try sandbox.run(train + ["--frozen-layers", "\(Int.max)"]).fails(saying: "frozenLayers")
    try sandbox.run("verify", "index").succeeded()
    let compare = ["compare", "index", "--study-steps", "1", "--seeds", "2", "--plan"]
    try sandbox.run(compare + ["--seed", "2000000000"]).succeeded()
  }
}
