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
    for _ in 0..<20_000 {
      let once = TextNormalization.normalize(generator.text())
      let twice = TextNormalization.normalize(once)
      #expect(once.utf8.elementsEqual(twice.utf8), "\(once.debugDescription)")
    }
  }

  @Test func isIdempotentOnEveryScalar() {
    for value in UInt32(0)...0x2ffff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let once = TextNormalization.normalize("a" + String(scalar) + "b")
      if !TextNormalization.normalize(once).utf8.elementsEqual(once.utf8) {
        Issue.record("U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func asciiAgreesWithTheGeneralPath() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<5_000 {
      let text = String(
        String.UnicodeScalarView(
          (0..<12).map { _ in Unicode.Scalar(UInt8.random(in: 0...127, using: &generator)) }))
      // An ignorable code point sends the text down the general path and then disappears.
      let general = TextNormalization.normalize("\u{200b}" + text)
      let ascii = TextNormalization.normalize(text)
      #expect(general == ascii, "\(text.debugDescription)")
    }
  }
}
