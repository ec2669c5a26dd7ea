import Curation
import Testing
import Transformer

/// The guards that know what of a text did not reach the model.
@Suite struct ModelGuardTests {
  private func unknown(_ text: String, _ words: String...) -> GuardFeatures {
    GuardFeatures(text, reading: TextReading(tokens: 9, unknownWords: words))
  }

  /// `seen` reached the model, `unseen` did not.
  private func cut(_ seen: String, _ unseen: String) -> GuardFeatures {
    GuardFeatures(
      seen + unseen, reading: TextReading(tokens: 256, seenBytes: seen.utf8.count))
  }

  private func isApart(_ textGuard: TextGuard, _ a: GuardFeatures, _ b: GuardFeatures) -> Bool {
    let vetoes = [textGuard.veto(a, b), textGuard.veto(b, a)]
    #expect((vetoes[0] == nil) == (vetoes[1] == nil), "symmetric")
    return vetoes[0] != nil
  }

  @Test func unknownWordsDiffer() {
    let thumbs = unknown("great 👍👍", "👍👍")
    #expect(
      TextGuard.unknown.veto(thumbs, unknown("great 👎👎", "👎👎"))?.detail == "👍👍 against 👎👎")
    #expect(
      TextGuard.unknown.veto(thumbs, GuardFeatures("great"))?.detail == "👍👍 against none")
    let on = unknown("请打开灯", "打", "开", "灯")
    #expect(isApart(.unknown, on, unknown("请关闭灯", "关", "闭", "灯")))
    #expect(isApart(.unknown, unknown("👍 not 👎", "👍", "👎"), unknown("👎 not 👍", "👎", "👍")))
  }

  @Test func unknownWordsAgree() {
    let variant = unknown("I do like 👍\u{FE0F}", "👍\u{FE0F}")
    #expect(!isApart(.unknown, unknown("I like 👍", "👍"), variant))
    #expect(!isApart(.unknown, GuardFeatures("a"), GuardFeatures("b")))
    #expect(!isApart(.unknown, GuardFeatures("a 👍"), GuardFeatures("a 👎")), "nobody recorded it")
  }

  @Test func endsThatTheModelDidNotSeeDiffer() {
    let long = cut("The treaty of 1648 ended the war. ", "It was signed in Münster.")
    let other = cut("The treaty of 1648 ended that war. ", "It was signed in Rome.")
    #expect(
      TextGuard.truncated.veto(long, other)?.detail
        == "beyond the model's limit “münster” against “rome”")
    #expect(isApart(.truncated, long, GuardFeatures("The treaty of 1648 ended the war.")))
    #expect(isApart(.truncated, long, cut("The treaty of 1648 ended the war. ", "Signed.")))
  }

  @Test func endsThatTheModelDidNotSeeAgree() {
    let long = cut("The treaty of 1648 ended the war. ", "It was signed in Münster.")
    let end = "It was signed in MÜNSTER"
    #expect(!isApart(.truncated, long, cut("A treaty of 1648 ended the war. ", end)))
    // The limit fell elsewhere, but what one lacks the other showed.
    let earlier = cut("In 1648 a treaty ended the war. It was ", "signed in Münster.")
    #expect(!isApart(.truncated, long, earlier))
    #expect(!isApart(.truncated, long, GuardFeatures("The treaty ended the war. " + end)))
    #expect(!isApart(.truncated, GuardFeatures("a"), GuardFeatures("b")))
  }

  @Test func onlyVectorsAreDoubted() {
    let (a, b) = (unknown("great 👍", "👍"), unknown("great 👎", "👎"))
    for stage in RemovalStage.allCases {
      let veto = TextGuard.firstVeto(TextGuard.allCases, a, b, at: stage)
      #expect((veto?.kind == .unknown) == (stage == .semantic), "\(stage)")
    }
  }

  /// Marks out of order, jamo, emoji and flags: each guard goes over them once.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: [
      "\u{1100}\u{1161}\u{11a8}", "\u{11a8}", "e\u{301}\u{323}", "o\u{f73}\u{f71}",
      "\u{915}\u{94d}", "👩\u{200d}", "🇩🇪", "É", "か", "7",
    ])
  func longTextsOfOneCharacter(_ unit: String) {
    let long = String(repeating: unit, count: 100_000 / unit.utf8.count)
    let features = ["", "x"].map { end in
      GuardFeatures(
        "a" + long + end,
        reading: TextReading(
          tokens: 256, seenBytes: 1 + 50 * unit.utf8.count, unknownWords: [long + end]))
    }
    for textGuard in TextGuard.allCases {
      #expect(!isApart(textGuard, features[0], features[0]), "\(textGuard)")
      let expected: Set<TextGuard> = [.unknown, .truncated]
      if expected.contains(textGuard) {
        #expect(isApart(textGuard, features[0], features[1]), "\(textGuard)")
      } else {
        _ = isApart(textGuard, features[0], features[1])
      }
    }
  }
}
