import Curation
import Store
import Training
import Transformer

/// What the arms of a study are trained and scored on, as its task has it.
protocol StudyLearner {
  var bench: StudyBench { get }

  /// First the one of the primary comparisons.
  var metrics: [Metric] { get }

  /// What is right for some rows of the index.
  func truth(_ rows: [UInt32]) -> TestItems.Truth

  /// What a model is made from.
  func request(_ model: StudyModel) throws -> any TrainingRequest

  /// Classes that are learned of some rows, each as often as it occurs; none where none are.
  func classes(_ rows: [UInt32]) -> [Int]

  /// Predictions as they were stored as answers.
  ///
  /// - Parameters:
  ///   - models: of each model, in the order of the test rows.
  ///   - raw: the training rows of the arm `raw`.
  /// - Throws: ``CurationError`` for what no model says.
  func answers(_ models: [[Prediction]], raw: [UInt32]) throws -> ArmPredictions.Answers

  /// Classes by row, where plain classifiers on the vectors of the index answer the same question.
  var frozenClasses: (labels: [Int32], count: Int)? { get }
}

extension StudyLearner {
  var frozenClasses: (labels: [Int32], count: Int)? { nil }

  func classes(_ rows: [UInt32]) -> [Int] { [] }

  func training(_ model: StudyModel) throws -> StudyTraining {
    try bench.training(request(model), labels: classes(model.train))
  }

  /// The training of a model with a development part and nothing to test on.
  func trial(_ model: StudyModel) throws -> TrainingTrial {
    try TrainingTrial(request(model), bench.model)
  }
}

/// How much the models of smaller arms learn.
enum StudyBudget: String {
  /// As many updates as those of `raw`.
  case updates
  /// As many passes over their records.
  case epochs
}

/// What a model of a study is trained and tested on.
struct StudyModel {
  var arm: StudyArm
  var seed: UInt64
  /// Nil where the test set is one.
  var fold: Int?
  /// Rows in an order that does not depend on that of the records.
  var train: [UInt32]
  /// What it is judged by after its last update; nothing where it is tested.
  var development: [UInt32] = []
  var test: [UInt32]
  /// Of the arm `raw`, by which all models get as many updates.
  var records: Int
  var budget = StudyBudget.updates
  /// What the options say if nil.
  var learningRate: Float?

  /// What its run is listed under.
  var name: String { Self.name(arm, budget) }

  static func name(_ arm: StudyArm, _ budget: StudyBudget) -> String {
    arm.rawValue + (budget == .epochs ? "-same-epochs" : "")
  }

  /// Part of the updates of `raw` that are made.
  var share: Double {
    budget == .epochs ? min(1, Double(train.count) / Double(records)) : 1
  }
}

/// A model of a study, to be trained unless it was.
struct StudyTraining {
  /// The name of its arm.
  var arm: String
  var seed: UInt64
  /// Nil where the test set is one.
  var fold: Int?
  /// Of its run.
  var id: String
  var updates: Int
  /// Classes it is trained on, each as often as it occurs; empty where it learns none.
  var labels: [Int]
  /// Trains it; `title` is what the progress line calls it.
  var train: (_ title: String) throws -> RunMetrics
  /// Trains so many updates and one of a model that is not kept, to see how long they take.
  var pace: (_ updates: Int) throws -> TrainingPace

  /// What people are told of it by.
  var title: String { "\(arm) seed \(seed)" + (fold.map { " fold \($0)" } ?? "") }
}

/// What learners need to train.
struct StudyBench {
  let index: OpenIndex
  let model: ModelFolder
  let options: StudyOptions
  let recorder: RunRecorder

  init(_ index: OpenIndex, _ model: ModelFolder, _ options: StudyOptions, _ monitor: StepMonitor) {
    (self.index, self.model, self.options) = (index, model, options)
    recorder = RunRecorder(index: index, model: model, monitor: monitor)
  }

  /// - Throws: ``CurationError`` or `FileError` where records lack what the task needs.
  func learner(_ table: RecordTable, _ population: Population) throws -> any StudyLearner {
    switch options.task {
    case .classify, .regress, .pairs, .relations:
      try TextLearner(self, table, population)
    case .tokens: try TagLearner(self)
    case .similarity: try SimilarityLearner(self, table, population)
    case .questions: try QuestionLearner(self)
    }
  }

  /// - Parameter classes: nil where no classes of texts are learned.
  func training(_ wanted: StudyModel, classes: Int?) -> TrainingOptions {
    var training = options.training.study(
      model.configuration, records: wanted.records, classes: classes)
    training.maximumSteps = training.maximumSteps.map {
      max(1, Int((Double($0) * wanted.share).rounded()))
    }
    if let rate = wanted.learningRate { training.learningRate = rate }
    if !wanted.development.isEmpty { training.evaluationInterval = training.maximumSteps }
    training.seed = wanted.seed
    return training
  }

  /// - Parameter labels: see ``StudyTraining/labels``.
  func training<Request: TrainingRequest>(_ request: Request, labels: [Int]) throws
    -> StudyTraining
  {
    StudyTraining(
      arm: request.arm, seed: request.seed, fold: request.fold, id: try request.id(model),
      updates: request.options.maximumSteps ?? 0, labels: labels
    ) { [recorder] title in
      try recorder.train(request, title: title)
    } pace: { [model] updates in
      let learner = try request.learner(model)
      return try TrainingPace(updates: updates) { progress, shouldStop in
        _ = try request.train(
          learner, checkpoint: nil, progress: progress, shouldStop: shouldStop)
      }
    }
  }

  /// - Throws: ``CurationError`` saying that a run's predictions are not what they were.
  func damaged(_ what: String, row: Int) -> CurationError {
    CurationError(
      place: "\(index.catalog.url.relativePath), table predictions",
      expected: "\(what) for the record in row \(row)", found: "none",
      advice: "the catalog is damaged; build the index again")
  }
}
