import Curation
import Files
import Foundation
import Kernels
import Transformer

/// What is probed, and how.
public struct ProbeOptions: Sendable {
  /// Models that differ by their seed alone, by a name.
  public struct Arm: Equatable, Sendable {
    /// What it is called.
    public var name: String
    /// Folders.
    public var models: [URL]

    /// - Precondition: at least one model.
    public init(name: String, models: [URL]) {
      self.name = name
      self.models = models
    }
  }

  /// The others are compared with the first.
  public var arms: [Arm]
  /// See ``ProbeResult/maximumTokens``.
  public var maximumTokens: Int?
  /// See ``ProbeResult/near``.
  public var near: Double
  /// Only to be told.
  public var seed: UInt64

  /// - Precondition: at least one arm.
  public init(arms: [Arm], maximumTokens: Int? = nil, near: Double = 0.4, seed: UInt64 = 0) {
    self.arms = arms
    self.maximumTokens = maximumTokens
    self.near = near
    self.seed = seed
  }

  /// Fewer texts say nothing of spread: alignment needs four beside each block.
  public static let leastTexts = 8
}

/// Runs the models of all arms over the same texts and measures attention and states.
///
/// O(models texts layers heads length²) and, for the states, O(models layers texts² width).
public struct ProbeStep {
  private let options: ProbeOptions
  private let monitor: StepMonitor

  /// - Precondition: at least one arm, each with a model.
  public init(_ options: ProbeOptions, monitor: StepMonitor = StepMonitor()) {
    self.options = options
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - texts: all different.
  ///   - source: where they came from.
  ///   - groups: of each text, those that say the same by one number; each is its own if nil.
  /// - Throws: `FileError` for too few texts or groups or arms that cannot be paired, or a
  ///   model that cannot be run; ``Interrupted``.
  public func run(_ texts: [String], source: String, groups: [Int]? = nil) throws -> ProbeResult {
    let groups = groups ?? Array(texts.indices)
    let count = Set(groups).count
    guard count >= ProbeOptions.leastTexts else {
      throw FileError(
        place: source,
        expected: "at least \(ProbeOptions.leastTexts) different texts"
          + (count < texts.count ? " in as many paraphrase groups" : ""),
        found: "\(texts.count)" + (count < texts.count ? " in \(count)" : ""),
        advice: "a few hundred give narrow intervals")
    }
    try checkPairs()
    let blocks = TextBlocks(groups: groups)
    let arms = try options.arms.map { arm in
      ArmProbe(arm, try arm.models.map { try probe($0, texts, blocks) })
    }
    var result = ProbeResult(
      source: source, texts: texts.count, groups: count, blocks: blocks.count, seed: options.seed,
      maximumTokens: options.maximumTokens, near: options.near, arms: [], differences: [])
    for arm in arms {
      try monitor.checkpoint()
      monitor.progress(
        StepProgress(phase: "measuring \(arm.arm.name)", completed: 0, total: nil, unit: "layers"))
      arm.measure()
      result.arms.append(arm.result)
    }
    for arm in arms.dropFirst() {
      try monitor.checkpoint()
      if let difference = arm.difference(from: arms[0]) {
        result.differences.append(difference)
      } else {
        monitor.remark(
          "\(arm.arm.name) and \(arms[0].arm.name) have other numbers of layers or heads and are not "
            + "compared")
      }
    }
    return result
  }

  private func checkPairs() throws {
    let first = options.arms[0]
    for arm in options.arms.dropFirst() {
      guard
        arm.models.count == first.models.count || arm.models.count == 1 || first.models.count == 1
      else {
        throw FileError(
          place: "arm \(arm.name)",
          expected: "\(first.models.count) models as in arm \(first.name), or one",
          found: "\(arm.models.count)", advice: "models are compared pair by pair: seed by seed")
      }
    }
  }

  private func probe(
    _ model: URL, _ texts: [String], _ blocks: TextBlocks
  ) throws -> ModelProbe {
    let encoder = try ObservedEncoder(
      folder: ModelFolder(at: model), maximumTokens: options.maximumTokens)
    return try ModelProbe(encoder, texts, blocks, near: options.near) { completed in
      try monitor.checkpoint()
      monitor.progress(
        StepProgress(
          phase: "probing \(model.lastPathComponent)", completed: completed, total: texts.count,
          unit: "texts"))
    }
  }
}
