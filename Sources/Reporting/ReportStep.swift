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
  /// - Throws: `FileError` if a file cannot be written.
  public func write(to page: URL) throws {
    try Reporting.write(html: html(), markdown: markdown(), json: json(), to: page)
  }
}

/// A page, and Markdown and JSON beside it.
private func write(html: String, markdown: String, json: String, to page: URL) throws {
  let stem = page.deletingPathExtension()
  for (url, text) in [
    (page, html), (stem.appendingPathExtension("md"), markdown),
    (stem.appendingPathExtension("json"), json),
  ] {
    try AtomicFile.write(Data(text.utf8), to: url)
  }
}
