/// The words the negation guard knows; the tables are our own.
enum NegationWords {
  /// Only words that are a negation in every language they occur in, because the language is not
  /// known.
  static let negations: Set<String> = [
    // English, with the spellings that lost their apostrophe
    "not", "no", "never", "without", "none", "nobody", "nothing", "nowhere", "neither", "nor",
    "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "wont", "couldnt",
    "wouldnt", "shouldnt", "havent", "hasnt", "hadnt",
    // German, Dutch; `nie` is Polish too
    "nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals", "nichts",
    "niet", "geen", "nooit",
    // French, Spanish, Italian, Portuguese
    "pas", "jamais", "aucun", "aucune", "nunca", "jamás", "ningún", "ninguna", "non", "nessun",
    "nessuno", "senza", "não", "nenhum",
    // Russian, Polish
    "не", "нет", "без", "никогда", "nigdy",
  ]

  static let ideographs: Set<Unicode.Scalar> = ["不", "没", "沒", "無", "无"]

  /// English words that say no without a negation.
  static let implicit: Set<String> = words(
    """
    unable unsure unaware unauthorized impossible wrong incorrect afraid fail fails failed failing
    miss missing lack lacks refuse refuses refused decline declined deny denied stop stops stopped
    prevent prevents preventing forget forgot gone
    """)

  static let questions: Set<String> = words("how why where what when who which")

  /// English words that carry little meaning of their own.
  static let light: Set<String> = verbs.union(
    words(
      """
      a an the is are was were be been being am will would can could should may might must to of at
      in on for and or with it its it's that that's this these those there there's any anything some
      all think believe suppose yet still already very really by from i i'm i've my me we our you your he she they
      """))

  /// Of ``light``, those that are a predicate too: `do not have a card`.
  static let verbs: Set<String> = words("do does did have has had")

  /// Two forms of an English word mostly have the same stem; other words mostly are their own.
  static func stem(_ word: String) -> String {
    if let stem = irregular[word] { return stem }
    var stem = Substring(word)
    for ending in ["ies", "ing", "ied", "ed", "es", "s"]
    where word.hasSuffix(ending) && word.utf8.count >= ending.utf8.count + 3 {
      stem = word.dropLast(ending.count)
      let isDoubled = stem.last == stem.dropLast().last && stem.last != "l" && stem.last != "s"
      if stem.utf8.count > 3, isDoubled { stem.removeLast() }
      break
    }
    while stem.utf8.count > 3, stem.last == "e" { stem.removeLast() }
    return String(stem)
  }

  private static let irregular: [String: String] = {
    let table = """
      go goes went gone going/get gets got gotten getting/come comes came/take takes took taken
      see sees saw seen/give gives gave given/make makes made/find finds found/pay pays paid
      send sends sent/buy buys bought/keep keeps kept/know knows knew known/tell told/say said
      leave left/lose lost/hold held/think thought/feel felt/meet met/begin began begun
      break broke broken/choose chose chosen/write wrote written/speak spoke spoken
      drive drove driven/fly flew flown/eat ate eaten/drink drank/win won/sell sold/stand stood
      understand understood/bring brought/run ran/have has had having/do does did done
      """
    var stems: [String: String] = [:]
    for line in table.split(whereSeparator: { $0 == "/" || $0 == "\n" }) {
      let forms = line.split(separator: " ").map(String.init)
      for form in forms { stems[form] = forms[0] }
    }
    return stems
  }()

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
