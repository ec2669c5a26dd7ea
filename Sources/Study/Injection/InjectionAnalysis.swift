import Curation
import Foundation

/// What copies of held-out items in training do to these items: the positive control of a study.
public struct InjectionAnalysis: Codable, Equatable, Sendable {
  /// What one dose did.
  public struct Effect: Codable, Equatable, Sendable {
    /// The dose.
    public var dose: InjectionDose
    /// Share of items that are right, of those that can have the dose.
    public var accuracy: Double
    /// Mean natural logarithm of the probability of the true label, of the same items.
    public var logProbability: Double
    /// Less that of the same items without a copy; nil for no copy.
    public var accuracyGain: Estimate?
    /// By how much the log-probability of the truth rose.
    public var logProbabilityGain: Estimate?
    /// Probability that an item of this dose has a higher probability of its true label than one without a
    /// copy, in the same model: how well the label's probability tells what was trained on. 0.5 says nothing.
    public var membership: Estimate?
  }

  /// What each dose did.
  public var effects: [Effect]
  /// Items that are put into training, the groups they form, and models.
  public var items: Int
  /// Rows of those of which there are paraphrases; nil if no paraphrases were put in.
  public var withParaphrases: [Int]?
  /// How many groups of items there are, which stay together.
  public var groups: Int
  /// How many models there are.
  public var models: Int
  /// Records every model is trained on besides, and updates of each.
  public var trainingRecords: Int
  /// How many steps of the optimizer there were.
  public var updates: Int
  /// Ids of the runs.
  public var runs: [String]
  /// What that says, in sentences.
  public var sentences: [String]
  /// What a reader should know.
  public var notes: [String]

  /// - Parameters:
  ///   - square: which item had which dose in which model.
  ///   - hits: by model, then by item: 1 where the model is right.
  ///   - logProbabilities: of the true label, likewise.
  ///   - rows: of the items in the index.
  /// - Precondition: models make whole squares; at least two groups.
  package init(
    _ square: InjectionSquare, hits: [[Double]], logProbabilities: [[Double]], rows: [UInt32],
    trainingRecords: Int, updates: Int, runs: [String], notes: [String] = []
  ) {
    precondition(!hits.isEmpty && hits.count % square.models == 0, "squares are whole")
    let table = InjectionTable(square, squares: hits.count / square.models)
    effects = square.doses.indices.map { dose in
      Effect(
        dose: square.doses[dose], accuracy: table.mean(hits, dose: dose),
        logProbability: table.mean(logProbabilities, dose: dose),
        accuracyGain: dose == 0 ? nil : table.gain(hits, dose: dose),
        logProbabilityGain: dose == 0 ? nil : table.gain(logProbabilities, dose: dose),
        membership: dose == 0 ? nil : table.membership(logProbabilities, dose: dose))
    }
    items = square.groups.count
    withParaphrases = square.doses.firstIndex { $0.kind == .paraphrased }.map { dose in
      square.items(of: dose).map { Int(rows[$0]) }
    }
    groups = Set(square.groups).count
    models = hits.count
    self.trainingRecords = trainingRecords
    self.updates = updates
    self.runs = runs
    self.notes = notes
    sentences = []
    sentences = words
  }

  private var words: [String] {
    func effect(_ copies: Int, _ kind: InjectionDose.Kind) -> Effect? {
      effects.first { $0.dose == InjectionDose(copies: copies, kind: kind) }
    }
    let most = effect(16, .exact)!
    guard groups >= Comparison.leastGroups else {
      return [
        "\(groups) groups of test items are too few: a claim needs \(Comparison.leastGroups)."
      ]
    }
    guard let gain = most.accuracyGain, gain.low > 0 else {
      return [
        "The study does not see what it looks for: \(most.dose.title) of an item in training change "
          + "accuracy on it by \(said(most)). That near-copies change nothing then says nothing."
      ]
    }
    var sentences = [
      "The study sees what it looks for: \(most.dose.title) of an item in training change accuracy on it "
        + "by \(said(most))."
    ]
    for one in InjectionDose.Kind.allCases.compactMap({ effect(1, $0) }) {
      let what = one.dose.title.prefix(1).uppercased() + one.dose.title.dropFirst()
      sentences.append("\(what) changes it by \(said(one)).")
    }
    return sentences
  }

  private func said(_ effect: Effect) -> String {
    guard let gain = effect.accuracyGain else { return "nothing" }
    return "\(Metric.accuracy.signed(gain.value)) (\(Metric.accuracy.interval(gain)))"
  }
}
