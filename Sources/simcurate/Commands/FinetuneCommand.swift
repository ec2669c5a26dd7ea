import ArgumentParser
import Curation
import Files
import Foundation
import Recipes
import Study
import Training
import Transformer

struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract:
      "Fine-tune a model for labels, numbers, tags, vectors or answers on the split and score it on the test part.",
    discussion: """
      The model may be of any family that embeds (BERT, DistilBERT, RoBERTa, XLM-RoBERTa, CamemBERT, MPNet, \
      ModernBERT, Nomic-BERT); the result is a Hugging Face model folder that transformers loads as \
      AutoModelForSequenceClassification. With --method lora the weights stay as they are and small \
      adapters beside them learn: the folder then holds both merged, and its folder adapter what \
      Python's PEFT opens. Beside its scores stand those of a nearest neighbor, a nearest \
      centroid and a linear model on the vectors of the index as they are, which it has to beat.

      Where the index has several labels a record (an array in JSON, or a field divided by index \
      --label-separator) each is learned by itself; the probability from which on a label holds is chosen on \
      the development part and saved with the model. With --task regress labels are numbers, and the model \
      gives one in their units. Neither has a baseline on frozen vectors.

      With --task pairs two texts are read together, as a tokenizer joins pairs: the index has two fields of \
      text (index --text-field question --text-field answer). Labels, sets or numbers are learned of them, as \
      the index has them; of two labels the second by name is the one that F1 and average precision are \
      about.

      With --few-shot a few records of each label are enough (--shots 8 draws so many): sentence vectors learn \
      from pairs of texts which are of the same label, then logistic regression is fitted to them. With \
      --method head the vectors of the index stay as they are, which takes seconds. Either folder is for \
      predict, and for sentence-transformers, which opens it for its vectors.

      With --task relations texts mark two entities, <e1>author</e1> and <e2>disassembler</e2>, or JSON lines \
      give their places in e1 and e2 as [start, end]; the label says how the second is to the first. The \
      states at both learn it. Directions (e1,e2) and (e2,e1) at a label's end are one relation, scored as \
      SemEval-2010 task 8 does, without --other-label.

      With --task tokens the words of sentences are tagged, for named entities: the index holds CoNLL \
      files, or JSON lines with tokens and tags, or with entities by their offsets; IOB1, IOB2 and BIOES \
      are recognized. The result is an AutoModelForTokenClassification.

      With --task similarity sentence vectors learn what is alike. Records of two text fields \
      (index --text-field a --text-field b) are pairs, with a number as label pairs with a score; of more \
      fields the third and later ones are negatives. Records of one text are paired by their labels, or by \
      their paraphrase clusters. The result is a sentence-transformers folder, for --model of index and embed.

      With --task questions the model learns to find answers in texts: the index holds SQuAD's JSON, or JSON \
      lines with question, context and answers. Contexts longer than --maximum-tokens are read in windows; \
      where some questions have no answer, how sure "no answer" has to be is chosen on the development part. \
      The result is an AutoModelForQuestionAnswering.

      Examples:
        simcurate finetune indexes/reviews --arm balanced --out my-model
        simcurate finetune indexes/essays --task regress --out my-grader
        simcurate finetune indexes/banking77 --few-shot --shots 8 --out my-intents
        simcurate finetune indexes/semeval --task relations --out my-relations
        simcurate finetune indexes/wnut17 --task tokens --out my-tagger
        simcurate finetune indexes/sts --task similarity --out my-encoder
        simcurate finetune indexes/squad --task questions --out my-reader
        simcurate finetune indexes/reviews --method lora --lora-rank 16 --lora-targets all-linear
        simcurate finetune indexes/reviews --print-config > recipe.yaml
        simcurate finetune indexes/reviews --recipe recipe.yaml --seed 1
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var finetune: FinetuneArguments
  @Option(help: ArgumentHelp("Model folder to write (default: in the index).", valueName: "dir"))
  var out: String?
  @OptionGroup var force: ForceOption
  @OptionGroup var recipe: RecipeOption
  @OptionGroup var printing: PrintOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    if printing.printConfig { return try printConfiguration(console) }
    let index = try index.open(.exclusive, console)
    let summary = try finetune.step(index, finetune.model.open(), console.monitor)
      .run(output: out.map { URL(fileURLWithPath: $0) }, replacing: force.force)
    console.finish()
    try common.show(summary) { $0.text }
  }

  private func printConfiguration(_ console: Console) throws {
    let index = try index.open(.shared, console)
    var command = self
    do {
      let model = try finetune.model.open()
      let options = try finetune.step(index, model, console.monitor).trainingOptions()
      command.finetune.settle(options, model: model.url)
    } catch let error as FileError {
      console.remark("what follows from model and data is left open: \(error)")
    }
    let settings = Settings(OptionField.all(of: command).map(\.setting))
    let yaml = try settings.yaml()
    try common.show(settings) { _ in yaml }
  }
}

extension FinetuneCommand: RecipeCommand {}

/// Whether a command only says what it would do.
struct PrintOption: ParsableArguments {
  @Flag(
    help: "Print the configuration, all defaults in it, as a recipe, and train nothing.")
  var printConfig = false
}

extension FinetuneSummary {
  var text: String {
    var text = nothingToDo ? "finetune: nothing to do; " : "finetune: "
    text += "\(arm.rawValue), \(metrics.trainingRecords) records, \(metrics.updates) updates"
    text += String(format: ", %.0f examples/s; ", metrics.examplesPerSecond)
    if let tagging = metrics.tagging { return text + tagging.text + "model: \(model)\n" }
    if let similarity = metrics.similarity { return text + similarity.text + "model: \(model)\n" }
    if let answers = metrics.answers { return text + answers.text + "model: \(model)\n" }
    let scores =
      metrics.report?.table ?? metrics.multiLabel?.table ?? metrics.regression?.text ?? ""
    text += "scores on \(testRecords) test records:\n" + scores + baselines + guesses
    if let binary = metrics.binary { text += binary.text }
    if let relations = metrics.relations { text += relations.table }
    if let threshold = metrics.threshold {
      text += String(format: "a label holds from a probability of %.3f on\n", threshold)
    }
    return text + "model: \(model)\n"
  }

  private var testRecords: Int {
    metrics.report.map { $0.classes.reduce(0) { $0 + $1.support } } ?? metrics.multiLabel?.items
      ?? metrics.regression?.items ?? 0
  }

  /// Of a model that might as well guess.
  private var guesses: String {
    guard let report = metrics.report, let majority = report.majority, majority.share < 1,
      report.accuracy <= majority.share
    else { return "" }
    return String(
      format:
        "WARNING: the model (%.3f) is right no more often than always answering '%@' (%.3f); try another "
        + "--learning-rate, more records or a larger encoder\n",
      report.accuracy, majority.label, majority.share)
  }

  private var baselines: String {
    guard let baselines = metrics.baselines, let report = metrics.report else { return "" }
    let scores = baselines.map { String(format: "%@ %.3f", $0.baseline.title, $0.accuracy) }
    var text = "on the frozen vectors: " + scores.joined(separator: ", ") + "\n"
    if let better = metrics.betterBaseline {
      text += String(
        format: "WARNING: the model (%.3f) is below the %@ on the frozen vectors (%.3f); try more "
          + "--epochs, another --learning-rate, or keep that classifier\n",
        report.accuracy, better.baseline.title, better.accuracy)
    }
    return text
  }
}

extension ClassificationReport {
  /// The table of precision, recall, F1 and support, as scikit-learn's users know it.
  var table: String {
    scoreTable(
      Array(zip(labels, classes)),
      [("micro average", micro), ("macro average", macro), ("weighted average", weighted)])
      + String(format: "accuracy %.3f\n", accuracy)
  }
}

extension TagScores {
  var text: String {
    func line(_ name: String, _ scores: LabelScores) -> String {
      String(
        format: "%@ precision %.3f, recall %.3f, F1 %.3f on %d entities\n", name, scores.precision,
        scores.recall, scores.f1, scores.support)
    }
    return """
      scores on the test part's words:

      \(tags)
      and on its entities, exactly as they lie:

      \(entities)
      \(line("names that training had:    ", bySurface.seen))\
      \(line("names that training had not:", bySurface.unseen))
      """
  }
}
