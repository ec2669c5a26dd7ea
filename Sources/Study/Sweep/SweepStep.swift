import Curation
import Files
import Foundation
import Store
import Training

/// How many candidates train, and on what share of their updates.
package struct SweepPlan: Equatable {
  package struct Rung: Equatable {
    package var candidates: Int
    package var share: Double

    package init(candidates: Int, share: Double) {
      self.candidates = candidates
      self.share = share
    }
  }

  package let rungs: [Rung]

  /// - Parameter eta: the part of a rung's candidates that goes on is one in `eta`, on `eta` times the
  ///   updates (successive halving: Jamieson and Talwalkar, "Non-stochastic best arm identification and
  ///   hyperparameter optimization", 2016); nil trains each candidate whole.
  package init(candidates: Int, eta: Int?) {
    var counts = [candidates]
    if let eta { while counts.last! >= eta { counts.append(counts.last! / eta) } }
    rungs = counts.enumerated().map { number, count in
      Rung(
        candidates: count,
        share: pow(Double(eta ?? 1), Double(number - counts.count + 1)))
    }
  }
}

/// What a sweep came to.
public struct SweepSummary: Codable, Sendable {
  /// One training of a sweep.
  public struct Trial: Codable, Sendable {
    /// From 1, in the order drawn.
    public var number: Int
    /// Of the options searched.
    public var values: [String: String]
    /// Of its updates, on which it was trained last.
    public var share: Double
    /// On the development part; nil if training failed.
    public var score: Double?
    /// What is minimized.
    public var loss: Float?
    /// How many steps of the optimizer there were.
    public var updates: Int
    /// That the step took.
    public var seconds: Double
    /// Why there is no score.
    public var failure: String?
  }

  /// The folder of the index.
  public var index: String
  /// What is measured.
  public var metric: TrainingOptions.Metric
  /// Those trained longest first, then by score.
  public var trials: [Trial]
  /// Trainings of this call, and of all.
  public var trained: Int
  /// How many trainings there were.
  public var trainings: Int
  /// The file of the best recipe; empty while it is not written.
  public var recipe = ""
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo = false

  /// The best of those that were trained whole.
  public var best: Trial { trials[0] }
}

/// Trains candidates and judges them by the development part.
public struct SweepStep {
  private let index: OpenIndex
  private let candidates: [[String: String]]
  private let plan: SweepPlan
  private let monitor: StepMonitor
  private let makeTrial: (_ candidate: Int, _ share: Double) throws -> TrainingTrial

  /// - Parameters:
  ///   - candidates: the values searched, at least one; a candidate's number is its place here.
  ///   - eta: of successive halving; nil trains each candidate whole.
  ///   - makeTrial: the training of a candidate on a share of its updates.
  public init(
    _ index: OpenIndex, candidates: [[String: String]], eta: Int?, monitor: StepMonitor,
    makeTrial: @escaping (_ candidate: Int, _ share: Double) throws -> TrainingTrial
  ) {
    precondition(!candidates.isEmpty, "something to try")
    self.index = index
    self.candidates = candidates
    plan = SweepPlan(candidates: candidates.count, eta: eta)
    self.monitor = monitor
    self.makeTrial = makeTrial
  }

  /// Trials that have ended are kept and not repeated: an interrupted sweep goes on where it was.
  ///
  /// - Throws: ``Interrupted`` after a stop; `FileError` if every training fails; what the trials
  ///   throw otherwise.
  public func run() throws -> SweepSummary {
    var log = try TrialLog(index)
    var pace = SweepPace(plan)
    var going = Array(candidates.indices)
    var last: [Int: (record: TrialRecord, share: Double)] = [:]
    for rung in plan.rungs {
      for candidate in going.prefix(rung.candidates) {
        try monitor.checkpoint()
        let trial = try makeTrial(candidate, rung.share)
        if let known = log[trial.id] {
          last[candidate] = (known, rung.share)
          pace.skip(known, share: rung.share)
          continue
        }
        pace.begin()
        let record = try trial.record(in: index, phase: pace.phase, monitor: monitor)
        try log.append(record)
        last[candidate] = (record, rung.share)
        monitor.remark(pace.end(record, candidates[candidate], share: rung.share))
      }
      going = ordered(going.prefix(rung.candidates), last)
    }
    let order = ordered(candidates.indices, last)
    guard let best = last[order[0]], best.record.score != nil, let metric = best.record.metric
    else {
      throw FileError(
        place: "sweep", expected: "a trial that can be trained",
        found: last[order[0]]?.record.failure ?? "none")
    }
    return SweepSummary(
      index: index.folder.url.relativePath, metric: metric,
      trials: order.map { summary($0, last[$0]!) }, trained: pace.trained,
      trainings: plan.rungs.reduce(0) { $0 + $1.candidates })
  }

  /// Candidates that were trained longest first, then by score, loss and number.
  private func ordered(
    _ candidates: some Sequence<Int>, _ last: [Int: (record: TrialRecord, share: Double)]
  ) -> [Int] {
    func key(_ candidate: Int) -> (Double, Double, Double, Int) {
      let (record, share) = last[candidate]!
      return (
        record.score == nil ? -1 : share, record.score ?? 0, -Double(record.loss ?? 0), -candidate
      )
    }
    return candidates.sorted { key($0) > key($1) }
  }

  private func summary(_ candidate: Int, _ last: (record: TrialRecord, share: Double))
    -> SweepSummary.Trial
  {
    SweepSummary.Trial(
      number: candidate + 1, values: candidates[candidate], share: last.share,
      score: last.record.score, loss: last.record.loss, updates: last.record.updates,
      seconds: last.record.seconds, failure: last.record.failure)
  }
}

/// Tells after each training of a sweep how it did and when all will be done.
private struct SweepPace {
  private let total: Int
  private let work: Double
  private var number = 0
  private(set) var trained = 0
  private var workDone = 0.0
  private var workTrained = 0.0
  private var seconds = 0.0
  private var startedAt = Date()
  private var best: TrialRecord?

  init(_ plan: SweepPlan) {
    total = plan.rungs.reduce(0) { $0 + $1.candidates }
    work = plan.rungs.reduce(0) { $0 + Double($1.candidates) * $1.share }
  }

  var phase: String {
    "training \(number + 1) of \(total)"
      + (best?.score.map { String(format: ", best %.3f", $0) } ?? "")
  }

  mutating func begin() { startedAt = Date() }

  mutating func skip(_ record: TrialRecord, share: Double) {
    number += 1
    workDone += share
    note(record)
  }

  private mutating func note(_ record: TrialRecord) {
    if record.score ?? -.infinity > best?.score ?? -.infinity { best = record }
  }

  mutating func end(_ record: TrialRecord, _ values: [String: String], share: Double) -> String {
    skip(record, share: share)
    trained += 1
    workTrained += share
    seconds += Date().timeIntervalSince(startedAt)
    let setting = values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
    let result =
      record.score.map { String(format: "%@ %.4f", record.metric?.rawValue ?? "", $0) }
      ?? record.failure ?? ""
    let soFar = best?.score.map { String(format: "; best %.4f", $0) } ?? ""
    let left = seconds / workTrained * (work - workDone)
    let time =
      number == total
      ? ""
      : left < 90
        ? String(format: "; about %.0f s left", left)
        : String(format: "; about %.0f min left", left / 60)
    let part = share < 1 ? String(format: " on %.3g of its updates", share) : ""
    return "sweep: training \(number) of \(total), \(setting)\(part): \(result)\(soFar)\(time)"
  }
}
