import Corpus
import Transformer

/// Compares what two texts say beyond the model's limit: what was cut off one of them must stand at
/// the end of the other too.
///
/// Texts are compared as the stage `normalized` does. Only a pair with a cut text is looked at:
/// O(length) for those.
enum TruncationGuard {
  private static let shown = 40

  /// A text that was cut, as it is compared.
  struct CutText: Sendable {
    /// The end that the model did not see.
    let unseen: String

    init?(_ text: String, _ reading: TextReading?) {
      guard let seenBytes = reading?.seenBytes else { return nil }
      let rest = text.utf8.dropFirst(max(0, seenBytes))
      unseen = TextNormalization.normalize(String(decoding: rest, as: UTF8.self))
    }
  }

  static func difference(_ a: GuardFeatures, _ b: GuardFeatures) -> String? {
    if a.cut == nil, b.cut == nil { return nil }
    if isSeen(a.cut, in: b.text), isSeen(b.cut, in: a.text) { return nil }
    let (left, right) = (a.cut?.unseen ?? "", b.cut?.unseen ?? "")
    let common = zip(left, right).prefix { $0 == $1 }.count
    return "beyond the model's limit \(excerpt(left.dropFirst(common))) against "
      + excerpt(right.dropFirst(common))
  }

  private static func isSeen(_ cut: CutText?, in other: String) -> Bool {
    guard let cut else { return true }
    return TextNormalization.normalize(other).utf8.reversed()
      .starts(with: cut.unseen.utf8.reversed())
  }

  private static func excerpt(_ text: Substring) -> String {
    if text.isEmpty { return "nothing" }
    return "“\(text.prefix(shown))\(text.count > shown ? "…" : "")”"
  }
}
