import ArgumentParser
import Foundation
import Kernels

/// `simbench`: times the parts; every subcommand prints one JSON object.
@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simbench", abstract: "Measure the parts of simcurate.",
    subcommands: [
      EncodeBenchmark.self, CeilingBenchmark.self, JoinBenchmark.self, TrainBenchmark.self,
      SimilarityBenchmark.self, StudySimulation.self, ProcessorDescription.self,
    ])
}

/// Seconds of `body`, wall clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Processor time of all threads so far.
func processorSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(0), &usage)
  return [usage.ru_utime, usage.ru_stime].reduce(0) {
    $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
  }
}

/// The most memory this process has held at once, in MiB.
func peakMebibytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(0), &usage)
  return Int(usage.ru_maxrss) / 1024
}

/// One line of JSON: the figures, and the kind of processor they hold for.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(Measured(value: value)), as: UTF8.self))
}

/// The kind of processor that figures hold for, so that scripts keep those of two kinds apart.
struct ProcessorDescription: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "processor", abstract: "Which instructions are used here.")

  private struct Result: Encodable {
    var benchmark = "processor"
    /// Whether `SIMCURATE_PROCESSOR` hides some of what there is.
    var isEmulated: Bool
  }

  func run() throws { try printJSON(Result(isEmulated: Processor.emulated != .native)) }
}

private struct Measured<Value: Encodable>: Encodable {
  let value: Value

  private enum Key: String, CodingKey { case processor, oneDNN, openBLAS }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(Processor.kind, forKey: .processor)
    try container.encode(Processor.libraries.oneDNN, forKey: .oneDNN)
    try container.encode(Processor.libraries.openBLAS, forKey: .openBLAS)
  }
}
