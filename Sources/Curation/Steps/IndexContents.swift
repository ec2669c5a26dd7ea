import Files
import Foundation
import Store

/// What is lost with an index that is replaced.
struct IndexContents {
  private let records: Int
  private let decisions: Int
  private let runs: [String]
  private let models: Int
  private let trials: Int

  init(_ index: OpenIndex) throws {
    records = index.manifest.recordCount
    decisions = try index.catalog.decisions().count
    let runs = try index.catalog.runs().map(\.id)
    self.runs = runs
    let log = try? RegularFile.contents(of: index.folder.trials)
    trials = log?.count { $0 == UInt8(ascii: "\n") } ?? 0
    models = runs.count {
      let model = index.folder.run(id: $0).appendingPathComponent("model/config.json")
      return FileManager.default.fileExists(atPath: model.path)
    }
  }

  /// `3000 records, 2 decisions by hand, 5 trained runs (raw-seed0-…, …), 1 model`
  var text: String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String? {
      count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }
    let names = runs.prefix(3).joined(separator: ", ") + (runs.count > 3 ? ", …" : "")
    return [
      counted(records, "record", "records"),
      counted(decisions, "decision by hand", "decisions by hand"),
      counted(runs.count, "trained run", "trained runs").map { "\($0) (\(names))" },
      counted(models, "model", "models"),
      counted(trials, "trial of a sweep", "trials of sweeps"),
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// - Parameter corpusHash: of the records that are to be there; nil while they are not known.
  /// - Throws: `FileError` that says what would be lost, if `folder` holds an index of other
  ///   records, by another model than `model`, or one that cannot be read.
  static func checkReplaceable(
    _ folder: IndexFolder, _ place: String, corpusHash: String?, model: Manifest.Model
  ) throws {
    guard FileManager.default.fileExists(atPath: folder.manifest.path) else { return }
    let index = try? OpenIndex(at: folder.url, readOnly: true)
    let manifest = index?.manifest
    let other = manifest.flatMap { $0.model == model ? nil : difference($0.model, model) }
    guard manifest == nil || other != nil || corpusHash.map({ $0 != manifest?.corpusHash }) ?? false
    else { return }
    let contents = try index.map { try IndexContents($0).text }
    throw FileError(
      place: place, expected: "no index, or one of these records by this model",
      found: contents.map { "one \(other ?? "of other records"): \($0)" }
        ?? "one that cannot be read",
      advice: "\(OptionName.force) replaces it, and all of that is lost; index "
        + "\(OptionName.append) adds records to it; "
        + "or choose another \(OptionName.out)")
  }

  /// Which is the fastest precision differs from processor to processor.
  private static func difference(_ stored: Manifest.Model, _ model: Manifest.Model) -> String {
    var same = stored
    same.precision = model.precision
    return same == model
      ? "in \(stored.precision), not in \(model.precision)" : "by another model"
  }
}
