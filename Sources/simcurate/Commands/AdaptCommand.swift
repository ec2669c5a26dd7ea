import ArgumentParser
import Corpus
import Curation
import Foundation
import Study
import Training
import Transformer

struct AdaptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapt",
    abstract:
      "Adapt an encoder to judged pairs, if that finds duplicates better on pairs it had not learned from.",
    discussion: """
      Pairs are texts (text_a, text_b, duplicate), as calibrate --label writes them, or with --ids ids of the \
      index (id_a, id_b, duplicate). They are divided into folds that share no text; each fold is tested by an \
      encoder that learned from others, with a threshold that a third fold chose, beside the encoder as it is. \
      The change of F1 comes with a 95% interval over groups of pairs. An adapted encoder is written only if \
      all of the interval is above zero, from 30 groups or more; with --index-out the records of the index are \
      then embedded again. Decisions by hand stay.

      Examples:
        simcurate adapt --pairs pairs.csv --out my-encoder
        simcurate adapt indexes/reviews --pairs indexes/reviews.decisions.csv --out my-encoder \\
          --index-out indexes/reviews-adapted
      """)

  @Argument(help: ArgumentHelp("Index folder.", valueName: "index"))
  var index: String?
  @Option(help: ArgumentHelp("Judged pairs (.jsonl, .csv, .tsv).", valueName: "file"))
  var pairs: String
  @OptionGroup var fields: PairFieldOptions
  @Flag(help: "The pairs are ids of the index.")
  var ids = false
  @Option(help: ArgumentHelp("Folder of the adapted encoder.", valueName: "dir"))
  var out: String
  @Option(
    help: ArgumentHelp(
      "Embed the records of the index again, into this folder.", valueName: "index"))
  var indexOut: String?
  @Option(
    help: ArgumentHelp("Parts that the pairs are divided into, at least 3.", valueName: "k"))
  var folds = AdaptOptions().folds
  @Option(
    help: ArgumentHelp(
      "Loss of sentence vectors: contrastive, cosent or cosine.", valueName: "kind"))
  var loss: SimilarityLoss = .contrastive
  @Option(
    within: TrainingOptions.Limits.maximumTokens, help: "Cut texts to this many tokens.",
    valueName: "n")
  var maximumTokens = AdaptOptions().maximumTokens
  @OptionGroup var model: ModelOptions
  @OptionGroup var training: TrainingArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var force: ForceOption
  @OptionGroup var locks: LockOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard folds >= 3 else { throw ValidationError("--folds must be at least 3, got \(folds).") }
    guard loss.usesScores else {
      throw ValidationError("--loss must be contrastive, cosent or cosine, got \(loss.rawValue).")
    }
    for (name, isGiven) in [("--ids", ids), ("--index-out", indexOut != nil)]
    where isGiven && index == nil {
      throw ValidationError("\(name) needs an index.")
    }
  }

  func run() throws {
    let console = common.begin()
    let open = try index.map { path in
      let url = URL(fileURLWithPath: path)
      try locks.hold(url, .shared, console)
      return try OpenIndex(at: url, readOnly: true)
    }
    let output = URL(fileURLWithPath: out)
    try locks.hold(output, .exclusive, console)
    var summary = try AdaptStep(
      judged(open), model: model.open(), options: options, monitor: console.monitor
    ).run(output: output, replacing: force.force)
    if summary.isRecommended, let open, let indexOut {
      summary.index = try embedAgain(open, with: output, to: indexOut, console)
    }
    console.finish()
    try common.show(summary) { $0.text }
  }

  private var options: AdaptOptions {
    var options = AdaptOptions()
    options.folds = folds
    options.seed = seed.seed
    options.similarity.loss = loss
    options.maximumTokens = maximumTokens
    options.training = training.choice
    return options
  }

  private func judged(_ index: OpenIndex?) throws -> [JudgedPair] {
    let labeled = try fields.reader(ids: ids).read(CorpusReader.location(pairs))
    guard ids, let index else { return JudgedPair.sure(labeled) }
    return try JudgedPair.sure(labeled, of: index)
  }

  private func embedAgain(
    _ index: OpenIndex, with model: URL, to path: String, _ console: Console
  ) throws -> String {
    let url = URL(fileURLWithPath: path)
    try locks.hold(url, .exclusive, console)
    return try IndexStep(
      folder: url, account: StepAccount(command: commandLine), monitor: console.monitor
    ).embedAgain(
      index, embedder: EmbeddingModel.open(model, options: EmbeddingOptions()),
      replacing: force.force
    ).index
  }
}

extension AdaptSummary {
  var text: String {
    var text = nothingToDo ? "adapt: nothing to do; " : "adapt: "
    text +=
      "\(pairs) judged pairs, \(duplicates) of them duplicates; \(tested) tested in \(folds) folds "
    text += "without common texts, \(groups) groups\n"
    if tested < pairs {
      text += "       \(pairs - tested) pairs of texts from two folds were not tested\n"
    }
    var table = Table([("", .left), ("before", .right), ("after", .right), ("change", .right)])
    func row(_ name: String, _ value: KeyPath<DuplicateScores, Double>) -> [String] {
      let (old, new) = (before[keyPath: value], after[keyPath: value])
      return [
        name, String(format: "%.3f", old), String(format: "%.3f", new),
        String(format: "%+.3f", new - old),
      ]
    }
    var f1 = row("F1", \.f1)
    f1[3] += String(format: " [%+.3f, %+.3f]", gain.low, gain.high)
    table.add(f1)
    table.add(row("precision", \.precision))
    table.add(row("recall", \.recall))
    table.add(row("average precision", \.averagePrecision))
    return text + table.text + conclusion
  }

  private var conclusion: String {
    guard isRecommended, let model, let threshold else {
      if groups < Self.leastGroups {
        return
          "no encoder is recommended: \(groups) groups of pairs say too little, it takes \(Self.leastGroups)\n"
      }
      return gain.high < 0
        ? "no encoder is recommended: it finds duplicates worse than the one there is\n"
        : "no encoder is recommended: the interval of the change has zero in it\n"
    }
    var text = String(format: "encoder: %@; duplicates from cosine %.2f up\n", model, threshold)
    if let index { text += "embedded again: \(index); next: simcurate dedup \(index)\n" }
    return text
  }
}
