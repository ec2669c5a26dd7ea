import Curation
import Files
import Foundation

/// Writes what was found in an index as `report.html`, `report.md` and `report.json` into its folder.
public struct ReportStep {
  private let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// - Parameter title: what the report is about; the index folder's name if nil.
  /// - Throws: `FileError` for a damaged index, or a folder that cannot be written to.
  public func run(title: String? = nil) throws -> Report {
    let report = try ReportAssembler(index).report(title: title)
    let html = index.folder.report
    let base = html.deletingPathExtension()
    for (url, text) in [
      (html, report.html()), (base.appendingPathExtension("md"), report.markdown()),
      (base.appendingPathExtension("json"), try report.json() + "\n"),
    ] {
      try AtomicFile.write(Data(text.utf8), to: url)
    }
    return report
  }
}
