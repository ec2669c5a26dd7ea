import Foundation
import GRDB
import Testing

/// Budgets, quotas, quality and what splits keep apart, through the command.
@Suite struct SplitSelectionTests {
  private func clustered(_ change: (Int, [String: Any]) -> [String: Any] = { $1 }) throws
    -> Sandbox
  {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.writeCorpus()
    let lines = try sandbox.rows("corpus.jsonl").enumerated().map { number, row in
      String(
        decoding: try JSONSerialization.data(
          withJSONObject: change(number, row), options: [.sortedKeys]), as: UTF8.self)
    }
    for (name, part) in [("web", lines.prefix(60)), ("forum", lines.dropFirst(60))] {
      try sandbox.write(name + ".jsonl", part.joined(separator: "\n") + "\n")
    }
    try sandbox.run("index", "web.jsonl", "forum.jsonl", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    try sandbox.run("cluster", "index").succeeded()
    return sandbox
  }

  private func rows(_ sandbox: Sandbox, _ query: String) throws -> [Row] {
    let queue = try DatabaseQueue(path: sandbox.url("index/catalog.sqlite").path)
    return try queue.read { try Row.fetchAll($0, sql: query) }
  }

  private func selected(_ sandbox: Sandbox, by column: String) throws -> [String: Int] {
    Dictionary(
      uniqueKeysWithValues: try rows(
        sandbox,
        """
        SELECT \(column), count(*) FROM splits JOIN records USING (row)
        WHERE selected GROUP BY 1
        """
      ).map { ($0[0], $0[1]) })
  }

  @Test(arguments: ["facility-location", "stochastic-greedy", "k-center"])
  func tokenBudgetsAreKept(method: String) throws {
    let sandbox = try clustered()
    let summary = try sandbox.run(
      "split", "index", "--budget-tokens", "400", "--selection", method, "--balance", "none",
      "--json"
    ).succeeded().object()
    let spent = try rows(
      sandbox, "SELECT sum(tokens), count(*) FROM splits JOIN records USING (row) WHERE selected")
    let tokens: Int = spent[0][0]
    #expect(tokens <= 400 && tokens > 385)
    let figures = try SplitFigures(summary)
    #expect(try figures.number("selection", "spent") == Double(tokens))
    #expect(summary["method"] as? String == method)
    #expect((summary["guarantee"] as? String)?.isEmpty == false)
    try sandbox.run("split", "index", "--budget-tokens", "0").fails(64, saying: "--budget-tokens")
  }

  @Test func quotasFollowSourceWeightsAndPins() throws {
    let sandbox = try clustered()
    func split(_ options: String...) throws -> SplitFigures {
      let summary = try sandbox.run(["split", "index", "--budget", "40", "--json"] + options)
        .succeeded().object()
      return try SplitFigures(summary)
    }
    _ = try split("--balance", "source")
    #expect(try selected(sandbox, by: "source") == ["web.jsonl": 20, "forum.jsonl": 20])
    let weighted = try split("--balance", "source", "--quota", "forum.jsonl=3")
    #expect(try selected(sandbox, by: "source") == ["web.jsonl": 10, "forum.jsonl": 30])
    #expect(try weighted.target("quotas by source, greatest difference") == 0)
    let pinned = try split("--pin", "source")
    // 60 of 227 records were web's before dedup.
    #expect(try selected(sandbox, by: "source") == ["web.jsonl": 11, "forum.jsonl": 29])
    #expect(try #require(try pinned.target("quotas by source, greatest difference")) < 0.02)
    for key in ["label", "length", "topic", "script"] { _ = try split("--pin", key) }
    try sandbox.run("split", "index", "--quota", "lyrics=2")
      .fails(saying: "'lyrics'", "hint: these are there")
    try sandbox.run("split", "index", "--quota", "lyrics").fails(64, saying: "--quota")
    try sandbox.run("split", "index", "--balance", "none", "--quota", "a=1")
      .fails(64, saying: "--balance none")
  }

  @Test(arguments: ["mmr", "facility-location"])
  func qualityCounts(method: String) throws {
    let sandbox = try clustered { number, row in
      row.merging(["stars": (number * 67) % 227]) { $1 }
    }
    func mean(_ weight: String) throws -> Double {
      try sandbox.run(
        "split", "index", "--selection", method, "--quality-field", "stars", "--quality-weight",
        weight, "--budget", "30", "--balance", "none"
      ).succeeded()
      return try rows(
        sandbox,
        """
        SELECT avg(json_extract(fields, '$.stars')) FROM splits JOIN records USING (row)
        WHERE selected
        """)[0][0]
    }
    let (low, middle, high) = (try mean("0"), try mean("0.6"), try mean("1"))
    #expect(low < middle && middle < high)
    let best = try rows(
      sandbox,
      """
      SELECT avg(s) FROM (SELECT json_extract(fields, '$.stars') AS s FROM splits
        JOIN records USING (row) WHERE part = 'train' ORDER BY s DESC LIMIT 30)
      """)
    #expect(high == best[0][0] as Double)
    try sandbox.run("split", "index", "--quality-field", "beauty")
      .fails(saying: "'beauty'", "'cs-001'")
    try sandbox.run("split", "index", "--selection", "mmr").fails(64, saying: "--quality-field")
    try sandbox.run("split", "index", "--selection", "k-center", "--quality-field", "stars")
      .fails(64, saying: "k-center")
  }

  @Test(arguments: [
    ["--selection", "stochastic-greedy"], ["--selection", "k-center"], ["--balance", "topic"],
    ["--pin", "label", "--budget-tokens", "500"],
  ])
  func orderAndThreadsHaveNoInfluence(options: [String]) throws {
    let sandbox = try clustered()
    func result(_ index: String, _ threads: String) throws -> Set<String> {
      for step in [["dedup", index, "--threshold", "0.8"], ["cluster", index]] {
        try sandbox.run(step).succeeded()
      }
      try sandbox.run(["split", index, "--threads", threads, "--export", index + "-out"] + options)
        .succeeded()
      return Set(
        try ["train", "development", "test", "balanced"].flatMap { part in
          try sandbox.rows("\(index)-out/\(part).jsonl").map { part + " " + ($0["id"] as! String) }
        })
    }
    var random = Random(state: 4)
    let lines = try sandbox.text("corpus.jsonl").split(separator: "\n").shuffled(using: &random)
    try sandbox.write("shuffled.jsonl", lines.joined(separator: "\n") + "\n")
    try sandbox.run("index", "shuffled.jsonl", "--out", "other").succeeded()
    #expect(try result("index", "1") == result("other", "2"))
  }

  /// Pairs that only their shingles bring together are kept in one part as well.
  @Test func lexicalPairsDoNotCross() throws {
    let sandbox = try clustered()
    let stages = ["--stages", "exact,lexical", "--lexical-threshold", "0.2"]
    try sandbox.run(["dedup", "index", "--threshold", "0.99", "--scope", "leakage"] + stages)
      .succeeded()
    try sandbox.run("cluster", "index").succeeded()
    let summary = try sandbox.run("split", "index", "--json").succeeded().object()
    let crossing = """
      SELECT count(*) FROM pairs JOIN splits AS l ON l.row = a JOIN splits AS r ON r.row = b
      WHERE stage = 'lexical' AND score >= 0.2
      """
    #expect(try rows(sandbox, crossing)[0][0] as Int > 20)
    #expect(try rows(sandbox, crossing + " AND l.part <> r.part")[0][0] as Int == 0)
    let figures = try SplitFigures(summary)
    #expect(try figures.measure("near pairs across parts") == 0)
    #expect(try figures.measure("near pairs across parts", "before") > 5)
  }

  private func tagged(_ sandbox: Sandbox, _ names: [[String]]) throws {
    let sentences = names.enumerated().map { number, names in
      "Report\tO\nnumber\tO\n\(number)\tO\n"
        + names.map { "about\tO\nthe\tO\n\($0)\tB-LOC\nhall\tI-LOC\n" }.joined()
    }
    try sandbox.write("news.conll", sentences.joined(separator: "\n") + "\n")
  }

  @Test func entitiesStayOnOneSide() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    // Twenty places with a few reports each, and one place that is everywhere.
    try tagged(sandbox, (0..<120).map { ["Place\($0 % 20)"] + ($0 % 3 == 0 ? ["Rome"] : []) })
    try sandbox.run("index", "news.conll", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact", "--threshold", "1", "--floor", "0.99999")
      .succeeded()
    try sandbox.run("cluster", "index").succeeded()
    let summary = try sandbox.run(
      "split", "index", "--disjoint", "entities", "--shares", "0.6,0.2,0.2", "--json"
    ).succeeded().object()
    let figures = try SplitFigures(summary)
    let places = try rows(
      sandbox,
      """
      SELECT json_extract(fields, '$.tokens[5]') AS place, count(DISTINCT part) AS parts
      FROM splits JOIN records USING (row) GROUP BY place
      """)
    #expect(places.count == 20 && places.allSatisfy { $0["parts"] as Int == 1 })
    #expect(figures.values["entitiesTooFrequent"] as? Int == 1)
    let test = try figures.measure("test entities")
    #expect(abs(try figures.measure("test entities also in training") - 1 / test) < 1e-9)
    #expect(try figures.measure("test entities also in training", "before") > 0.9)
    let text = try sandbox.run(
      "split", "index", "--disjoint", "entities", "--shares", "0.6,0.2,0.2"
    ).succeeded().text
    #expect(text.contains("test entities also in training"))
  }

  @Test func aGivenTestSetTakesItsEntitiesOutOfTraining() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try tagged(sandbox, (0..<60).map { ["Place\($0 % 20)"] })
    try FileManager.default.moveItem(at: sandbox.url("news.conll"), to: sandbox.url("train.conll"))
    try tagged(sandbox, [["Place3"], ["Nowhere"]])
    try sandbox.run(
      "index", "--train", "train.conll", "--test", "news.conll", "--out", "index"
    ).succeeded()
    try sandbox.run("dedup", "index", "--stages", "exact", "--threshold", "1", "--floor", "0.99999")
      .succeeded()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index", "--disjoint", "entities").succeeded()
    let parts = try rows(
      sandbox,
      """
      SELECT part, count(*) AS n, sum(text LIKE '%Place3 %') AS named FROM splits
      JOIN records USING (row) GROUP BY part ORDER BY part
      """)
    #expect(parts.map { $0["part"] as String } == ["development", "test", "train"])
    #expect(parts.map { $0["named"] as Int } == [0, 1, 0])
    try sandbox.writeCorpus()
    try sandbox.run("index", "corpus.jsonl", "--out", "plain").succeeded()
    for step in ["dedup", "cluster"] { try sandbox.run(step, "plain").succeeded() }
    try sandbox.run("split", "plain", "--disjoint", "entities").fails(saying: "tokens and tags")
  }
}
