import Foundation

/// The words that set a cluster apart, by class-based TF-IDF (Grootendorst 2022, with the root of the
/// term frequency as its option for frequent words): weight(t, c) = √(tf(t, c) / words(c)) ·
/// ln(1 + A / tf(t)), with A the mean number of words per cluster that
/// has any.
///
/// The weighting takes the place of a stop-word list, so it works in any language. Where a script has
/// no spaces (ideographs, kana) runs of two to four characters stand for words, and of runs inside each
/// other that nearly always come together only the longest is given. O(total length).
package enum TypicalWords {
  package struct WeightedWord: Hashable, Sendable {
    package var word: String
    package var weight: Double
  }

  /// The `limit` heaviest words of every cluster, heaviest first, ties by word.
  ///
  /// A word counts only where at least two texts of a cluster with three texts and more have it;
  /// single letters and words without a letter never count.
  ///
  /// - Parameter clusterOfText: the cluster of every text, below `clusterCount`.
  package static func find(
    texts: [String], clusterOfText: [UInt32], clusterCount: Int, limit: Int = 8
  ) -> [[WeightedWord]] {
    precondition(texts.count == clusterOfText.count, "one cluster per text")
    var vocabulary: [String: Int] = [:]
    var counts = [[Int: WordCount]](repeating: [:], count: clusterCount)
    var lengths = [Int](repeating: 0, count: clusterCount)
    var sizes = [Int](repeating: 0, count: clusterCount)
    for (index, text) in texts.enumerated() {
      let cluster = Int(clusterOfText[index])
      sizes[cluster] += 1
      UnspacedRuns.forEachWord(of: text) { word, isPart in
        guard isTelling(word) else { return }
        let number = vocabulary[word] ?? vocabulary.count
        if number == vocabulary.count { vocabulary[word] = number }
        counts[cluster][number, default: WordCount()].add(text: index)
        if !isPart { lengths[cluster] += 1 }
      }
    }
    var totals = [Int](repeating: 0, count: vocabulary.count)
    for cluster in counts { for (word, count) in cluster { totals[word] += count.occurrences } }
    var words = [String](repeating: "", count: vocabulary.count)
    for (word, number) in vocabulary { words[number] = word }
    let meanLength = Double(lengths.reduce(0, +)) / Double(max(1, lengths.count { $0 > 0 }))
    return (0..<clusterCount).map { cluster in
      let leastTexts = sizes[cluster] >= 3 ? 2 : 1
      let weighted = counts[cluster].filter { $0.value.texts >= leastTexts }.map { word, count in
        let frequency = Double(count.occurrences) / Double(lengths[cluster])
        let rarity = log(1 + meanLength / Double(totals[word]))
        return (
          word: WeightedWord(word: words[word], weight: frequency.squareRoot() * rarity),
          count: count.occurrences
        )
      }
      let heaviest = weighted.sorted {
        ($1.word.weight, $0.word.word) < ($0.word.weight, $1.word.word)
      }.prefix(8 * limit)
      return Array(UnspacedRuns.longest(heaviest).prefix(limit))
    }
  }

  private struct WordCount {
    var occurrences = 0
    var texts = 0
    private var lastText = -1

    mutating func add(text: Int) {
      occurrences += 1
      if text != lastText { texts += 1 }
      lastText = text
    }
  }

  private static func isTelling(_ word: String) -> Bool {
    word.unicodeScalars.count > 1 && word.unicodeScalars.contains { $0.properties.isAlphabetic }
  }
}
