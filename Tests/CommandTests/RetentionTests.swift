import Foundation
import Testing

/// The report's curve of what other thresholds would keep.
@Suite struct RetentionTests {
  /// At every threshold it shows, and with every stage, the curve has what `dedup` keeps there.
  @Test func curveIsWhatDedupKeeps() throws {
    let sandbox = try Sandbox().indexed()
    let stages = [
      "--stages", "exact,normalized,lexical,semantic", "--lexical-threshold", "0.4",
      "--containment", "0.9", "--shingles", "words:1", "--guards", "none",
    ]
    func kept(_ threshold: String) throws -> Int {
      let summary = try sandbox.run(
        ["dedup", "index", "--json", "--threshold", threshold] + stages
      ).succeeded().object()
      let removed = try #require(summary["removedByStage"] as? [String: Int])
      #expect(removed["lexical", default: 0] + removed["containment", default: 0] > 10)
      return try #require(summary["kept"] as? Int)
    }
    func curve() throws -> [Double: Int] {
      let report = try sandbox.run("report", "index", "--json").succeeded().object()
      let similarity = try #require(report["similarity"] as? [String: Any])
      let points = try #require(similarity["retention"] as? [[String: Any]])
      return Dictionary(
        uniqueKeysWithValues: points.map { ($0["threshold"] as! Double, $0["kept"] as! Int) })
    }
    _ = try kept("0.8")
    let points = try curve()
    #expect(points.count == 16)
    #expect(Set(points.values).count > 3)
    for threshold in ["0.7", "0.76", "0.8", "0.94", "1"] {
      #expect(try points[Double(threshold)!] == kept(threshold), "\(threshold)")
    }
    // Moved to a threshold between the steps, the curve moves with it; where the floor moves below
    // the pairs stored, it begins with them.
    let between = try kept("0.85")
    let moved = try curve()
    #expect(moved[0.85] == between)
    #expect(moved.keys.min() == 0.75 && moved.keys.max() == 0.99)
    let low = try kept("0.72")
    let lower = try curve()
    #expect(lower[0.72] == low && lower.keys.min() == 0.7)
    let page = try sandbox.text("index/report.html")
    #expect(page.contains("threshold of the stage semantic"))
  }
}
