import Transformer

/// Whether a model was made for the scripts of a corpus.
enum VocabularyScripts {
  /// A vocabulary with this share of Latin words, among those with letters, is one of a Latin-script
  /// language: that of all-MiniLM-L6-v2 has 0.95, that of multilingual-e5-small 0.45.
  static let latinShare = 0.85
  /// Fewer records of a script than this share are quotations and slips.
  static let leastShare = 0.01
  /// Tokens looked at.
  private static let sample = 4096

  /// Of the records by script, those a model with a Latin vocabulary was not made for.
  static func foreign(
    _ records: [ScriptGuard.Script: Int], to tokenizer: Tokenizer
  ) -> [String: Int] {
    let all = records.values.reduce(0, +)
    let others = records.filter {
      $0.key != .latin && Double($0.value) >= leastShare * Double(all)
    }
    guard !others.isEmpty, isLatin(tokenizer) else { return [:] }
    return Dictionary(uniqueKeysWithValues: others.map { ($0.key.rawValue, $0.value) })
  }

  /// Of byte-level vocabularies the bytes of other scripts look like Latin letters, which is right
  /// for the encoders there are: they are English.
  static func isLatin(_ tokenizer: Tokenizer) -> Bool {
    let step = max(1, tokenizer.vocabularySize / sample)
    let scripts = stride(from: 0, to: tokenizer.vocabularySize, by: step).compactMap { id in
      tokenizer.token(Int32(id)).flatMap { ScriptGuard.dominantScript(of: $0) }
    }
    let latin = scripts.count { $0 == .latin }
    return Double(latin) >= latinShare * Double(max(1, scripts.count))
  }
}
