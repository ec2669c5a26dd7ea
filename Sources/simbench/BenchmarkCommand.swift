import ArgumentParser
import Foundation

/// `simbench`: times the parts; every subcommand prints one JSON object.
@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simbench", abstract: "Measure the parts of simcurate.",
    subcommands: [
      EncodeBenchmark.self, CeilingBenchmark.self, JoinBenchmark.self, TrainBenchmark.self,
      SimilarityBenchmark.self,
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

func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
