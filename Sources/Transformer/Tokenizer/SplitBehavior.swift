/// What becomes of the matches of a pattern that cuts a text.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// The words that `stretches`, which follow one another, give.
  func arrange(_ stretches: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    words.reserveCapacity(stretches.count)
    var wasMatch = false
    for (index, (range, isMatch)) in stretches.enumerated() {
      let joins: Bool
      switch self {
      case .removed:
        if !isMatch { words.append(range) }
        continue
      case .isolated: joins = false
      case .contiguous: joins = index > 0 && isMatch == wasMatch
      case .mergedWithPrevious: joins = index > 0 && isMatch && !wasMatch
      case .mergedWithNext: joins = index > 0 && !isMatch && wasMatch
      }
      if joins, let last = words.last {
        words[words.count - 1] = last.lowerBound..<range.upperBound
      } else {
        words.append(range)
      }
      wasMatch = isMatch
    }
    return words
  }
}
