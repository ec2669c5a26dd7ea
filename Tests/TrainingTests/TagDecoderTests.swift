import Files
import Kernels
import Testing
import Training

/// The decoder against all sequences there are, on logits whose seed a failure prints.
@Suite struct TagDecoderTests {
  static let iob2 = ["B-LOC", "O", "I-LOC", "I-PER", "B-PER"]
  static let bioes = ["O", "B-X", "E-X", "I-X", "S-X"]

  private func sum(_ path: [Int], _ logits: [Float], _ labels: Int) -> Double {
    path.enumerated().reduce(0) { $0 + Double(logits[$1.offset * labels + $1.element]) }
  }

  private func isRegular(_ path: [Int], _ labels: [String]) -> Bool {
    var open: Substring?
    let hasEnds = labels.contains("E-X")
    for index in path {
      let letter = labels[index].first!
      let type = labels[index].dropFirst(2)
      if letter == "I" || letter == "E" {
        if open != type { return false }
      } else if hasEnds {
        if open != nil { return false }
      }
      open = letter == "B" || letter == "I" ? type : nil
    }
    return !hasEnds || open == nil
  }

  @Test(arguments: [iob2, bioes]) func isTheBestOfAllSequences(labels: [String]) throws {
    let decoder = try TagDecoder(labels: labels)
    for seed in 0..<120 as Range<UInt64> {
      var random = SplitMix64(state: seed)
      let words = Int.random(in: 1...4, using: &random)
      // Few different values, so that sums are often equal and always exact.
      let logits = (0..<(words * labels.count)).map { _ in
        Float(Int.random(in: -8...8, using: &random)) / 4
      }
      let path = decoder.decode(logits)
      #expect(isRegular(path, labels), "seed \(seed)")
      var best: (sum: Double, path: [Int]) = (-.infinity, [])
      var total = 1
      for _ in 0..<words { total *= labels.count }
      for number in 0..<total {
        var rest = number
        let candidate = (0..<words).map { _ in
          defer { rest /= labels.count }
          return rest % labels.count
        }
        let sum = sum(candidate, logits, labels.count)
        // In this order the first of equals is the one that is promised.
        if isRegular(candidate, labels), sum > best.sum { best = (sum, candidate) }
      }
      #expect(path == best.path, "seed \(seed)")
    }
  }

  @Test func regularGreedySequencesAreKept() throws {
    let decoder = try TagDecoder(labels: Self.iob2)
    for seed in 0..<100 as Range<UInt64> {
      var random = SplitMix64(state: seed)
      let logits = (0..<30).map { _ in Float.random(in: -3...3, using: &random) }
      let greedy = (0..<6).map { word in
        (0..<5).max { logits[word * 5 + $0] < logits[word * 5 + $1] }!
      }
      if isRegular(greedy, Self.iob2) { #expect(decoder.decode(logits) == greedy, "seed \(seed)") }
    }
  }

  @Test func isRegularWhateverTheLogits() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 0, -1]
    for labels in [Self.iob2, Self.bioes] {
      let decoder = try TagDecoder(labels: labels)
      #expect(decoder.decode([]) == [])
      for seed in 0..<200 as Range<UInt64> {
        var random = SplitMix64(state: seed)
        let logits = (0..<25).map { _ in values.randomElement(using: &random)! }
        #expect(isRegular(decoder.decode(logits), labels), "seed \(seed)")
      }
    }
  }

  @Test(arguments: [
    ["O", "B-X", "PER"], ["B-X", "I-X"], ["O", "B-X", "I-Y"], ["O", "O"], [],
    ["O", "E-X", "L-X", "B-X"],
  ])
  func refusesOtherLabels(labels: [String]) {
    #expect(throws: FileError.self) { try TagDecoder(labels: labels) }
  }
}
