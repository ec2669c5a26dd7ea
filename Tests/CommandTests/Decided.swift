import Foundation
import Testing

/// What one `dedup` decided, its figures checked against the rows it wrote.
struct Decided {
  var summary: [String: Any]
  var kept: Set<String>
  var removed: [[String: Any]]

  /// Left out without a witness.
  var dropped: Int { (summary["dropped"] as? [String: Int] ?? [:]).values.reduce(0, +) }
}

extension Sandbox {
  /// Runs `dedup index`, holds its counts against what it and `export` wrote, and verifies.
  func dedup(_ options: String...) throws -> Decided { try dedup(options) }

  func dedup(_ options: [String]) throws -> Decided {
    let files = ["--export", "kept.jsonl", "--export-removed", "removed.jsonl"]
    let summary = try run(["dedup", "index", "--json"] + files + options).succeeded().object()
    func ids(_ name: String) throws -> [String] { try rows(name).map { $0["id"] as! String } }
    let removed = try rows("removed.jsonl")
    let decided = Decided(summary: summary, kept: Set(try ids("kept.jsonl")), removed: removed)
    let stages = Dictionary(removed.map { ($0["stage"] as! String, 1) }, uniquingKeysWith: +)
    #expect(summary["kept"] as? Int == decided.kept.count, "\(options)")
    #expect(summary["removed"] as? Int == removed.count, "\(options)")
    #expect(summary["removedByStage"] as? [String: Int] == stages, "\(options)")
    let records = try #require(summary["records"] as? Int)
    #expect(decided.kept.count + removed.count + decided.dropped == records, "\(options)")
    #expect(removed.allSatisfy { decided.kept.contains($0["witness"] as! String) }, "\(options)")

    try run("export", "index", "--what", "kept", "--out", "out.jsonl").succeeded()
    #expect(try ids("out.jsonl") == ids("kept.jsonl"))
    try run("export", "index", "--what", "removals", "--out", "out.jsonl").succeeded()
    #expect(try Set(ids("out.jsonl")) == Set(ids("removed.jsonl")))
    let text = try run(["dedup", "index"] + options).succeeded().text
    let verified = try run("verify", "index", "--json").succeeded().object()
    #expect(verified["kept"] as? Int == decided.kept.count)
    #expect(verified["removed"] as? Int == removed.count)
    #expect(text.contains("\(decided.kept.count) of \(records) records kept"), "\(text)")
    #expect(text.contains("\(removed.count) removed"), "\(text)")
    for (stage, count) in stages { #expect(text.contains("\(count) \(stage)"), "\(text)") }
    return decided
  }
}
