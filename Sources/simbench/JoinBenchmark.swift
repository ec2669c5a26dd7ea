import ArgumentParser
import Foundation
import Kernels
import Neighbors

struct JoinBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "The exact threshold join of a .npy file's rows, with FAISS's range search beside it."
  )

  @Argument(help: "float32 unit rows.") var vectors: String
  @Option var threshold: Float = 0.9
  @Option(help: "Repetitions; the median counts.") var repeats = 3
  @Option(help: "automatic, int8 or float32.") var filter = JoinOptions.Filter.automatic
  @Flag(help: "Also time FAISS's IndexFlatIP range search (slow).") var faiss = false

  struct Result: Encodable {
    var benchmark = "join"
    var rows: Int
    var dimension: Int
    var pairs: Int
    var seconds: Double
    /// FAISS as linked here, Debian's build for baseline x86-64.
    var faissSeconds: Double?
    var faissPairs: Int?
    var threads: Int
    var peakMebibytes: Int
  }

  func run() throws {
    let file = try VectorFile(contentsOf: URL(fileURLWithPath: vectors))
    var pairs = 0
    let times = try (0..<repeats).map { _ in
      pairs = 0
      return try seconds {
        try ExactJoin.selfJoin(
          file.vectors, options: JoinOptions(threshold: threshold, filter: filter)
        ) {
          pairs += $0.count
        }
      }
    }
    let memory = peakMebibytes()
    var result = Result(
      rows: file.rows, dimension: file.dimension, pairs: pairs, seconds: median(times),
      threads: Threads.count, peakMebibytes: memory)
    if faiss {
      let index = try FaissIndex(factory: "Flat", dimension: file.dimension)
      try index.add(file.vectors)
      var found = 0
      result.faissSeconds = try seconds {
        for start in stride(from: 0, to: file.rows, by: 4096) {
          let queries = file.vectors[start..<min(file.rows, start + 4096)]
          found += try index.rangeSearch(queries, radius: threshold).count {
            Int($0.a) + start < Int($0.b)
          }
        }
      }
      result.faissPairs = found
    }
    try printJSON(result)
  }
}

extension JoinOptions.Filter: ExpressibleByArgument {}
