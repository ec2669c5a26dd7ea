import Foundation
import Reporting
import Study
import Testing

/// Several studies side by side.
@Suite struct StudySetTests {
  private func member(_ name: String, _ change: (inout StudySet.Member) -> Void = { _ in })
    -> StudySet.Member
  {
    var member = StudySet.Member(
      name: name, content: "of \(name)", task: "classify", trainingRecords: 5_520,
      analysis: SampleReport.fiveSeeds.analysis)
    change(&member)
    return member
  }

  private func studies(_ members: StudySet.Member...) -> StudySet {
    StudySet(title: "Three corpora", created: "2026-11-27T00:00:00Z", members: members)
  }

  /// Leak effects of three studies that differ by more than their errors.
  private var three: StudySet {
    studies(
      member("debian"),
      member("banking") {
        $0.leakEffect?.difference.value = 0.061
        $0.leakEffect?.difference.standardError = 0.011
      },
      member("<reviews>") {
        $0.leakEffect?.difference.value = 0.012
        $0.leakEffect?.difference.standardError = 0.009
      })
  }

  @Test func effectsAreSummedUpByRandomEffects() throws {
    let set = three
    let estimates = set.members.map {
      ($0.leakEffect!.difference.value, $0.leakEffect!.difference.standardError)
    }
    let pooled = try #require(RandomEffects(estimates))
    #expect(set.leak.pooled == pooled && set.leak.studies == ["debian", "banking", "<reviews>"])
    #expect(set.leak.notes.isEmpty && set.generalization.pooled != nil)
    let html = set.html()
    try expectWellFormed(html)
    #expect(html.contains("&lt;reviews&gt;") && !html.contains("<reviews>"))
    // Three rows and the mean for either effect.
    #expect(html.matches(of: /<polygon[^>]*class="fill5"/).count == 2)
    let markdown = set.markdown()
    #expect(markdown.contains("over 3 studies"))
    #expect(markdown.contains("| Leak effect on leaked items | 3 |"))
    #expect(
      try JSONDecoder().decode(StudySet.self, from: Data(set.json().utf8)) == set)
  }

  @Test func oneEffectOfAllIsClaimed() {
    let same = ["a", "b", "c"].map { name in
      member(name) {
        $0.leakEffect?.difference.value = 0.06
        $0.leakEffect?.difference.standardError = 0.008
      }
    }
    let set = StudySet(title: "same", created: "", members: same)
    #expect(
      set.markdown().contains(
        "Over 3 studies near-copies in training raised macro-F1 on the items that have one by 6.0 points"
      ))
  }

  @Test func differentMetricsAreNotSummedUp() {
    let names = member("names") { $0.metric = .entityF1 }
    let set = studies(member("debian"), names)
    #expect(set.leak.pooled == nil && set.generalization.pooled == nil)
    let text = set.markdown()
    #expect(text.contains("No two studies have a leak effect of one metric"))
    #expect(text.contains("| names | classify | entity F1 |"))
  }

  /// Wherever the other one stands.
  @Test(arguments: 0...2) func theMetricThatMostHaveIsSummedUp(place: Int) throws {
    var members = three.members
    members[2].metric = .spearman
    members.swapAt(place, 2)
    members.insert(member("sixth"), at: 3)
    let set = StudySet(title: "", created: "", members: members)
    let summed = members.filter { $0.metric == .macroF1 }
    #expect(set.leak.studies == summed.map(\.name) && summed.count == 3)
    let estimates = summed.map {
      ($0.leakEffect!.difference.value, $0.leakEffect!.difference.standardError)
    }
    #expect(set.leak.pooled == RandomEffects(estimates))
    let text = set.markdown()
    #expect(text.contains("is left out of the sum: it is a difference of Spearman"))
    #expect(set.html().contains("3 studies") && text.contains("over 3 studies"))
  }

  @Test func whatSaysNothingIsLeftOut() {
    let set = studies(
      member("debian"), member("other"), member("bad") { $0.isUnderfit = true },
      member("none") { $0.leakEffect = nil },
      member("still") { $0.leakEffect?.difference.standardError = 0 })
    #expect(set.leak.studies == ["debian", "other"])
    #expect(set.generalization.studies == ["debian", "other", "none", "still"])
    let text = set.markdown()
    for words in [
      "leak effect of “bad” is left out: its models are underfit", "“none” has no leak effect",
      "leak effect of “still” is left out",
    ] { #expect(text.contains(words), "\(words)") }
  }
}
