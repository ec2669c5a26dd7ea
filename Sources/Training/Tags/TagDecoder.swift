import Files

/// Finds the best sequence of tags among those that mark entities regularly.
///
/// The tags with the largest logits, word by word, may hold an `I-` that nothing begins. This takes the
/// sequence with the largest sum of logits, and so of the largest product of probabilities, among
/// those where an `I-` or `E-` goes on with an entity of its type and, where the labels have `E-`
/// or `S-`, where every entity ends as BIOES says. Of equal sums the one found is the one whose last
/// tag that differs has the lower index, so that the result depends on the logits alone.
package struct TagDecoder: Sendable {
  /// Names of the tags, in the order of the logits.
  package let labels: [String]
  private let tags: [Tag]
  /// For each tag that must go on with an entity, which tags may stand before it.
  private let openers: [[Int]]
  /// Tags that may stand before all others, and at the end.
  private let closers: [Int]

  /// - Throws: `FileError` if a label is no tag or occurs twice, if none is `O`, or if there is
  ///   a type with an `I-` or `E-` but no `B-`. `place` names the labels' origin in it.
  package init(labels: [String], place: String = "the labels") throws {
    let tags = try labels.map { label in
      guard let tag = Tag(label) else {
        throw FileError(
          place: place, expected: "tags such as O, B-PER and I-PER", found: "'\(label.prefix(60))'",
          advice: "decode the labels of this model without constraints")
      }
      return tag
    }
    guard Set(tags).count == tags.count, tags.contains(.outside) else {
      throw FileError(
        place: place, expected: "every tag once, and O among them",
        found: tags.contains(.outside) ? "a tag twice" : "no O")
    }
    let hasEnds = tags.contains { $0.role == .end || $0.role == .single }
    openers = tags.map { tag in tags.indices.filter { tag.continues(tags[$0]) } }
    closers = tags.indices.filter { index in
      !hasEnds || tags[index].role != .begin && tags[index].role != .inside
    }
    for tag in tags where tag.role == .inside || tag.role == .end {
      guard tags.contains(Tag(role: .begin, type: tag.type)) else {
        throw FileError(
          place: place, expected: "a tag that begins the type '\(tag.type.prefix(60))'",
          found: "\(tag.name.prefix(60)) alone",
          advice: "decode the labels of this model without constraints")
      }
    }
    self.labels = labels
    self.tags = tags
  }

  /// The best regular sequence for one sentence, as indices into ``labels``.
  ///
  /// Exact, by dynamic programming in O(words x labels): of the tags that may stand before one, only
  /// those of its own type or the best of all have to be looked at. What is no number counts as the
  /// least.
  ///
  /// - Parameter logits: [words, labels].
  package func decode(_ logits: [Float]) -> [Int] {
    let count = labels.count
    precondition(logits.count % count == 0, "a logit for each word and label")
    let words = logits.count / count
    guard words > 0 else { return [] }
    var sums = tags.indices.map { index in
      mustContinue(index) ? -Double.infinity : Self.finite(logits[index])
    }
    // The tag before, for each word but the first and each tag.
    var before = [Int32](repeating: 0, count: logits.count)
    for word in 1..<words {
      let free = best(of: closers, sums)
      var next = sums
      for index in tags.indices {
        let previous = mustContinue(index) ? best(of: openers[index], sums) : free
        before[word * count + index] = Int32(previous)
        next[index] = sums[previous] + Self.finite(logits[word * count + index])
      }
      sums = next
    }
    var path = [Int](repeating: best(of: closers, sums), count: words)
    for word in stride(from: words - 1, to: 0, by: -1) {
      path[word - 1] = Int(before[word * count + path[word]])
    }
    return path
  }

  private func mustContinue(_ index: Int) -> Bool {
    tags[index].role == .inside || tags[index].role == .end
  }

  /// The first of `candidates`, of which there is one, with the largest sum.
  private func best(of candidates: [Int], _ sums: [Double]) -> Int {
    var best = candidates[0]
    for candidate in candidates.dropFirst() where sums[candidate] > sums[best] { best = candidate }
    return best
  }

  /// Sums of millions of such values are finite, so that only what is forbidden is infinite.
  private static func finite(_ logit: Float) -> Double {
    let bound = Float.greatestFiniteMagnitude
    return logit.isNaN ? Double(-bound) : Double(min(max(logit, -bound), bound))
  }
}
