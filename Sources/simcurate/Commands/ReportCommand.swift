import ArgumentParser
import Curation
import Foundation
import Reporting
import Store

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write what was found as one HTML page, Markdown and JSON.",
    discussion: """
      Of one index everything that was done in it, as report.html, report.md and report.json in its \
      folder. Of several indexes their studies side by side: effects by study in one plot, their \
      mean by a random-effects model where they are scored by one metric, and a table of the studies.

      Example: simcurate report indexes/reviews --title "Reviews, November"
      Example: simcurate report indexes/reviews indexes/tickets --out studies.html
      """)

  @Argument(
    help: ArgumentHelp(
      "Index folder, or two and more whose studies are set side by side.", valueName: "index"))
  var indexes: [String]
  @OptionGroup var locks: LockOptions
  @Option(
    name: .long, help: ArgumentHelp("Title (default: the indexes' names).", valueName: "text"))
  var title: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Page to write for several indexes, .md and .json beside it (default: studies.html).",
      valueName: "file"))
  var out: String?
  @OptionGroup var force: ForceOption
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What this machine draws while it works, in watts, for an estimate of energy.",
      valueName: "number"))
  var watts: Double?
  @Flag(name: .long, help: "Print the report as Markdown on standard output.")
  var markdown = false
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if markdown, common.json { throw ValidationError("--markdown and --json exclude each other.") }
    if let watts, !(watts > 0 && watts < 1e9) {
      throw ValidationError("--watts is a positive number of watts.")
    }
    if indexes.count == 1, out != nil {
      throw ValidationError("--out is for several indexes; one has its report in its folder.")
    }
    if indexes.count == 1, force.force {
      throw ValidationError("--force is for several indexes; one's report is replaced as it is.")
    }
    if indexes.count > 1, watts != nil {
      throw ValidationError("--watts is for the report of one index.")
    }
    let paths = indexes.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    if Set(paths).count < paths.count { throw ValidationError("An index is named twice.") }
    if let out, ![".html", ".htm"].contains(where: { out.lowercased().hasSuffix($0) }) {
      throw ValidationError("--out is the page, a file that ends in .html.")
    }
  }

  func run() throws {
    let console = common.begin()
    if indexes.count > 1 {
      try compare(console)
      return
    }
    let url = URL(fileURLWithPath: indexes[0])
    try locks.hold(url, .exclusive, console)
    let report = try ReportStep(OpenIndex(at: url)).run(title: title, watts: watts)
    try show(
      json: report.json() + "\n", markdown: report.markdown(), page: IndexFolder(url).report)
  }

  /// Sets the studies of several indexes side by side.
  private func compare(_ console: Console) throws {
    let open = try indexes.map { path in
      let url = URL(fileURLWithPath: path)
      try locks.hold(url, .shared, console)
      return try OpenIndex(at: url, readOnly: true)
    }
    let set = try StudySet(open, title: title)
    let page = URL(fileURLWithPath: out ?? "studies.html")
    try set.write(to: page, replacing: force.force)
    try show(json: set.json(), markdown: set.markdown(), page: page)
  }

  private func show(json: String, markdown text: String, page: URL) throws {
    if common.json {
      FileHandle.standardOutput.write(Data(json.utf8))
    } else if markdown {
      FileHandle.standardOutput.write(Data(text.utf8))
    } else {
      print("report: \(page.relativePath)")
    }
  }
}
