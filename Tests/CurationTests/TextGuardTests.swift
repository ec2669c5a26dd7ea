import Curation
import Testing

@Suite struct TextGuardTests {
  @Test(arguments: [
    ("Python 3.10 released", "Python 3.11 released", "3.10 against 3.11"),
    ("GCC 12 development files", "GCC 13 development files", "12 against 13"),
    ("libfoo2 runtime", "libfoo3 runtime", "2 against 3"),
    ("two dogs run", "three dogs run", "2 against 3"),
    ("shares rose 4%", "shares rose 4 points, 5%", "4% against 4, 5%"),
    ("a 10 kg bag", "a 10 lb bag", "10kg against 10lb"),
    ("5 and 5", "5 and 6", "5 against 6"),
    ("第３章", "第4章", "3 against 4"),
    ("the first debate", "the third debate", "1th against 3th"),
    ("costs 1,500 dollars", "costs 1,5 dollars", "1500 against 1.5"),
    ("٣ كتب", "٤ كتب", "3 against 4"),
  ])
  func numbersDiffer(_ a: String, _ b: String, _ detail: String) {
    #expect(TextGuard.numbers.veto(a, b)?.detail == detail)
    #expect(TextGuard.numbers.veto(b, a) != nil)
  }

  @Test(arguments: [
    ("costs 1,500 dollars", "costs 1500 dollars"), ("two dogs", "2 dogs"),
    ("4 percent", "4%"), ("10kg bag", "bag of 10 kg"), ("the 3rd time", "the third time"),
    ("dies at 58", "dies"), ("5, 6 and 7", "7, 6 and 5"), ("第３章", "第3章"), ("", "7"),
    ("no one came", "nobody came"), ("version 3.", "version 3"), ("２０２４", "2024"),
  ])
  func numbersAgree(_ a: String, _ b: String) {
    #expect(TextGuard.numbers.veto(a, b) == nil)
    #expect(TextGuard.numbers.veto(b, a) == nil)
  }

  @Test(arguments: [
    ("The drug is effective.", "The drug is not effective."),
    ("He can swim", "He can’t swim"), ("He can swim", "He cannot swim"),
    ("They do know", "They don't know"), ("with sugar", "without sugar"),
    ("Das Haus ist groß", "Das Haus ist nicht groß"), ("Il vient", "Il ne vient pas"),
    ("Он дома", "Он не дома"), ("我喜欢你", "我不喜欢你"), ("Ele sabe", "Ele não sabe"),
    ("ALWAYS ON", "NEVER ON"),
  ])
  func negationDiffers(_ a: String, _ b: String) {
    #expect(TextGuard.negation.veto(a, b)?.kind == .negation)
    #expect(TextGuard.negation.veto(b, a) != nil)
  }

  @Test(arguments: [
    ("It is not here", "It isn't here"), ("A notable knot", "A known note"),
    ("Il ne vient pas", "Il ne vient jamais"), ("nothing", "none"), ("", ""),
    ("Nott and Noel", "Knot and Noel"), ("rock 'n' roll", "rock and roll"),
  ])
  func negationAgrees(_ a: String, _ b: String) {
    #expect(TextGuard.negation.veto(a, b) == nil)
  }

  @Test(arguments: [
    ("The flight to Paris leaves at noon", "The flight to London leaves at noon"),
    ("French dictionary for the German reader", "French dictionary for the Danish reader"),
    ("parser for the JSON format", "parser for the XML format"),
    ("the capital of Austria", "the capital of Australia"),
    ("поезд в Москву утром", "поезд в Киев утром"),
    ("Chinese shares close higher on Tuesday", "Chinese shares close higher on Friday"),
  ])
  func namesDiffer(_ a: String, _ b: String) {
    #expect(TextGuard.names.veto(a, b)?.kind == .names)
    #expect(TextGuard.names.veto(b, a) != nil)
  }

  @Test(arguments: [
    // Only the opening capital differs.
    ("Dogs run in the park", "Cats run in the park"),
    // Added, not exchanged.
    ("He lives in Paris", "He lives in a city"),
    // Forms of one name.
    ("eleven killed in China attack", "eleven killed in Chinese attack"),
    ("the laws of Syria today", "the laws of Syrian today"),
    // Case only, title case, all capitals.
    ("the iPhone is here", "the iphone is here"),
    ("Ways to Cook Rice Fast", "Ways to Boil Beans Fast"),
    ("SHIPS SAIL TO PARIS", "SHIPS SAIL TO LONDON"),
    // Otherwise freely worded.
    ("A man from Paris said he would come", "Sources in London think this will not work out"),
    // German writes all nouns with a capital: the same noun on both sides.
    ("Der Hund schläft im Haus", "Ein Hund schläft im Haus"), ("", ""),
  ])
  func namesAgree(_ a: String, _ b: String) {
    #expect(TextGuard.names.veto(a, b) == nil)
    #expect(TextGuard.names.veto(b, a) == nil)
  }

  @Test func scripts() {
    let texts = [
      "Latin": "hello wörld", "Cyrillic": "привет мир", "Greek": "γεια σου", "Han": "你好世界",
      "Japanese": "日本語のテキスト", "Hangul": "안녕하세요", "Arabic": "مرحبا", "Hebrew": "שלום",
      "Devanagari": "नमस्ते", "Thai": "สวัสดี",
    ]
    for (left, a) in texts {
      #expect(TextGuard.script.veto(a, a + " 123 !?") == nil)
      #expect(TextGuard.script.veto(a, "12 + 3 = ?") == nil)
      for (right, b) in texts where left != right {
        #expect(TextGuard.script.veto(a, b)?.detail == "\(left) against \(right)")
      }
    }
  }

  @Test func firstVetoFollowsTheOrderOfTheGuards() {
    let (a, b) = (GuardFeatures("It is cold at 5"), GuardFeatures("It is not cold at 6"))
    #expect(TextGuard.firstVeto([.negation, .numbers], a, b)?.kind == .negation)
    #expect(TextGuard.firstVeto([.numbers, .negation], a, b)?.kind == .numbers)
    #expect(TextGuard.firstVeto([], a, b) == nil)
    #expect(TextGuard.firstVeto(TextGuard.allCases, a, a) == nil)
  }
}
