import ArgumentParser
import Curation
import Files
import Foundation
import Neighbors
import Store
import Transformer

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find the records nearest to a text.",
    discussion: "Example: simcurate search indexes/reviews \"battery died after a week\" -k 5")

  @OptionGroup var index: IndexArgument
  @Argument(help: "The text to look for.")
  var text: String
  @Option(name: .short, help: ArgumentHelp("Records to show.", valueName: "n"))
  var k = 10
  @OptionGroup var model: ModelOptions
  @OptionGroup var prompt: PromptOptions
  @OptionGroup var common: CommonOptions

  struct Hit: Encodable {
    var id: String
    var score: Float
    var text: String
    var label: String?
    var kept: Bool
  }

  mutating func validate() throws {
    guard k >= 1 else { throw ValidationError("-k must be at least 1, got \(k).") }
  }

  func run() throws {
    let open = try index.open(.shared, common.begin())
    let encoder = try open.embedder(model, prompt: prompt.choice)
    var query = [Float](repeating: 0, count: encoder.dimension)
    _ = try query.withUnsafeMutableBufferPointer {
      try encoder.embed([text], into: $0.baseAddress!, progress: nil)
    }
    let faiss = try FaissIndex(
      contentsOf: open.folder.index, expectedDimension: open.manifest.dimension)
    let kept = Set(try open.catalog.keptRows())
    let hits: [Hit] = try query.withUnsafeBufferPointer { query in
      let vector = VectorRows(pointer: query.baseAddress!, rows: 1, dimension: encoder.dimension)
      let rows = try faiss.search(vector, count: min(k, open.manifest.recordCount)).rows
      return try rows.map { row in
        let record = try open.catalog.record(row: Int(row))!
        let score = canonicalDot(
          query.baseAddress!, open.vectors.vectors[Int(row)], count: encoder.dimension)
        return Hit(
          id: record.id, score: score, text: record.text, label: record.label,
          kept: kept.contains(Int(row)))
      }
    }
    try common.show(hits) { hits in
      var table = Table([("score", .right), ("id", .left), ("label", .left), ("text", .left)])
      for hit in hits {
        table.add([
          String(format: "%.4f", hit.score), excerpt(hit.id, limit: 30),
          excerpt(hit.label ?? "", limit: 20), excerpt(hit.text, limit: 80),
        ])
      }
      return table.text
    }
  }
}

extension OpenIndex {
  /// The embedder the index was built with, from the folder the user names; refused if it is
  /// another.
  ///
  /// - Parameter prompt: another than the index's, where the caller asks for one.
  func embedder(_ model: ModelOptions, prompt: PromptChoice = .standard) throws -> any Embedder {
    guard let precision = Precision(rawValue: manifest.model.precision),
      let longTexts = LongTexts(rawValue: manifest.model.longTexts ?? "truncate")
    else {
      throw FileError(
        place: folder.manifest.relativePath,
        expected: "a precision and a rule for long texts this version knows",
        found: "'\(manifest.model.precision)', '\(manifest.model.longTexts ?? "truncate")'")
    }
    let model = try EmbeddingModel(at: model.folder)
    // Before its options, which another model may refuse: a clearer word on what is wrong.
    var same = manifest.model
    (same.name, same.hash) = (model.url.lastPathComponent, model.hash)
    if same.hash != manifest.model.hash { try manifest.checkModel(same, in: folder) }
    let embedder = try model.embedder(
      EmbeddingOptions(
        precision: precision, maximumTokens: manifest.model.maximumTokens,
        prompt: prompt == .standard ? .text(manifest.model.prompt ?? "") : prompt,
        longTexts: longTexts))
    try check(embedder, anyPrompt: prompt != .standard)
    return embedder
  }
}
