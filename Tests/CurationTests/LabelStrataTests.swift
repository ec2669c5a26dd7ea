import Curation
import Testing

@Suite struct LabelStrataTests {
  @Test func classesAreStrata() {
    let found = LabelStrata(["b", nil, "a", "10", "b"])
    #expect(found.kind == .classes && found.names == ["10", "a", "b"])
    #expect(found.strata == [2, -1, 1, 0, 2] && found.labels == found.strata)
    #expect(LabelStrata([nil]).kind == .classes && LabelStrata([]).names.isEmpty)
    // Whole numbers name classes, as those of many data sets.
    #expect(LabelStrata(["1", "2", "2.0"]).kind == .classes)
  }

  @Test func aSetGoesByItsRarestLabel() {
    let found = LabelStrata([#"["a","b"]"#, #"["a"]"#, "[]", #"["a","c"]"#, #"["b"]"#, nil, "c"])
    #expect(found.kind == .sets && found.names == ["(none)", "a", "b", "c"])
    #expect(found.strata == [2, 1, 0, 3, 2, -1, 3])
    // Different sets are different labels, whatever they share.
    #expect(Set(found.labels).count == 7)
  }

  @Test func scoresGoByTenBinsOfEqualSize() {
    let scores = (0..<40).map { "\(Double($0 * $0) / 2)" }
    let found = LabelStrata(scores.reversed() + [nil])
    #expect(found.kind == .scores && found.names.count == 10)
    let counts = Dictionary(found.strata.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts == Dictionary(uniqueKeysWithValues: [(-1, 1)] + (0..<10).map { ($0, 4) }))
    #expect(found.names[0] == "0.0 to 4.5" && found.strata.first == 9)
  }

  @Test func equalScoresShareABinAndALabel() {
    let found = LabelStrata(["0.5", "2", "2.0", "2e0", "-1"] + [String](repeating: "7", count: 20))
    #expect(found.kind == .scores)
    #expect(Set(found.labels[1...3]).count == 1 && Set(found.labels).count == 4)
    #expect(Set(found.strata[5...]).count == 1)
    #expect(found.strata.allSatisfy { found.names.indices.contains(Int($0)) })
  }

  @Test(arguments: ["nan", "inf", "x", ""])
  func oneLabelThatIsNoNumberMakesClasses(label: String) {
    #expect(LabelStrata(["0.5", "1.5", label]).kind == .classes)
  }
}
