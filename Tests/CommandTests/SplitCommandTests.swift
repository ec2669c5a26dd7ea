import Foundation
import GRDB
import Testing

/// Splits by time and into folds, through the command.
@Suite struct SplitCommandTests {
  private func clustered(_ lines: (Int, [String: Any]) -> [String: Any]) throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.writeCorpus()
    let rows = try sandbox.rows("corpus.jsonl").enumerated().map { lines($0, $1) }
    let text = try rows.map {
      String(
        decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]),
        as: UTF8.self)
    }
    try sandbox.write("timed.jsonl", text.joined(separator: "\n") + "\n")
    try sandbox.run("index", "timed.jsonl", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    try sandbox.run("cluster", "index").succeeded()
    return sandbox
  }

  private func rows(_ sandbox: Sandbox, _ query: String) throws -> [Row] {
    let queue = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    return try queue.read { try Row.fetchAll($0, sql: query) }
  }

  private func day(_ number: Int) -> String {
    let date = Date(timeIntervalSince1970: Double(number) * 86_400)
    return date.formatted(.iso8601.year().month().day())
  }

  @Test func timeOrderHoldsAcrossParts() throws {
    let sandbox = try clustered { number, row in
      row.merging(["date": day(19_000 + (number * 37) % 227)]) { $1 }
    }
    let summary = try sandbox.run("split", "index", "--time-field", "date", "--json").succeeded()
      .object()
    let bounds = try rows(
      sandbox,
      """
      SELECT part, min(json_extract(fields, '$.date')) AS first,
        max(json_extract(fields, '$.date')) AS last
      FROM splits JOIN records USING (row) GROUP BY part
      """)
    let of = Dictionary(
      uniqueKeysWithValues: bounds.map {
        ($0["part"] as String, ($0["first"] as String, $0["last"] as String))
      })
    #expect(of["train"]!.1 < of["development"]!.0 && of["development"]!.1 < of["test"]!.0)
    let crossing = try rows(
      sandbox, "SELECT group_id FROM splits GROUP BY group_id HAVING count(DISTINCT part) > 1")
    #expect(crossing.isEmpty)
    let figures = try SplitFigures(summary)
    #expect(try figures.measure("test share leaked at 0.8") == 0)
    for name in ["0.95", "0.9"] {
      #expect(try figures.measure("test share leaked at \(name)") == 0)
    }
    #expect(try figures.measure("highest train-test cosine") < 0.8)
    let counts = try rows(
      sandbox, "SELECT count(*) FILTER (WHERE part = 'test'), count(*) FROM splits")
    let share = Double(counts[0][0] as Int) / Double(counts[0][1] as Int)
    #expect(abs(try figures.target("test share, difference") - abs(share - 0.1)) < 1e-9)
  }

  @Test func timesThatMeanNothingAreRefused() throws {
    let sandbox = try clustered { number, row in
      row.merging(number == 4 ? [:] : ["date": day(19_000 + number), "same": 3]) { $1 }
    }
    try sandbox.run("split", "index", "--time-field", "date")
      .fails(saying: "timed.jsonl:5", "'date'", "hint:")
    try sandbox.run("split", "index", "--time-field", "text").fails(saying: "timed.jsonl:1")
    #expect(try rows(sandbox, "SELECT * FROM splits").isEmpty)
  }

  @Test func foldsPartitionWithoutCrossingGroups() throws {
    let sandbox = try clustered { $1 }
    let summary = try sandbox.run("split", "index", "--folds", "5", "--json").succeeded().object()
    let records = try rows(sandbox, "SELECT row, fold, group_id FROM splits")
    #expect(Set(records.map { $0["fold"] as Int? }) == [0, 1, 2, 3, 4])
    let crossing = try rows(
      sandbox, "SELECT group_id FROM splits GROUP BY group_id HAVING count(DISTINCT fold) > 1")
    #expect(crossing.isEmpty)
    let figures = try SplitFigures(summary)
    #expect(try figures.number("folds", "largest") - figures.number("folds", "smallest") <= 3)
    #expect(try figures.number("folds", "nearPairsAcross") == 0)
    try sandbox.run("split", "index", "--folds", "1").fails(64, saying: "--folds")
    #expect(
      try sandbox.run("split", "index", "--folds", "5").succeeded().text.contains("nothing to do"))
  }
}
