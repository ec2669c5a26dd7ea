import ArgumentParser
import Curation
import Files
import Foundation
import Kernels
import Training

/// The options every command takes.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as one JSON object on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "No progress and no remarks on standard error.")
  var quiet = false

  @Option(
    name: .long,
    help: ArgumentHelp("Computing threads; the results do not depend on it.", valueName: "n"))
  var threads: Int?

  mutating func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be in 1...1024, got \(threads).")
    }
  }

  /// Applies the thread count and gives the console to talk through.
  func begin() -> Console {
    if let threads { Threads.configure(count: threads) }
    return Console(quiet: quiet)
  }

  /// Prints `result` on standard output: as JSON, or as the text that `text` makes.
  func show<Result: Encodable>(_ result: Result, text: (Result) -> String) throws {
    let data = json ? try Self.encode(result) + Data("\n".utf8) : Data(text(result).utf8)
    try FileHandle.standardOutput.write(contentsOf: data)
  }

  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = SortedJSON.encoder(isPretty: true)
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(value)
  }
}

/// The option of commands in which something is drawn at random.
struct SeedOption: ParsableArguments {
  /// A catalog has seeds of 31 bits, and a comparison counts on from this one.
  @Option(
    within: Limit<UInt64>.within(0...2_000_000_000), help: "Seed of everything drawn at random.",
    valueName: "n")
  var seed: UInt64 = 0
}

/// Whether what is there may be lost.
struct ForceOption: ParsableArguments {
  @Flag(
    name: .long,
    help: "Replace what is at --out, even if it is another result, with all that is in it.")
  var force = false
}
