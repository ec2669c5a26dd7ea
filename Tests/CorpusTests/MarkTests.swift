import Corpus
import Foundation
import Testing

/// Texts of endless combining marks, jamo, emoji and flags: normalization takes no longer than its
/// output, and what nobody can sort in linear time is refused.
@Suite struct MarkTests {
  static let hostile = [
    "\u{301}", "\u{344}", "\u{301}\u{323}", "\u{1100}", "\u{1100}\u{1161}\u{11a8}", "\u{11a8}",
    "e\u{301}", "e\u{323}\u{301}\u{344}", "👩\u{200d}", "🇩🇪", "\u{915}\u{94d}", "\u{f73}\u{f71}",
    "\u{ff9e}\u{301}", "\u{301}\u{34f}\u{323}", "ﬁ", "ß", "ſ\u{323}\u{307}", "\u{345}\u{301}",
    "\u{9c7}\u{9be}",
  ]

  /// Of the hostile texts; without two scalars whose marks Foundation and the standard library do not
  /// sort among others, as Unicode's canonical order has it.
  private static let scalars = hostile.flatMap { Array($0.unicodeScalars) }
    .filter { ![0xf73, 0xff9e].contains($0.value) }

  /// The definition, word for word; in quadratic time.
  private func reference(_ text: String) -> String {
    var text = text
    for _ in 0..<5 {
      var folded = ""
      for scalar in text.precomposedStringWithCompatibilityMapping.unicodeScalars {
        let properties = scalar.properties
        if properties.isWhitespace || properties.generalCategory == .control {
          if folded.unicodeScalars.last ?? " " != " " { folded += " " }
        } else if !properties.isDefaultIgnorableCodePoint {
          for upper in properties.uppercaseMapping.unicodeScalars {
            folded += upper.properties.lowercaseMapping
          }
        }
      }
      text = folded.precomposedStringWithCompatibilityMapping
    }
    return text
  }

  @Test func normalizationAgreesWithItsDefinition() {
    var generator = SeededGenerator(seed: 7)
    let scalars = Self.scalars + Array("ab e".unicodeScalars)
    for _ in 0..<3_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<14 { text.append(scalars.randomElement(using: &generator)!) }
      text.append("x")
      let normalized = TextNormalization.normalize(String(text))
      #expect(
        normalized.utf8.elementsEqual(reference(String(text)).utf8), "\(Array(text))")
    }
  }

  @Test func orderingKeepsTextsEquivalentAndSortsTheirMarks() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<3_000 {
      var view = String.UnicodeScalarView()
      for _ in 0..<10 { view.append(Self.scalars.randomElement(using: &generator)!) }
      let text = String(view)
      let ordered = MarkOrder.ordered(text)
      #expect(ordered == text)
      #expect(MarkOrder.ordered(ordered).utf8.elementsEqual(ordered.utf8))
      let ranks = ordered.unicodeScalars.map(\.properties.canonicalCombiningClass.rawValue)
      #expect(zip(ranks, ranks.dropFirst()).allSatisfy { $0 <= $1 || $1 == 0 })
    }
  }

  /// All scalars, and those that compose with one before them, as Foundation knows them.
  private static let (all, seconds): ([Unicode.Scalar], Set<Unicode.Scalar>) = {
    let all = (0...UInt32(0x10ffff)).compactMap { Unicode.Scalar($0) }
    var seconds = Set<Unicode.Scalar>()
    for scalar in all {
      let text = String(scalar)
      let parts = text.decomposedStringWithCanonicalMapping.unicodeScalars
      if parts.count > 1, text.precomposedStringWithCanonicalMapping.unicodeScalars.count == 1 {
        seconds.formUnion(parts.dropFirst())
      }
    }
    return (all, seconds)
  }()

  /// No scalar outside the runs that are sorted hides a mark at its beginning, and texts are cut
  /// before none that composes with what stands before it.
  @Test func allMarksAndSecondsAreKnown() {
    for scalar in Self.all {
      let first = String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.first
      guard let first else { continue }
      let isMark = first.properties.canonicalCombiningClass.rawValue > 0
      if isMark { #expect(MarkOrder.isMark(scalar.value, halfwidth: true), "\(scalar.value)") }
      if isMark || Self.seconds.contains(first) {
        #expect(NormalForm.mayJoin(scalar.value), "\(scalar.value)")
      }
    }
  }

  @Test func piecesComposeAsTheWhole() {
    var generator = SeededGenerator(seed: 9)
    let scalars = Array(Self.seconds) + Self.scalars
    for _ in 0..<20 {
      var view = String.UnicodeScalarView()
      while view.count < 5_000 {
        let run = Int.random(in: 1...4, using: &generator)
        for _ in 0..<run { view.append(scalars.randomElement(using: &generator)!) }
      }
      let text = String(view)
      #expect(
        NormalForm.compatible(text).utf8.elementsEqual(
          text.precomposedStringWithCompatibilityMapping.utf8))
    }
  }

  /// Marks alone come in runs of as many as a text may have.
  @Test(.timeLimit(.minutes(5)), arguments: hostile)
  func longTextsTakeLinearTime(_ hostile: String) {
    let isMarks = hostile.unicodeScalars.allSatisfy { MarkOrder.isMark($0.value, halfwidth: true) }
    let marks = MarkLimit.marks / hostile.unicodeScalars.count
    let unit = isMarks ? "a" + String(repeating: hostile, count: marks) : hostile
    let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
    let normalized = TextNormalization.normalize(text)
    let few = TextNormalization.normalize(String(repeating: unit, count: 50))
    #expect(normalized.utf8.count > 1_000 && normalized.utf8.starts(with: few.utf8.prefix(8)))
    #expect(TextNormalization.normalize(normalized).utf8.elementsEqual(normalized.utf8))
    #expect(MarkOrder.ordered(text).utf8.count >= text.utf8.count)
  }

  @Test func tooManyMarksAreRefused() throws {
    let most = String(repeating: "\u{301}\u{323}", count: 128)
    #expect(try records("a" + most + "b" + most, as: "x.txt").count == 1)
    let escaped = #"\u0301\u0323"#
    for (name, text) in [
      ("x.txt", "good\na\(most)\u{301}\n"), ("x.csv", "text\n\"a\(most)\u{344}\"\n"),
      ("x.jsonl", "{\"text\":\"a\"}\n{\"text\":\"\(most)\u{301}\"}\n"),
      ("x.jsonl", "{\"text\":\"a\"}\n{\"text\":\"\(String(repeating: escaped, count: 129))\"}\n"),
    ] {
      let error = try #require(failure(text, as: name))
      #expect(error.place.hasSuffix("\(name):2"), "\(error)")
      #expect("\(error)".contains("256 combining marks"), "\(error)")
      let options = ReadingOptions(skipInvalid: true)
      if !name.hasSuffix("csv") { #expect(try records(text, as: name, options).count == 1) }
    }
  }
}
