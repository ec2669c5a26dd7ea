import Foundation
import Reporting
import Testing

@Suite struct SnapshotTests {
  @Test func markdownIsAsRecorded() throws {
    try expectRecorded(SampleReport.full().markdown(), "report.md")
    try expectRecorded(SampleReport.dedupOnly().markdown(), "dedup.md")
  }

  @Test func jsonIsAsRecorded() throws {
    try expectRecorded(SampleReport.dedupOnly().json(), "dedup.json")
  }

  @Test func jsonReadsBack() throws {
    let report = SampleReport.full()
    let json = try report.json()
    #expect(try Report(json: json) == report)
    #expect(try Report(json: json).json() == json)
  }

  /// Compares with the recorded file. A missing one is recorded, and with
  /// `SIMCURATE_RECORD=1` all are; both fail, so that no run passes by recording.
  private func expectRecorded(_ text: String, _ name: String) throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/\(name)")
    let mustRecord = ProcessInfo.processInfo.environment["SIMCURATE_RECORD"] != nil
    guard !mustRecord,
      let url = Bundle.module.url(forResource: "Golden/\(name)", withExtension: nil)
    else {
      try text.write(to: source, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name): look at it, commit it and run again")
      return
    }
    let recorded = try String(contentsOf: url, encoding: .utf8)
    let lines = zip(text.split(separator: "\n"), recorded.split(separator: "\n"))
    if text != recorded {
      let difference = lines.first { $0.0 != $0.1 }
      Issue.record("\(name) differs, first at: \(difference.map(\.0) ?? "its length")")
    }
  }
}
