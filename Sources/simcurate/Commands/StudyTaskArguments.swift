import ArgumentParser
import Study
import Training

extension LearningTask: ExpressibleByArgument {}

/// What the models of a comparison learn.
struct StudyTaskArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the models learn, as of finetune: classify, regress, pairs, relations, tokens, similarity or questions.",
      valueName: "task"))
  var task = StudyOptions().task
  @OptionGroup var tagNames: TagNamesOption
  @Option(
    help: ArgumentHelp(
      "Loss of sentence vectors: ranking, cosent, cosine, contrastive or triplet (default: by the data).",
      valueName: "kind"))
  var loss: SimilarityLoss?

  mutating func validate() throws {
    if tagNames.tagNames != nil, task != .tokens {
      throw ValidationError("--tag-names needs --task tokens.")
    }
    if loss != nil, task != .similarity {
      throw ValidationError("--loss needs --task similarity.")
    }
  }

  func settle(_ options: inout StudyOptions) {
    options.task = task
    options.tagNames = tagNames.list
    options.similarityLoss = loss
  }
}

/// Names of tags that records give as numbers.
struct TagNamesOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Names of the tags, parted by commas, where records give numbers.", valueName: "names"))
  var tagNames: String?

  var list: [String]? { tagNames?.split(separator: ",").map(String.init) }
}
