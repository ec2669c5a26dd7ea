import Curation
import Testing

@Suite struct EntityGuardTests {
  private func veto(_ a: String, _ b: String) -> String? {
    let (ours, other) = (TextGuard.entities.veto(a, b), TextGuard.entities.veto(b, a))
    #expect((ours == nil) == (other == nil))
    return ours?.detail
  }

  @Test func otherEntitiesAreAnotherQuestion() {
    let first = "The <e1>dog</e1> saw a <e2>cat</e2> and a bird."
    #expect(
      veto(first, "The <e1>dog</e1> saw a cat and a <e2>bird</e2>.") == "dog, cat against dog, bird"
    )
    #expect(veto(first, "The <e2>dog</e2> saw a <e1>cat</e1> and a bird.") != nil)
    #expect(veto(first, "The <e1> Dog </e1> saw a <e2>cat</e2> and a bird!") == nil)
    #expect(veto(first, "The dog saw a cat and a bird.") == nil)
    #expect(veto(first, "The <e1>dog</e1> saw a cat.") == nil)
    let twice = "A <e1>cat</e1> is a <e2>cat</e2> is a cat."
    #expect(
      veto(twice, "A <e1>cat</e1> is a cat is a <e2>cat</e2>.")?.contains("other places") == true)
    #expect(veto(twice, twice) == nil)
  }
}
