/// Collects BPE's merges by the names of their tokens.
struct MergeReader {
  let vocabulary: Vocabulary
  /// Length of what the vocabulary has before a character that does not start a word.
  let prefixLength: Int
  private(set) var merges: [(left: Int32, right: Int32, id: Int32)] = []

  init(vocabulary: Vocabulary, prefixLength: Int) {
    self.vocabulary = vocabulary
    self.prefixLength = prefixLength
  }

  /// Appends the merge written as `left right`; a line that names the format's version is left out.
  ///
  /// - Returns: false if it is no merge of known tokens.
  mutating func append(line: UnsafeBufferPointer<UInt8>) -> Bool {
    if line.starts(with: "#version".utf8) { return true }
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    return parts.count == 2 && append(Array(parts[0]), Array(parts[1]))
  }

  mutating func append(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
      right.count >= prefixLength,
      let id = vocabulary.id(of: left + right.dropFirst(prefixLength))
    else { return false }
    merges.append((leftID, rightID, id))
    return true
  }
}
