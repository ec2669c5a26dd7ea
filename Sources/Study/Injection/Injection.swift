import Corpus
import Foundation

/// How often, and how exactly, a held-out item is put into training.
public struct InjectionDose: Codable, Hashable, Sendable {
  /// What a copy has in common with its item.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// All of it.
    case exact
    /// Nine tenths of its words.
    case changed
    /// What it says: it is another text of the item's paraphrase group and has the same label, and the removal
    /// rule does not take it for a copy.
    case paraphrased
  }

  /// How many copies there are.
  public var copies: Int
  /// What sort of copies; of none `exact`.
  public var kind: Kind

  /// Each parameter is the property of that name.
  public init(copies: Int, kind: Kind = .exact) {
    self.copies = copies
    self.kind = kind
  }

  /// None first, with which all others are compared.
  package static func all(of kinds: [Kind]) -> [InjectionDose] {
    [InjectionDose(copies: 0)]
      + kinds.flatMap { kind in [1, 4, 16].map { InjectionDose(copies: $0, kind: kind) } }
  }

  /// As running text has it.
  package var title: String {
    if copies == 0 { return "no copy" }
    return switch (kind, copies) {
    case (.exact, 1): "one exact copy"
    case (.exact, _): "\(copies) exact copies"
    case (.changed, 1): "one copy with a tenth of its words changed"
    case (.changed, _): "\(copies) copies with a tenth of their words changed"
    case (.paraphrased, 1): "one paraphrase"
    case (.paraphrased, _): "\(copies) paraphrases"
    }
  }
}

/// Which items are put into the training of which model: a Latin square, repeated.
///
/// Groups of items are dealt into as many blocks as there are doses. In the models of a square every block
/// gets every dose once, so that each item is its own control and each model has items of every dose.
package struct InjectionSquare {
  /// Group of each item, numbered from 0 in an order that says nothing but who has paraphrases.
  package let groups: [Int]
  /// The doses; no copy first.
  package let doses: [InjectionDose]
  /// Items of which there are paraphrases to put in: the others have no copy where it is their turn.
  private let withParaphrases: [Int]

  /// - Parameters:
  ///   - groups: see ``groups``.
  ///   - withParaphrases: items of which there are paraphrases; without any there are no such doses.
  package init(groups: [Int], withParaphrases: [Int] = []) {
    self.groups = groups
    self.withParaphrases = withParaphrases
    doses = InjectionDose.all(of: withParaphrases.isEmpty ? [.exact, .changed] : Kind.allCases)
  }

  private typealias Kind = InjectionDose.Kind

  /// Models of one square.
  var models: Int { doses.count }

  /// The dose of an item in a model, as a place in ``doses``.
  package func dose(of item: Int, in model: Int) -> Int { (groups[item] + model) % doses.count }

  /// The model of the square `number` in which an item has a dose.
  package func model(of item: Int, with dose: Int, square number: Int) -> Int {
    number * doses.count + (dose - groups[item] % doses.count + doses.count) % doses.count
  }

  /// Items that can have a dose, ascending.
  package func items(of dose: Int) -> [Int] {
    doses[dose].kind == .paraphrased ? withParaphrases : Array(groups.indices)
  }
}

/// Copies of a text with other words in it.
package struct ChangedText {
  /// Words of other texts, to draw from.
  private let words: [String]

  /// - Parameter texts: of which the words are taken.
  package init(wordsOf texts: [String]) {
    words = texts.flatMap(Self.words(of:))
  }

  /// The text with a tenth of its words, one at least, replaced by others of the texts; the same for the
  /// same seed. A text without words, or without others to choose from, stays as it is.
  package func copy(of text: String, seed: UInt64) -> String {
    let scalars = Array(text.unicodeScalars)
    let ranges = WordSplitter.ranges(scalars).filter { Self.isWord(scalars[$0]) }
    guard !ranges.isEmpty, !words.isEmpty else { return text }
    var generator = SeededGenerator(seed: seed)
    let count = max(1, (ranges.count + 5) / 10)
    var chosen: Set<Int> = []
    while chosen.count < min(count, ranges.count) {
      chosen.insert(generator.index(below: ranges.count))
    }
    var result = String.UnicodeScalarView()
    var place = 0
    for index in chosen.sorted() {
      let range = ranges[index]
      let old = String(String.UnicodeScalarView(scalars[range]))
      result += scalars[place..<range.lowerBound]
      result += other(than: old, &generator).unicodeScalars
      place = range.upperBound
    }
    result += scalars[place...]
    return String(result)
  }

  private func other(than word: String, _ generator: inout SeededGenerator) -> String {
    for _ in 0..<20 {
      let drawn = words[generator.index(below: words.count)]
      if drawn != word { return drawn }
    }
    return word
  }

  private static func words(of text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    return WordSplitter.ranges(scalars).filter { isWord(scalars[$0]) }.map {
      String(String.UnicodeScalarView(scalars[$0]))
    }
  }

  private static func isWord(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    scalars.contains { $0.properties.isAlphabetic }
  }
}
