/// A question and a part of the text that it is about, as one sequence of tokens.
package struct QuestionWindow: Sendable {
  /// With special tokens.
  package var ids: [Int32]
  /// Which segment each token belongs to.
  package var types: [UInt8]
  /// Place of the first token of the context in the sequence.
  package var contextStart: Int
  /// Where each token of the context that is in this window lies in it, in Unicode scalars, without white
  /// space at its ends; tokens of white space alone are empty.
  package var ranges: ArraySlice<Range<Int>>

  package init(
    ids: [Int32], types: [UInt8], contextStart: Int, ranges: ArraySlice<Range<Int>>
  ) {
    self.ids = ids
    self.types = types
    self.contextStart = contextStart
    self.ranges = ranges
  }

  /// The first and last token, as places in the sequence, of what lies at `range` of the context; nil if
  /// that is not wholly in this window.
  package func place(of range: Range<Int>) -> ClosedRange<Int>? {
    let filled = ranges.indices.lazy.filter { !ranges[$0].isEmpty }
    guard let first = filled.first, let last = filled.last,
      ranges[first].lowerBound <= range.lowerBound, range.upperBound <= ranges[last].upperBound,
      let start = filled.first(where: { ranges[$0].upperBound > range.lowerBound }),
      let end = filled.last(where: { ranges[$0].lowerBound < range.upperBound }), start <= end
    else { return nil }
    let shift = contextStart - ranges.startIndex
    return start + shift...end + shift
  }
}

/// Questions with their contexts as sequences that an encoder can run: the question first, then as much of
/// the context as there is room for; what is longer becomes several that overlap.
///
/// The same sequences as those of Hugging Face tokenizers with `truncation="only_second"`, but that a
/// question has at most half of the room, and windows overlap by at most half of the context's.
package struct QuestionWindows: Sendable {
  private let tokenizer: Tokenizer
  private let stride: Int

  /// - Parameter stride: tokens that neighboring windows have in common.
  package init(_ tokenizer: Tokenizer, stride: Int) {
    self.tokenizer = tokenizer
    self.stride = stride
  }

  /// At least one, O(bytes).
  package func windows(_ question: String, _ context: String) -> [QuestionWindow] {
    let question = tokenizer.encodeContent(question, limit: tokenizer.pairRoom / 2)
    let tokens = tokenizer.encodeContentWithOffsets(context, limit: .max)
    let ranges = Self.scalarRanges(tokens.map(\.utf8Range), in: context)
    let room = max(1, tokenizer.pairRoom - question.count)
    let step = max(1, room - min(stride, room / 2))
    var windows: [QuestionWindow] = []
    var start = 0
    repeat {
      let part = start..<min(tokens.count, start + room)
      let (pair, contextStart) = tokenizer.addSpecialTokens(
        first: question, second: tokens[part].map(\.id))
      windows.append(
        QuestionWindow(
          ids: pair.ids, types: pair.types, contextStart: contextStart, ranges: ranges[part]))
      if part.upperBound == tokens.count { break }
      start += step
    } while true
    return windows
  }

  /// Ranges of bytes of `text` as ranges of scalars, white space at their ends left out.
  private static func scalarRanges(_ ranges: [Range<Int>], in text: String) -> [Range<Int>] {
    var numbers: [Int32] = []
    numbers.reserveCapacity(text.utf8.count + 1)
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      numbers.append(
        contentsOf: repeatElement(Int32(scalars.count), count: UTF8.width(scalar)))
      scalars.append(scalar)
    }
    numbers.append(Int32(scalars.count))
    return ranges.map { bytes in
      var (start, end) = (Int(numbers[bytes.lowerBound]), Int(numbers[bytes.upperBound]))
      while start < end, scalars[start].properties.isWhitespace { start += 1 }
      while start < end, scalars[end - 1].properties.isWhitespace { end -= 1 }
      return start..<end
    }
  }
}
