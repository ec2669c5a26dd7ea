import Files
import Foundation
import Kernels
import Testing
import Training

/// Schemes and spans, on random sentences whose seed a failure prints.
@Suite struct TagTests {
  /// A sentence's length and entities in it, often side by side.
  static func entities(_ random: inout SplitMix64) -> (count: Int, entities: [EntitySpan]) {
    let count = Int.random(in: 0...9, using: &random)
    var entities: [EntitySpan] = []
    var word = Int.random(in: 0...1, using: &random)
    while word < count {
      let end = min(count, word + Int.random(in: 1...3, using: &random))
      let type = ["LOC", "PER", "creative-work", ""].randomElement(using: &random)!
      entities.append(EntitySpan(words: word..<end, type: type))
      word = end + Int.random(in: 0...2, using: &random)
    }
    return (count, entities)
  }

  @Test(arguments: TagScheme.allCases) func spansSurviveEveryScheme(scheme: TagScheme) throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(state: seed)
      let (count, entities) = Self.entities(&random)
      let tags = scheme.tags(of: entities, count: count)
      #expect(EntitySpan.entities(of: tags) == entities, "seed \(seed)")
      #expect(tags.map { Tag($0.name) } == tags, "seed \(seed)")
    }
  }

  @Test(arguments: TagScheme.allCases) func schemesAreRecognized(scheme: TagScheme) throws {
    var random = SplitMix64(state: 5)
    let sentences = (0..<60).map { _ in Self.entities(&random) }
    let tags = sentences.map { scheme.tags(of: $0.entities, count: $0.count) }
    let data = try TaggedData(tags.map { $0.map(\.name) })
    #expect(data.scheme == scheme)
    #expect(data.irregularities.isEmpty)
    #expect(data.strays.count == 0)
    #expect(data.entities == sentences.map(\.entities))
    #expect(data.tags(in: scheme) == tags)
    #expect(data.types == ["", "LOC", "PER", "creative-work"])
    for target in TagScheme.allCases {
      let converted = try TaggedData(data.tags(in: target).map { $0.map(\.name) })
      #expect(converted.scheme == target)
      #expect(converted.entities == data.entities)
    }
  }

  @Test func bilouIsBioes() throws {
    let data = try TaggedData([["U-PER", "O", "B-LOC", "I-LOC", "L-LOC"]])
    #expect(data.scheme == .bioes)
    #expect(data.irregularities.isEmpty)
    #expect(data.tags().first!.map(\.name) == ["B-PER", "O", "B-LOC", "I-LOC", "I-LOC"])
  }

  @Test func nothingIsIOB2() throws {
    #expect(try TaggedData([]).scheme == .iob2)
    #expect(try TaggedData([["O"], []]).scheme == .iob2)
  }

  @Test func irregularTagsAreReportedAndRead() throws {
    let regular = [[String]](repeating: ["B-LOC", "I-LOC", "O", "B-LOC"], count: 8)
    let data = try TaggedData(
      regular + [["O", "I-PER", "I-PER"], ["B-PER", "I-LOC"], ["B-PER", "E-PER", "S-LOC"]])
    #expect(data.scheme == .iob2)
    #expect(
      data.irregularities == [
        TagIrregularity(
          kind: .withoutBeginning, count: 1, places: [.init(sentence: 8, word: 1)]),
        TagIrregularity(kind: .typeChange, count: 1, places: [.init(sentence: 9, word: 1)]),
        TagIrregularity(
          kind: .otherScheme, count: 2,
          places: [.init(sentence: 10, word: 1), .init(sentence: 10, word: 2)]),
      ])
    #expect(data.strays == .init(count: 2, first: [8, 10]))
    #expect(
      data.tags().suffix(3).map { $0.map(\.name) } == [
        ["O", "B-PER", "I-PER"], ["B-PER", "B-LOC"], ["B-PER", "I-PER", "B-LOC"],
      ])
  }

  @Test func endsAreMissedInBIOES() throws {
    let regular = [[String]](repeating: ["B-LOC", "E-LOC", "O", "S-LOC"], count: 8)
    let data = try TaggedData(regular + [["B-LOC", "I-LOC"], ["B-LOC", "O", "E-LOC"]])
    #expect(data.scheme == .bioes)
    #expect(
      data.irregularities == [
        TagIrregularity(
          kind: .withoutBeginning, count: 1, places: [.init(sentence: 9, word: 2)]),
        TagIrregularity(
          kind: .withoutEnd, count: 2,
          places: [.init(sentence: 8, word: 1), .init(sentence: 9, word: 0)]),
      ])
  }

  @Test func onlyTheFirstPlacesAreKept() throws {
    let sentence = ["I-X", "O", "B-X", "O", "B-Y"]
    let data = try TaggedData([[String]](repeating: sentence, count: 40))
    #expect(data.scheme == .iob2)
    #expect(data.irregularities.map(\.count) == [40])
    #expect(data.irregularities[0].places.count == TagIrregularity.placeLimit)
  }

  @Test(arguments: ["", "o", "X-PER", "-", "-PER", "PER", "BPER", "3", "É-X", "B\u{301}-X"])
  func refusesWhatIsNoTag(text: String) {
    let error = #expect(throws: FileError.self) { try TaggedData([[], ["O", text]]) }
    #expect(error?.place == "sentence 2, word 2")
    #expect(error?.found == "'\(text)'")
  }
}
