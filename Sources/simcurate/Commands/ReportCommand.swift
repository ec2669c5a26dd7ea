import ArgumentParser
import Corpus
import Curation
import Files
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
    let report = try Self.write(index.open(.exclusive, console), title: title)
    if common.json {
      FileHandle.standardOutput.write(Data((try report.json() + "\n").utf8))
    } else if markdown {
      FileHandle.standardOutput.write(Data(report.markdown().utf8))
    } else {
      print("report: \(IndexFolder(index.url).report.relativePath)")
    }
  }

  /// Writes `report.html`, `report.md` and `report.json` into the index folder.
  @discardableResult
  static func write(_ index: OpenIndex, title: String?) throws -> Report {
    let report = try ReportAssembler(index).report(title: title)
    let html = index.folder.report
    for (url, text) in [
      (html, report.html()),
      (html.deletingPathExtension().appendingPathExtension("md"), report.markdown()),
      (html.deletingPathExtension().appendingPathExtension("json"), try report.json() + "\n"),
    ] {
      try AtomicFile.write(Data(text.utf8), to: url)
    }
    return report
  }
}
