import Curation
import Foundation
import Testing

@Suite struct SplitOptionsTests {
  /// Options as earlier versions left them in an index are read, with today's defaults, but for what
  /// left training beside a given test set: whole groups, then.
  @Test func optionsOfEarlierVersionsAreRead() throws {
    let stored = """
      {"budget":0.4,"developmentShare":0.1,"labels":"balanced","seed":7,"selection":"k-center",
      "testShare":0.2,"topics":"proportional","trainShare":0.7}
      """
    let options = try JSONDecoder().decode(SplitOptions.self, from: Data(stored.utf8))
    var expected = SplitOptions(
      trainShare: 0.7, developmentShare: 0.1, testShare: 0.2, budget: 0.4, selection: .kCenter,
      seed: 7)
    expected.leaveOut = .group
    #expect(options == expected)
  }

  @Test func newOptionsReadBack() throws {
    var options = SplitOptions(balance: .source, folds: 3)
    options.budgetTokens = 900
    options.quotas = ["a": 2]
    options.pin = .script
    options.qualityField = "stars"
    options.qualityWeight = 0.25
    options.disjoint = .entities
    options.leaveOut = .near
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(SplitOptions.self, from: data) == options)
  }
}
