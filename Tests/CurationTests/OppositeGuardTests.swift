import Curation
import Testing

@Suite struct OppositeGuardTests {
  @Test(arguments: [
    ("I want to return the left shoe.", "I want to return the right shoe."),
    ("Can I cancel before delivery?", "Can I cancel after delivery?"),
    ("How do I lock my account?", "How do I unlock my account?"),
    ("The shop is always open", "The shop is never open"),
  ])
  func opposites(_ a: String, _ b: String) {
    #expect(TextGuard.opposites.veto(a, b) != nil)
    #expect(TextGuard.opposites.veto(b, a) != nil)
  }

  @Test(arguments: [
    ("I am not able to pay", "I am unable to pay"), ("It is open", "It is not closed"),
    ("I left the shoe.", "I left the shoe!"), ("Where is it?", "Where is my parcel?"),
    ("How do I open an account with you today?", "What must people do when they close shops?"),
  ])
  func others(_ a: String, _ b: String) {
    #expect(TextGuard.opposites.veto(a, b) == nil)
  }
}
