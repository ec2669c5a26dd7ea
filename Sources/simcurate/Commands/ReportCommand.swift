import ArgumentParser
import Foundation
import Reporting
import Store

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write what was found as one HTML page, Markdown and JSON.",
    discussion: "Example: simcurate report indexes/reviews --title \"Reviews, November\"")

  @OptionGroup var index: IndexArgument
  @Option(name: .long, help: ArgumentHelp("Title (default: the index's name).", valueName: "text"))
  var title: String?
  @Flag(name: .long, help: "Print the report as Markdown on standard output.")
  var markdown = false
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if markdown, common.json { throw ValidationError("--markdown and --json exclude each other.") }
  }

  func run() throws {
    let console = common.begin()
    let report = try ReportStep(index.open(.exclusive, console)).run(title: title)
    if common.json {
      FileHandle.standardOutput.write(Data((try report.json() + "\n").utf8))
    } else if markdown {
      FileHandle.standardOutput.write(Data(report.markdown().utf8))
    } else {
      print("report: \(IndexFolder(index.url).report.relativePath)")
    }
  }
}
