import Corpus
import Files
import Foundation
import Store

/// Measures a step and writes down that it was done, with what and at what cost, so that doing the
/// same again is nothing to do.
public struct StepAccount: Sendable {
  /// The command line, as a report shows it.
  public let command: String
  private let startedAt = Date()

  /// Only prepares the work.
  public init(command: String) { self.command = command }

  /// The row of the table `steps` for a step that ends now.
  package func step(_ name: String, options: some Encodable, inputHash: String) throws -> Step {
    Step(
      name: name, options: try Self.json(options), inputHash: inputHash, finishedAt: Date(),
      seconds: Date().timeIntervalSince(startedAt), peakMemory: Self.peakMemory(),
      command: command, version: simcurateVersion)
  }

  /// Whether `name` was last done with the same options on the same input.
  package static func isDone(
    _ name: String, options: some Encodable, inputHash: String, in catalog: Catalog
  ) throws -> Bool {
    guard let step = try catalog.step(name) else { return false }
    return try step.inputHash == inputHash && step.options == json(options)
  }

  /// The options and input of an earlier step as one hash: the input of the steps after it.
  ///
  /// - Throws: `FileError` if the step was not done yet.
  public static func outcomeHash(of name: String, in index: OpenIndex) throws -> String {
    guard let step = try index.catalog.step(name) else {
      throw FileError(
        place: index.folder.url.relativePath, expected: "an index after the step '\(name)'",
        found: "one without it",
        advice: "run simcurate \(name) \(index.folder.url.relativePath) first")
    }
    return hash([step.name, step.options, step.inputHash])
  }

  /// SHA-256 of the parts and their lengths, in hexadecimal.
  public static func hash(_ parts: [String]) -> String {
    var hasher = SHA256Hasher()
    for part in parts {
      hasher.update("\(part.utf8.count):")
      hasher.update(part)
    }
    return SHA256Hasher.hexadecimal(hasher.finish())
  }

  /// JSON with sorted keys.
  public static func json(_ value: some Encodable) throws -> String {
    try SortedJSON.text(value)
  }

  /// The most memory this process has held at once, in bytes.
  static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(0), &usage)
    return Int(usage.ru_maxrss) * 1024
  }
}

extension OpenIndex {
  /// The options a step was last run with.
  ///
  /// - Throws: `FileError` if it was not run yet.
  public func options<Options: Decodable>(of step: String, as type: Options.Type) throws -> Options
  {
    _ = try StepAccount.outcomeHash(of: step, in: self)
    return try StoredJSON.decode(
      type, from: Data(try catalog.step(step)!.options.utf8),
      place: "\(catalog.url.relativePath), options of the step \(step)",
      advice: "run simcurate \(step) \(folder.url.relativePath) again")
  }

  /// What every step after `index` starts from: the records and their vectors.
  public var contentHash: String {
    StepAccount.hash([manifest.corpusHash, manifest.vectors.hash, manifest.model.hash])
  }
}
