import Corpus
import Foundation

/// How often, and how exactly, a held-out item is put into training.
public struct InjectionDose: Codable, Hashable, Sendable {
  /// How many copies there are.
  public var copies: Int
  /// Whether a tenth of each copy's words are others.
  public var isChanged: Bool

  /// Each parameter is the property of that name.
  public init(copies: Int, isChanged: Bool = false) {
    self.copies = copies
    self.isChanged = isChanged
  }

  /// None first, with which all others are compared.
  public static let all =
    [InjectionDose(copies: 0)]
    + [false, true].flatMap { isChanged in
      [1, 4, 16].map { InjectionDose(copies: $0, isChanged: isChanged) }
    }

  /// As running text has it.
  package var title: String {
    switch (copies, isChanged) {
    case (0, _): "no copy"
    case (1, false): "one exact copy"
    case (_, false): "\(copies) exact copies"
    case (1, true): "one copy with a tenth of its words changed"
    case (_, true): "\(copies) copies with a tenth of their words changed"
    }
  }
}

/// Which items are put into the training of which model: a Latin square, repeated.
///
/// Groups of items are dealt into as many blocks as there are doses. In the models of a square every block
/// gets every dose once, so that each item is its own control and each model has items of every dose.
package struct InjectionSquare {
  /// Group of each item, numbered from 0 in an order that says nothing.
  package let groups: [Int]
  private var doses: Int { InjectionDose.all.count }

  package init(groups: [Int]) { self.groups = groups }

  /// Models of one square.
  var models: Int { doses }

  /// The dose of an item in a model, as a place in ``InjectionDose/all``.
  package func dose(of item: Int, in model: Int) -> Int { (groups[item] + model) % doses }

  /// The model of the square `number` in which an item has a dose.
  package func model(of item: Int, with dose: Int, square number: Int) -> Int {
    number * doses + (dose - groups[item] % doses + doses) % doses
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
