import Curation
import Foundation
import Training
import Transformer

/// What the step `finetune` made.
public struct FinetuneSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// The model folder, in Hugging Face layout.
  public var model: String
  /// Does the step, or says that it was done before.
  public var run: String
  /// What is trained on.
  public var arm: Arm
  /// What the run is judged by.
  public var metrics: RunMetrics
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
}

/// Fine-tunes a model on the split's training part and scores it on its test part, whatever it learns: what
/// differs between tasks is the ``TrainingRequest`` that is made of the index.
public struct FinetuneStep {
  let index: OpenIndex
  let model: ModelFolder
  let options: FinetuneOptions
  let monitor: StepMonitor
  let memory: LearningMemory

  /// Only prepares the work.
  ///
  /// - Parameter memory: of what other trainings have read of the same index.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: FinetuneOptions, monitor: StepMonitor,
    memory: LearningMemory = LearningMemory()
  ) {
    self.index = index
    self.model = model
    self.options = options
    self.monitor = monitor
    self.memory = memory
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if the index has too little of what the task learns, or there is something
  ///   else at `output`; `FileError` naming a record that lacks it; ``Interrupted`` after a stop: the
  ///   checkpoint stays for the next time.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    try run(request(), output, replacing)
  }

  private func run(_ request: some TrainingRequest, _ output: URL?, _ replacing: Bool) throws
    -> FinetuneSummary
  {
    request.remarks.forEach(monitor.remark)
    let id = try request.id(model)
    let target = output ?? Self.modelFolder(index, run: id)
    let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing)
    let metrics =
      try known
      ?? RunRecorder(index: index, model: model, monitor: monitor)
      .train(request, title: "fine-tuning", output: target)
    return FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: known != nil)
  }

  /// Where a run of an index keeps its model.
  public static func modelFolder(_ index: OpenIndex, run: String) -> URL {
    index.folder.run(id: run).appendingPathComponent("model")
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions { try request().options }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: as ``run(output:replacing:)``; ``CurationError`` too if there is no development part to judge
  ///   it by.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    try trial(request(readsTest: false), stepShare)
  }

  private func trial(_ request: some TrainingRequest, _ share: Double) throws -> TrainingTrial {
    var request = request
    request.options.stepShare = share < 1 ? share : nil
    return try TrainingTrial(request, model)
  }

  private func request(readsTest: Bool = true) throws -> any TrainingRequest {
    try options.training.validateCounts(steps: .steps)
    return switch options.task {
    case .classify, .regress, .pairs, .relations: try textRequest(readsTest: readsTest)
    case .tokens: try tagRequest(readsTest: readsTest)
    case .similarity: try similarityRequest(readsTest: readsTest)
    case .questions: try questionRequest(readsTest: readsTest)
    }
  }
}
