import Corpus
import Testing

@Suite struct NormalizationTests {
  @Test(arguments: [
    ("  The  Cat\tsat. ", "the cat sat"), ("STRASSE", "strasse"), ("Straße", "strasse"),
    ("ﬁne ½", "fine 1⁄2"), ("e\u{301}", "é"), ("ΣΑΣ", "σασ"), ("σας", "σασ"), ("...", "..."),
    (" . ", "."), ("Ｆｕｌｌ　Ｗｉｄｔｈ。", "full width"), ("ze\u{200b}ro\u{ad}", "zero"),
    ("is it?", "is it?"), ("costs 3.50.", "costs 3.50"), ("\"Hi!\"", "\"hi!\""), ("", ""),
    (" ", ""),
    ("a\u{85}b\u{2028}c", "a b c"), ("ı", "ı"), ("a\u{0}b", "a b"), ("é. ,", "é"), ("。", "。"),
  ])
  func normalizes(_ text: String, _ expected: String) {
    let found = TextNormalization.normalize(text)
    #expect(found.utf8.elementsEqual(expected.utf8), "\(found)")
  }

  @Test func keepsNumbersAndNegationApart() {
    let texts = ["5 mg", "50 mg", "-5 mg", "not 5 mg", "5 mg?", "5 mg!"]
    #expect(Set(texts.map(TextNormalization.normalize)).count == texts.count)
  }

  @Test func isIdempotent() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      let once = TextNormalization.normalize(generator.text())
      let twice = TextNormalization.normalize(once)
      #expect(once.utf8.elementsEqual(twice.utf8), "\(once.debugDescription)")
    }
  }

  /// Every scalar of the alphabets, symbols and compatibility forms; every 13th of Han and Hangul.
  private static let scalars = (UInt32(0)...0x1ffff)
    .filter { !(0x3400...0xdfff).contains($0) && !(0x10000...0x1efff).contains($0) || $0 % 13 == 0 }
    .compactMap(Unicode.Scalar.init)

  @Test func isIdempotentOnEveryScalar() {
    for scalar in Self.scalars {
      let once = TextNormalization.normalize("a" + String(scalar) + "b")
      if !TextNormalization.normalize(once).utf8.elementsEqual(once.utf8) {
        Issue.record("U+\(String(scalar.value, radix: 16))")
      }
    }
  }

  /// A ligature sends a text down the general path, and stands apart from what comes before it.
  private func general(_ text: String) -> String {
    String(TextNormalization.normalize(text + "x\u{fb01}").dropLast(3))
  }

  @Test func simplePathAgreesWithTheGeneralOne() {
    for scalar in Self.scalars {
      let text = "A" + String(scalar) + "B" + String(scalar)
      let simple = TextNormalization.normalize(text + "x").dropLast()
      if !simple.utf8.elementsEqual(general(text).utf8) {
        Issue.record("U+\(String(scalar.value, radix: 16))")
      }
    }
  }

  @Test func simpleTextsAgreeWithTheGeneralPath() {
    var generator = SeededGenerator(seed: 4)
    let scalars = Array(("aB7 .,\u{85}\t\u{0}" + "éÀÿЙёカが漢한😀…“”·，。\u{200d}\u{fe0f}").unicodeScalars)
    for _ in 0..<5_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<12 { text.append(scalars.randomElement(using: &generator)!) }
      let simple = TextNormalization.normalize(String(text) + "x").dropLast()
      #expect(simple.utf8.elementsEqual(general(String(text)).utf8), "\(String(text))")
    }
  }
}
