/// Compares the numbers of two texts as multisets: a veto needs a number on *each* side that the
/// other lacks. A number that is only added (`dies` against `dies at 58`) is mostly a longer way to
/// say the same; Docs/Decisions/0003-guards.md has the figures.
///
/// A number is a run of digits of any script with `.` or `,` between digits (`3.10`, `1.2.3`); a comma
/// before exactly three digits groups thousands and is dropped. Digits inside words count
/// (`python3`, `x86`). A percent sign or a unit that follows is part of the number, with or without
/// a space. English number words from two to twenty, the tens and ordinals count as their digits;
/// `one` does not (it is mostly a pronoun). Trailing zeros matter: 3.1 and 3.10 are versions.
enum NumberGuard {
  static func difference(_ left: [String], _ right: [String]) -> String? {
    let (onlyLeft, onlyRight) = listDifference(left, right)
    if onlyLeft.isEmpty || onlyRight.isEmpty { return nil }
    return onlyLeft.joined(separator: ", ") + " against " + onlyRight.joined(separator: ", ")
  }

  /// The numbers of `text` in one spelling, sorted.
  static func numbers(in text: String) -> [String] {
    var scanner = Scanner(scalars: Array(text.unicodeScalars))
    return scanner.scan().sorted()
  }

  private struct Scanner {
    let scalars: [Unicode.Scalar]
    var place = 0
    var found: [String] = []

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func scan() -> [String] {
      while place < scalars.count {
        if digit(at: place) != nil {
          scanNumber()
        } else if WordScanner.isWord(scalars[place]) {
          scanWord()
        } else {
          place += 1
        }
      }
      return found
    }

    /// A word up to its end or its first digit.
    private mutating func scanWord() {
      var word = ""
      while place < scalars.count, WordScanner.isWord(scalars[place]), digit(at: place) == nil {
        word.unicodeScalars.append(scalars[place])
        place += 1
      }
      if let number = numberWords[word.lowercased()] { found.append(number) }
    }

    private mutating func scanNumber() {
      var number = ""
      while let value = digit(at: place) {
        number.append(String(value))
        place += 1
        guard place < scalars.count, digit(at: place + 1) != nil else { continue }
        if scalars[place] == "." || (scalars[place] == "," && !groupsThousands(at: place)) {
          number.append(".")
          place += 1
        } else if scalars[place] == "," {
          place += 1
        }
      }
      found.append(number + unit())
    }

    /// Whether the comma at `place` has exactly three digits after it.
    private func groupsThousands(at place: Int) -> Bool {
      (1...3).allSatisfy { digit(at: place + $0) != nil } && digit(at: place + 4) == nil
    }

    /// The unit that follows the number, taken only if it is a known one.
    private mutating func unit() -> String {
      var end = place
      if end < scalars.count, scalars[end] == " " { end += 1 }
      if end < scalars.count, scalars[end] == "%" {
        place = end + 1
        return "%"
      }
      var word = ""
      while end < scalars.count, WordScanner.isWord(scalars[end]), digit(at: end) == nil {
        word.unicodeScalars.append(scalars[end])
        end += 1
      }
      guard let unit = units[word.lowercased()] else { return "" }
      place = end
      return unit
    }

    private func digit(at place: Int) -> Int? {
      guard place < scalars.count else { return nil }
      let scalar = scalars[place]
      if scalar.isASCII {
        return ("0"..."9").contains(scalar) ? Int(scalar.value) - 48 : nil
      }
      guard scalar.properties.generalCategory == .decimalNumber else { return nil }
      return scalar.properties.numericValue.map { Int($0) }
    }
  }

  private static let numberWords: [String: String] = {
    let cardinals = [
      "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
      "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ]
    var words = Dictionary(uniqueKeysWithValues: zip(cardinals, (2...20).map(String.init)))
    let tens = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    for (index, word) in tens.enumerated() { words[word] = String(10 * (index + 3)) }
    let ordinals = ["first", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
    for (word, number) in zip(ordinals, [1, 3, 4, 5, 6, 7, 8, 9]) { words[word] = "\(number)th" }
    return words
  }()

  /// Known units in one spelling; ordinal endings are treated as one.
  private static let units: [String: String] = [
    "st": "th", "nd": "th", "rd": "th", "th": "th", "percent": "%",
    "mm": "mm", "cm": "cm", "m": "m", "km": "km", "mi": "mi", "ft": "ft",
    "mg": "mg", "g": "g", "kg": "kg", "lb": "lb", "lbs": "lb", "ml": "ml", "l": "l",
    "kb": "kb", "mb": "mb", "gb": "gb", "tb": "tb", "bit": "bit", "bits": "bit",
    "hz": "hz", "khz": "khz", "mhz": "mhz", "ghz": "ghz", "ms": "ms", "d": "d",
  ]
}
