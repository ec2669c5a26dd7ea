/// Compares the words that only one of the texts has: a veto needs a word on each side that is the
/// opposite of the other (`before`, `after`), in a frame that is otherwise the same.
///
/// Where one of the texts also negates, the two turns cancel (`not able`, `unable`), unless the
/// opposite is itself the negation (`always`, `never`). At most two words may differ on each side: in
/// freely worded sentences an opposite says little. English only; the table is our own.
enum OppositeGuard {
  private static let mostDifferences = 2

  static func difference(_ a: GuardFeatures, _ b: GuardFeatures) -> String? {
    if cancelsNegation(a, b) { return nil }
    return firstPair(a, b).map { "\($0.left) against \($0.right)" }
  }

  /// Whether the texts differ in an opposite and one of them in a negation besides.
  static func cancelsNegation(_ a: GuardFeatures, _ b: GuardFeatures) -> Bool {
    if (a.negation == nil) == (b.negation == nil) { return false }
    guard let (left, right) = firstPair(a, b) else { return false }
    return NegationWords.negations.isDisjoint(with: [left, right])
  }

  private static func firstPair(
    _ a: GuardFeatures, _ b: GuardFeatures
  ) -> (left: String, right: String)? {
    let onlyLeft = a.words.subtracting(b.words)
    if onlyLeft.isEmpty || onlyLeft.count > mostDifferences { return nil }
    let onlyRight = b.words.subtracting(a.words)
    if onlyRight.isEmpty || onlyRight.count > mostDifferences { return nil }
    for left in onlyLeft.sorted() {
      for right in onlyRight.sorted() where areOpposite(left, right) {
        return (left, right)
      }
    }
    return nil
  }

  static func areOpposite(_ a: String, _ b: String) -> Bool {
    if opposites[a]?.contains(b) == true { return true }
    return isNegated(a, b) || isNegated(b, a)
  }

  /// Whether `word` is `other` behind a prefix that turns its meaning around: `unlock`, `lock`.
  private static func isNegated(_ word: String, _ other: String) -> Bool {
    guard other.utf8.count >= 4, word.hasSuffix(other) else { return false }
    return ["un", "dis", "non", "in", "im", "de"].contains(
      String(word.dropLast(other.count)))
  }

  /// Both directions of the table.
  private static let opposites: [String: Set<String>] = {
    var both: [String: Set<String>] = [:]
    for line in table {
      let sides = line.split(separator: "/").map { $0.split(separator: " ").map(String.init) }
      for left in sides[0] {
        for right in sides[1] {
          both[left, default: []].insert(right)
          both[right, default: []].insert(left)
        }
      }
    }
    return both
  }()

  private static let table = [
    "before/after", "on/off", "dark/light bright",
    "open opens opened opening/close closes closed closing",
    "increase increases increased increasing raise raises/decrease decreases decreased decreasing reduce lower",
    "buy buys bought buying/sell sells sold selling", "left/right", "up/down", "in/out",
    "inside/outside",
    "start starts started starting begin/stop stops stopped stopping end", "first/last",
    "high higher/low lower",
    "big bigger large larger/small smaller little", "long longer/short shorter",
    "fast faster quick/slow slower",
    "hot warm/cold cool", "new/old used", "young/old", "early earlier/late later",
    "more/less fewer",
    "most/least", "maximum/minimum", "max/min", "above over/below under", "front/back rear",
    "top/bottom",
    "add adds added adding/remove removes removed removing delete",
    "enable enables enabled/disable disables disabled",
    "activate activated/deactivate deactivated", "lock locked/unlock unlocked",
    "import imports/export exports",
    "upload uploads/download downloads", "send sends sent/receive receives received", "push/pull",
    "win wins won/lose loses lost",
    "accept accepts accepted/reject rejects rejected refuse refused",
    "allow allows allowed/forbid forbids forbidden deny denied", "true/false", "yes/no",
    "with/without",
    "man men boy boys/woman women girl girls", "he his him/she her hers", "mother/father",
    "husband/wife",
    "brother/sister", "son/daughter", "male/female", "day/night", "morning/evening",
    "summer/winter",
    "north northern/south southern", "east eastern/west western", "black/white", "wet/dry",
    "empty/full",
    "happy/sad", "good better best/bad worse worst", "easy easier/hard harder difficult",
    "strong/weak",
    "heavy/light", "thick/thin", "wide/narrow", "deep/shallow", "loud/quiet", "rich/poor",
    "cheap/expensive",
    "public/private", "internal/external", "input/output", "read/write",
    "encode encoder/decode decoder",
    "compress/decompress", "encrypt/decrypt", "client/server", "source/binary", "static/dynamic",
    "arrive arrives arrived/leave leaves left depart departs", "arrival/departure",
    "enter/exit leave",
    "borrow/lend", "give gives gave/take takes took", "gain gains/lose loses",
    "rise rises rose/fall falls fell",
    "love/hate", "remember/forget", "succeed/fail", "success/failure", "pass/fail",
    "same/different",
    "always/never", "everyone/nobody", "everything/nothing", "single/double", "credit/debit",
    "install installs/uninstall remove", "subscribe/unsubscribe cancel", "login/logout", "from/to",
  ]
}
