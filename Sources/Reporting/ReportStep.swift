import Curation
import Files
import Foundation

/// Writes what was found in an index as `report.html`, `report.md` and `report.json` into its folder.
public struct ReportStep {
  private let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// - Parameters:
  ///   - title: what the report is about; the index folder's name if nil.
  ///   - watts: what the machine draws while it works, for an estimate of energy.
  /// - Throws: `FileError` for a damaged index, or a folder that cannot be written to.
  public func run(title: String? = nil, watts: Double? = nil) throws -> Report {
    let report = try ReportAssembler(index).report(title: title, watts: watts)
    try Reporting.write(
      html: report.html(), markdown: report.markdown(), json: report.json() + "\n",
      to: index.folder.report)
    return report
  }
}

extension StudySet {
  /// Writes the page, and Markdown and JSON beside it under the same name.
  ///
  /// - Parameter replacing: what is there may be lost, whatever it is; else only a page of the same studies.
  /// - Throws: `FileError` if there is something else, or a file cannot be written.
  public func write(to page: URL, replacing: Bool = false) throws {
    if !replacing { try checkPlace(page) }
    try Reporting.write(html: html(), markdown: markdown(), json: json(), to: page)
  }

  /// The page's JSON tells whose it is; it is written first, so that a page cut short is known too.
  private func checkPlace(_ page: URL) throws {
    let files = PageFiles(page)
    guard let there = files.all.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else { return }
    let earlier = (try? RegularFile.contents(of: files.json)).flatMap {
      try? JSONDecoder().decode(Written.self, from: $0)
    }
    if earlier?.members == members.map(Written.Member.init) { return }
    throw FileError(
      place: there.relativePath, expected: "no file, or the page of these studies",
      found: earlier.map { "that of " + $0.members.map(\.name).joined(separator: ", ") }
        ?? "another file",
      advice: "\(OptionName.force) replaces it; or choose another \(OptionName.out)")
  }

  /// What says of a written page which studies it shows.
  private struct Written: Decodable {
    struct Member: Decodable, Equatable {
      var name: String
      var content: String

      init(_ member: StudySet.Member) { (name, content) = (member.name, member.content) }
    }

    var members: [Member]
  }
}

/// A page, and Markdown and JSON beside it.
private struct PageFiles {
  let html: URL
  let markdown: URL
  let json: URL

  init(_ page: URL) {
    let stem = page.deletingPathExtension()
    html = page
    markdown = stem.appendingPathExtension("md")
    json = stem.appendingPathExtension("json")
  }

  var all: [URL] { [html, markdown, json] }
}

private func write(html: String, markdown: String, json: String, to page: URL) throws {
  let files = PageFiles(page)
  for (url, text) in [(files.json, json), (files.markdown, markdown), (files.html, html)] {
    try AtomicFile.write(Data(text.utf8), to: url)
  }
}
