import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Write the vectors of a file's texts.",
    discussion: """
      One float32 row of unit length per record, in the file's order; numpy.load opens the result.

      Example: simcurate embed sentences.txt --model models/all-MiniLM-L6-v2 --out vectors.npy
      """)

  @Argument(help: ArgumentHelp("File to read.", valueName: "file"))
  var file: String
  @Option(name: .long, help: ArgumentHelp("The .npy file to write.", valueName: "file"))
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
    var seconds: Double
  }

  func run() throws {
    let console = common.begin()
    let embedder = try encoder.encoder(model.open())
    let writer = try VectorFileWriter(to: URL(fileURLWithPath: out), dimension: embedder.dimension)
    let startedAt = Date()
    let chunk = 8192
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: chunk * embedder.dimension)
    defer { rows.deallocate() }
    var texts: [String] = []
    func flush() throws {
      try console.monitor.checkpoint()
      try embedder.embed(texts, into: rows, progress: nil)
      try writer.append(rows, count: texts.count)
      texts.removeAll(keepingCapacity: true)
      console.progress(
        StepProgress(phase: "embedding", completed: writer.rows, total: nil, unit: "texts"))
    }
    try CorpusReader(options: reading.reading).read(CorpusReader.location(file)) { record in
      texts.append(record.text)
      if texts.count == chunk { try flush() }
    }
    try flush()
    try writer.finish()
    console.finish()
    let summary = Summary(
      file: out, rows: writer.rows, dimension: embedder.dimension,
      precision: embedder.identity.precision, seconds: Date().timeIntervalSince(startedAt))
    try common.show(summary) {
      String(
        format: "embed: %d rows of %d (%@) in %.1f s: %@\n", $0.rows, $0.dimension, $0.precision,
        $0.seconds, $0.file)
    }
  }
}
