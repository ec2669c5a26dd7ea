import ArgumentParser
import Curation
import Foundation

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

  mutating func validate() throws {
    guard k >= 1 else { throw ValidationError("-k must be at least 1, got \(k).") }
  }

  func run() throws {
    let open = try index.open(.shared, common.begin())
    let embedder = try open.embedder(model.folder, prompt: prompt.choice)
    let hits = try SearchStep(open, embedder: embedder).run(text, count: k)
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
