/// Finding the field a user meant.
enum FieldNames {
  /// The error for a field that a row does not have; it names the fields found and the nearest.
  static func missing(_ name: String, option: String, among names: [String], place: String)
    -> CorpusError
  {
    let listed = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    let advice = nearest(to: name, among: names).map { "did you mean \(option) \($0)?" }
    return CorpusError(
      place: place, expected: "a field '\(name)'",
      found: names.isEmpty ? "no fields" : "the fields \(listed)",
      advice: advice ?? "name one of the fields with \(option)")
  }

  /// The name with the least edit distance to `name`, case aside, if at most half of it differs.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let scored = names.prefix(200).map { candidate in
      (distance(wanted, Array(candidate.lowercased().unicodeScalars.prefix(64))), candidate)
    }
    guard let best = scored.min(by: { $0.0 < $1.0 }) else { return nil }
    return best.0 <= max(2, wanted.count / 2) ? best.1 : nil
  }

  /// Levenshtein distance, O(left x right).
  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let replaced = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
