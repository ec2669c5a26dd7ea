import Store
import Transformer

/// What of each of many texts reached the model: 4 bytes for a text that did as it is.
struct TextReadings {
  private static let unread: Int32 = -1

  private var tokens: [Int32]
  private var others: [Int: TextReading] = [:]

  init(count: Int) { tokens = Array(repeating: Self.unread, count: count) }

  /// - Precondition: when read, the text's reading was set.
  subscript(place: Int) -> TextReading {
    get { others[place] ?? TextReading(tokens: Int(tokens[place])) }
    set {
      tokens[place] = Int32(clamping: newValue.tokens)
      others[place] = newValue.isWhole ? nil : newValue
    }
  }

  func has(_ place: Int) -> Bool { tokens[place] != Self.unread }

  /// Ascending.
  var missing: [Int] { tokens.indices.filter { !has($0) } }
}

extension StoredRecord {
  /// What of the text reached the model; nil if all did, or nobody recorded it.
  public var reading: TextReading? {
    if seenBytes == nil, unknownWords == nil { return nil }
    return TextReading(
      tokens: tokens ?? 0, seenBytes: seenBytes, unknownWords: unknownWords ?? [])
  }
}

/// How many records do not reach the model as they are.
public struct ReadingCounts: Figures, Hashable {
  package static let step = "index"

  /// Cut at the model's limit.
  public var cut = 0
  /// With words that the model's vocabulary does not know.
  public var unknown = 0
  /// Of ``unknown``, those with such words of a script, or with signs of none (`symbols`).
  public var unknownByScript: [String: Int] = [:]

  init(_ readings: some Sequence<TextReading>) {
    for reading in readings where !reading.isWhole {
      if reading.seenBytes != nil { cut += 1 }
      if reading.unknownWords.isEmpty { continue }
      unknown += 1
      let scripts = reading.unknownWords.map {
        ScriptGuard.dominantScript(of: $0)?.rawValue ?? "symbols"
      }
      for script in Set(scripts) { unknownByScript[script, default: 0] += 1 }
    }
  }
}
