/// A sequence of tokens of a sentence that is given as words.
package struct WordWindow: Sendable {
  /// With special tokens.
  package var ids: [Int32]
  /// For each token the word whose first token it is, where this window answers for that word; else
  /// -1.
  package var words: [Int32]
}

/// Sentences of words as sequences an encoder can run, so that every word has one token to be judged by:
/// its first, as is usual since BERT.
///
/// The tokens are those of the words joined by spaces. What is longer than a sequence holds becomes
/// several that overlap by a quarter, and the one where a word is farthest from an end answers for it.
package struct WordWindows: Sendable {
  private let tokenizer: Tokenizer
  /// Tokens of a sequence beside the special ones.
  private let room: Int

  package init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    room = tokenizer.maximumTokens - tokenizer.specialTokenCount
  }

  /// No word is in two windows' answers; one without tokens (an empty one, or control characters alone)
  /// is in none. At least one window, O(bytes).
  package func windows(_ words: [String]) -> [WordWindow] {
    let text = words.joined(separator: " ")
    let tokens = tokenizer.encodeContentWithOffsets(text, limit: .max)
    let firsts = firstWords(tokens.map(\.utf8Range), words)
    let starts = self.starts(tokens.count)
    return starts.enumerated().map { number, start in
      let end = min(tokens.count, start + room)
      var answers = [Int32](repeating: -1, count: end - start)
      for index in start..<end
      where firsts[index] >= 0 && owner(of: index, tokens.count, starts) == number {
        answers[index - start] = firsts[index]
      }
      let ids = tokenizer.addSpecialTokens(to: tokens[start..<end].map(\.id))
      let leading = [Int32](repeating: -1, count: tokenizer.leadingSpecialTokens)
      let trailing = [Int32](repeating: -1, count: ids.count - leading.count - answers.count)
      return WordWindow(ids: ids, words: leading + answers + trailing)
    }
  }

  /// For each token the word that it is the first of, or -1.
  private func firstWords(_ ranges: [Range<Int>], _ words: [String]) -> [Int32] {
    var result = [Int32](repeating: -1, count: ranges.count)
    var (word, end, last) = (0, words.first?.utf8.count ?? 0, -1)
    for (index, range) in ranges.enumerated() where !range.isEmpty {
      // A token may begin with the space before its word, but ends within it.
      while range.upperBound > end, word + 1 < words.count {
        word += 1
        end += 1 + words[word].utf8.count
      }
      if word > last { result[index] = Int32(word) }
      last = word
    }
    return result
  }

  private func starts(_ count: Int) -> [Int] {
    guard count > room else { return [0] }
    let step = max(1, room - room / 4)
    return Array(stride(from: 0, to: count - room / 4, by: step))
  }

  /// The window where a token is farthest from a cut.
  private func owner(of place: Int, _ count: Int, _ starts: [Int]) -> Int {
    func margin(_ number: Int) -> Int {
      let (start, end) = (starts[number], min(count, starts[number] + room))
      guard (start..<end).contains(place) else { return -1 }
      let before = start == 0 ? Int.max : place - start
      let after = end == count ? Int.max : end - 1 - place
      return min(before, after)
    }
    return starts.indices.max { margin($0) < margin($1) } ?? 0
  }
}
