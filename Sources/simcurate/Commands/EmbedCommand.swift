import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors
import Transformer

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Write the vectors of a file's texts.",
    discussion: """
      One vector of unit length per record, in the file's order: rows of float32 that numpy.load \
      opens, or JSON lines with id and vector if --out ends in .jsonl or is -. What a model's folder \
      says of normalization does not matter.

      Examples:
        simcurate embed sentences.txt --model models/all-MiniLM-L6-v2 --out vectors.npy
        simcurate embed questions.csv --text-field question --prompt query --out vectors.jsonl
      """)

  @Argument(help: ArgumentHelp("File to read, - for standard input.", valueName: "file"))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The .npy or .jsonl file to write, - for standard output.", valueName: "file"))
  var out: String
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var common: CommonOptions

  struct Summary: Encodable {
    var file: String
    var rows: Int
    var dimension: Int
    var precision: String
    var maximumTokens: Int
    var longTexts: Int
    var seconds: Double
  }

  mutating func validate() throws {
    guard out == "-" || out.hasSuffix(".npy") || out.hasSuffix(".jsonl") else {
      throw ValidationError("--out must end in .npy or .jsonl, or be -, got '\(out)'.")
    }
  }

  func run() throws {
    let console = common.begin()
    let embedder = try encoder.embedder(model)
    let output = try VectorOutput(out, dimension: embedder.dimension)
    let startedAt = Date()
    try embed(with: embedder, to: output, console: console)
    try output.finish()
    console.finish()
    let identity = embedder.identity
    if let remark = identity.remark(long: embedder.longTextCount, of: output.rows) {
      console.remark(remark)
    }
    guard out != "-" else { return }
    let summary = Summary(
      file: out, rows: output.rows, dimension: embedder.dimension, precision: identity.precision,
      maximumTokens: identity.maximumTokens, longTexts: embedder.longTextCount,
      seconds: Date().timeIntervalSince(startedAt))
    try common.show(summary) {
      String(
        format: "embed: %d rows of %d (%@) in %.1f s: %@\n", $0.rows, $0.dimension, $0.precision,
        $0.seconds, $0.file)
    }
  }

  private func embed(
    with embedder: any Embedder, to output: VectorOutput, console: Console
  ) throws {
    let chunk = 8192
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: chunk * embedder.dimension)
    defer { rows.deallocate() }
    var records: [Record] = []
    func flush() throws {
      try console.monitor.checkpoint()
      try embedder.embed(records.map(\.text), into: rows, progress: nil)
      try output.append(records, rows)
      records.removeAll(keepingCapacity: true)
      console.progress(
        StepProgress(phase: "embedding", completed: output.rows, total: nil, unit: "texts"))
    }
    try CorpusReader(options: reading.reading).read(CorpusReader.location(file)) { record in
      records.append(record)
      if records.count == chunk { try flush() }
    }
    try flush()
  }
}

/// Vectors as `.npy` or JSON lines; the file appears whole or not at all.
private final class VectorOutput {
  private let matrix: VectorFileWriter?
  private let lines: CorpusWriter?
  private let dimension: Int
  private(set) var rows = 0

  init(_ path: String, dimension: Int) throws {
    self.dimension = dimension
    let isMatrix = path.hasSuffix(".npy")
    let url = CorpusReader.location(path)
    matrix = isMatrix ? try VectorFileWriter(to: url, dimension: dimension) : nil
    lines = isMatrix ? nil : try CorpusWriter(url, format: .jsonLines)
  }

  func append(_ records: [Record], _ vectors: UnsafeMutablePointer<Float>) throws {
    rows += records.count
    if let matrix { return try matrix.append(vectors, count: records.count) }
    for (index, record) in records.enumerated() {
      let vector = UnsafeBufferPointer(start: vectors + index * dimension, count: dimension)
      let numbers = vector.map(\.description).joined(separator: ",")
      try lines!.write([("id", .text(record.id)), ("vector", .json("[\(numbers)]"))])
    }
  }

  func finish() throws {
    try matrix?.finish()
    try lines?.finish()
  }
}
