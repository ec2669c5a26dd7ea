import Kernels

/// The unigram language model (Kudo 2018): the pieces whose scores add up highest, by Viterbi
/// search.
struct Unigram: Sendable {
  private let vocabulary: Vocabulary
  private let scores: Buffer<Double>
  private let unknownID: Int32?
  private let unknownScore: Double
  private let byteIDs: [Int32?]?

  /// - Parameter scores: by id.
  init(vocabulary: Vocabulary, scores: [Double], unknownID: Int32?, fallsBackToBytes: Bool) {
    self.vocabulary = vocabulary
    self.scores = Buffer(scores)
    self.unknownID = unknownID
    unknownScore = (scores.min() ?? 0) - 10
    byteIDs = fallsBackToBytes ? vocabulary.byteIDs : nil
  }

  private struct Node {
    var id: Int32 = 0
    var start: Int = -1
    var score = 0.0
  }

  /// Appends the ids of the word `bytes[word]`; nothing if it has an unknown character and there is
  /// no unknown token.
  func tokenize(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, _ tokens: inout TokenSink) {
    var path: [(id: Int32, range: Range<Int>)] = []
    let isComplete = withUnsafeTemporaryAllocation(of: Node.self, capacity: word.count + 1) {
      nodes in
      nodes.initialize(repeating: Node())
      findBestPaths(bytes, word, nodes)
      var end = word.count
      while end > 0 {
        let node = nodes[end]
        guard node.start >= 0 else { return false }
        let start = node.start
        if node.id == unknownID, let last = path.last, last.id == unknownID {
          path[path.count - 1].range = start..<last.range.upperBound
        } else {
          path.append((node.id, start..<end))
        }
        end = start
      }
      return true
    }
    guard isComplete else { return }
    for (id, range) in path.reversed() {
      let range = range.lowerBound + word.lowerBound..<range.upperBound + word.lowerBound
      if id == unknownID { unknown(bytes, range, &tokens) } else { tokens.append(id, range) }
    }
  }

  /// Sets for each end in the word the best piece that ends there.
  private func findBestPaths(
    _ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, _ nodes: UnsafeMutableBufferPointer<Node>
  ) {
    let scores = scores.pointer
    @inline(__always)
    func offer(_ id: Int32, _ start: Int, _ end: Int, _ score: Double) {
      guard nodes[end].start < 0 || score > nodes[end].score else { return }
      nodes[end] = Node(id: id, start: start, score: score)
    }
    var start = 0
    while start < word.count {
      let length = UTF8Scalars.length(leading: bytes[word.lowerBound + start])
      let score = nodes[start].score
      var hasCharacter = false
      vocabulary.table.forEachMatch(bytes, word.lowerBound + start, word.upperBound) { index, id in
        let end = index - word.lowerBound
        offer(id, start, end, score + scores[Int(id)])
        hasCharacter = hasCharacter || end - start == length
      }
      if !hasCharacter, let unknownID {
        offer(unknownID, start, start + length, score + unknownScore)
      }
      start += length
    }
  }

  private func unknown(
    _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, _ tokens: inout TokenSink
  ) {
    let text = UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count)
    if let id = vocabulary.id(of: text) { return tokens.append(id, range) }
    if let byteIDs {
      let ids = text.compactMap { byteIDs[Int($0)] }
      if ids.count == text.count {
        for id in ids { tokens.append(id, range) }
        return
      }
    }
    if let unknownID { tokens.append(unknownID, range) }
  }
}
