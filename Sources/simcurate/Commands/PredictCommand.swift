import ArgumentParser
import Corpus
import Curation
import Foundation
import Study
import Training

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Classify texts with a fine-tuned model.",
    discussion: """
      MODEL is a folder that finetune wrote, or a run's folder in an index.

      Example: simcurate predict my-model "where is my parcel?"
               simcurate predict my-model - < questions.txt
      """)

  @Argument(help: ArgumentHelp("Model or run folder.", valueName: "model"))
  var model: String
  @Argument(help: ArgumentHelp("Texts; - reads one a line from standard input.", valueName: "text"))
  var texts: [String]
  @OptionGroup var common: CommonOptions

  struct Answer: Encodable {
    var text: String
    var label: String
    var probability: Double
    var probabilities: [String: Double]
  }

  func run() throws {
    _ = common.begin()
    let folder = URL(fileURLWithPath: model)
    let inside = folder.appendingPathComponent("model")
    let isRun = FileManager.default.fileExists(
      atPath: inside.appendingPathComponent("config.json").path)
    let classifier = try SequenceClassifier(savedAt: isRun ? inside : folder)
    let texts = try self.texts == ["-"] ? standardInput() : self.texts
    let answers = try zip(texts, classifier.logits(texts)).map { text, logits in
      let probabilities = SequenceClassifier.softmax(logits)
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }!
      return Answer(
        text: text, label: classifier.labels[best], probability: probabilities[best],
        probabilities: Dictionary(uniqueKeysWithValues: zip(classifier.labels, probabilities)))
    }
    try common.show(answers) { answers in
      answers.map {
        String(format: "%@\t%.3f\t%@\n", $0.label, $0.probability, excerpt($0.text, limit: 100))
      }.joined()
    }
  }

  private func standardInput() throws -> [String] {
    var texts: [String] = []
    try CorpusReader(options: ReadingOptions(format: .text)).read(CorpusReader.standardInput) {
      texts.append($0.text)
    }
    return texts
  }
}
