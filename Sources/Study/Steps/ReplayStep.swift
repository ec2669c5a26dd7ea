import Curation
import Files
import Foundation
import Store
import Transformer

/// Does the recorded steps of an index again, from texts, vectors, decisions by hand and recorded
/// options, and compares all they decide with what is recorded, row by row.
///
/// The steps run on a copy of the catalog in a temporary folder, through the code that made it. Models
/// are not trained again: `compare` starts from the recorded predictions and trials. Costs what the steps cost,
/// and the size of the catalog on disk. Equality is exact; topics and the figures of a study are
/// promised on one kind of processor.
public struct ReplayStep {
  private let index: OpenIndex
  private let model: () throws -> ModelFolder
  private let monitor: StepMonitor

  /// - Parameter model: that of the study; opened only if the index has one.
  public init(_ index: OpenIndex, model: @escaping () throws -> ModelFolder, monitor: StepMonitor) {
    self.index = index
    self.model = model
    self.monitor = monitor
  }

  /// - Returns: what comes out otherwise, and the steps that were done.
  /// - Throws: ``CurationError`` if nothing was deduplicated yet; what opening the model throws.
  public func run() throws -> (violations: [Violation], steps: [String]) {
    _ = try StepAccount.outcomeHash(of: "dedup", in: index)
    let temporary = FileManager.default.temporaryDirectory
    Leftover.sweep(temporary)
    let folder = Leftover.place(for: temporary.appendingPathComponent("simcurate-replay"))
    defer { try? FileManager.default.removeItem(at: folder) }
    let copy = try copied(to: IndexFolder(folder))
    let steps = try ["dedup", "cluster", "split", "compare"].filter {
      try index.catalog.step($0) != nil
    }
    do {
      for step in steps { try replay(step, on: copy) }
    } catch let error as CurationError {
      return ([Violation(kind: .otherOutcome, detail: "\(error)")], steps)
    }
    return (try differences(from: copy, steps), steps)
  }

  /// The index without anything that `dedup` decided or joined.
  private func copied(to folder: IndexFolder) throws -> OpenIndex {
    let files = FileManager.default
    try files.createDirectory(at: folder.url, withIntermediateDirectories: true)
    try files.copyItem(at: index.folder.catalog, to: folder.catalog)
    if files.fileExists(atPath: index.folder.trials.path) {
      try files.copyItem(at: index.folder.trials, to: folder.trials)
    }
    let copy = try OpenIndex(index, catalogIn: folder)
    try copy.catalog.update { editor in
      for stage in RemovalStage.allCases {
        try editor.replacePairs(stage: stage.rawValue, [StoredPair]())
      }
      try editor.forgetFigures(PairCoverage.self)
      for step in ["dedup", "compare"] { try editor.forget(step: step) }
    }
    return copy
  }

  private func replay(_ step: String, on copy: OpenIndex) throws {
    let account = StepAccount(command: "replay")
    switch step {
    case "dedup":
      _ = try DedupStep(
        copy, options: index.options(of: step, as: DedupOptions.self), account: account,
        monitor: monitor
      ).run()
    case "cluster":
      _ = try ClusterStep(
        copy, options: index.options(of: step, as: ClusterOptions.self), account: account,
        monitor: monitor
      ).run()
    case "split":
      _ = try SplitStep(
        copy, options: index.options(of: step, as: SplitOptions.self), account: account,
        monitor: monitor
      ).run()
    default: try replayStudy(on: copy, account)
    }
  }

  /// A run that is not among those recorded would have to be trained: then the study is another one.
  private func replayStudy(on copy: OpenIndex, _ account: StepAccount) throws {
    let training = TrainingNotice()
    var watched = monitor
    let monitor = monitor
    watched.progress = { progress in
      if progress.unit == "updates" { training.note(progress.phase) }
      monitor.progress(progress)
    }
    watched.shouldStop = { training.phase != nil || monitor.shouldStop() }
    do {
      _ = try CompareStep(
        copy, model: model(), options: index.options(of: "compare", as: StudyOptions.self),
        account: account, monitor: watched
      ).run()
    } catch let error as Interrupted {
      guard let phase = training.phase else { throw error }
      throw CurationError(
        place: "compare", expected: "a recorded run of these records, options and model",
        found: "none for \(phase)", advice: "name the model of the study with \(OptionName.model)")
    }
  }

  private func differences(from copy: OpenIndex, _ steps: [String]) throws -> [Violation] {
    var found: [Violation] = []
    func compare<Item: Encodable & Equatable>(_ name: String, _ read: (Catalog) throws -> [Item])
      throws
    {
      let (recorded, derived) = (try read(index.catalog), try read(copy.catalog))
      if recorded == derived { return }
      let detail = try Self.difference(recorded, derived)
      found.append(Violation(kind: .otherOutcome, detail: "\(name): \(detail)"))
    }
    try compare("removals") { try $0.removals() }
    try compare("drops") { try $0.drops() }
    try compare("vetoes") { try $0.vetoes() }
    try compare("conflicts") { try $0.conflicts() }
    try compare("figures of dedup") { [try $0.figures(DedupFigures.self)] }
    if steps.contains("cluster") {
      for kind in ClusterKind.allCases {
        try compare("\(kind.rawValue) clusters") { try $0.clusters(kind: kind) }
        try compare("\(kind.rawValue) members") { try $0.members(kind: kind) }
      }
      try compare("outliers") { try $0.outliers() }
    }
    if steps.contains("split") {
      try compare("split") { try $0.split() }
      try compare("figures of split") { [try $0.figures(SplitFigures.self)] }
    }
    if steps.contains("compare") {
      try compare("test slices") { try $0.testSlices() }
      try compare("comparisons") { try $0.comparisons() }
      if try StudyFiles.read(index.folder) != StudyFiles.read(copy.folder) {
        found.append(Violation(kind: .otherOutcome, detail: "comparison.json"))
      }
    }
    return found
  }

  /// How many rows only one side has, and the first of each.
  private static func difference<Item: Encodable>(_ recorded: [Item], _ derived: [Item]) throws
    -> String
  {
    let left = try recorded.map { try StepAccount.json($0) }
    let right = try derived.map { try StepAccount.json($0) }
    let (leftSet, rightSet) = (Set(left), Set(right))
    let (forged, missing) = (
      left.filter { !rightSet.contains($0) }, right.filter { !leftSet.contains($0) }
    )
    var parts: [String] = []
    if let first = forged.first { parts.append("\(forged.count) recorded rows, as \(first)") }
    if let first = missing.first { parts.append("\(missing.count) derived rows, as \(first)") }
    return parts.isEmpty
      ? "the same rows in another order or number" : parts.joined(separator: "; ")
  }
}

/// Whether a training began, told from any thread.
private final class TrainingNotice: @unchecked Sendable {
  private let lock = NSLock()
  private var first: String?

  var phase: String? { lock.withLock { first } }
  func note(_ phase: String) { lock.withLock { first = first ?? phase } }
}
