/// Words of scripts without spaces, from the overlapping pairs of characters that ``WordScanner``
/// gives for them.
enum UnspacedRuns {
  private static let longestWord = 4
  /// A run is dropped for a longer one that has it and occurs at least this often as often.
  private static let share = 0.75

  /// Calls `body` with each word of `text`; for a run of ideographs or kana with all its stretches of
  /// two to four characters. `isPart` is true for those of three and four, which hold pairs again.
  static func forEachWord(of text: String, _ body: (_ word: String, _ isPart: Bool) -> Void) {
    var run: [Unicode.Scalar] = []
    func endRun() {
      for length in 2...longestWord where run.count >= length {
        for start in 0...(run.count - length) {
          var word = String.UnicodeScalarView()
          word.append(contentsOf: run[start..<start + length])
          body(String(word), length > 2)
        }
      }
      run.removeAll(keepingCapacity: true)
    }
    for word in WordScanner.words(in: text) {
      guard let first = word.text.unicodeScalars.first, isUnspaced(first) else {
        if !run.isEmpty { endRun() }
        body(word.text, false)
        continue
      }
      if run.last != first { endRun() }
      run.append(contentsOf: word.text.unicodeScalars.dropFirst(run.isEmpty ? 0 : 1))
    }
    endRun()
  }

  /// `words` in their order, without those that a longer one stands for.
  static func longest(
    _ words: some Collection<(word: TypicalWords.WeightedWord, count: Int)>
  ) -> [TypicalWords.WeightedWord] {
    let unspaced = words.filter { $0.word.word.unicodeScalars.first.map(isUnspaced) ?? false }
    return words.filter { short in
      !unspaced.contains { long in
        long.word.word.utf8.count > short.word.word.utf8.count
          && Double(long.count) >= share * Double(short.count)
          && long.word.word.contains(short.word.word)
      }
    }.map(\.word)
  }

  private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x3040: false
    case 0x3040...0x30FF: true
    default: scalar.properties.isIdeographic
    }
  }
}
