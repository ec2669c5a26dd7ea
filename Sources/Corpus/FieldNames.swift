import Files

/// Finding the name a user meant.
package enum FieldNames {
  /// The error for a field that a row does not have; it names the fields found and the nearest.
  static func missing(_ name: String, option: OptionName, among names: [String], place: String)
    -> FileError
  {
    let listed = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    let meant = nearest(to: name, among: names) ?? synonym(option, among: names)
    let advice = meant.map { "did you mean \(option) \($0)?" }
    return FileError(
      place: place, expected: "a field '\(name)'",
      found: names.isEmpty ? "no fields" : "the fields \(listed)",
      advice: advice ?? "name one of the fields with \(option)")
  }

  /// The name with the least edit distance to `name`, case aside, if at most a third of the longer of
  /// the two differs.
  package static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let near = names.prefix(200).compactMap { candidate -> (distance: Int, name: String)? in
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let distance = distance(wanted, letters)
      return distance <= (max(wanted.count, letters.count) + 2) / 3 ? (distance, candidate) : nil
    }
    return near.min { $0.distance < $1.distance }?.name
  }

  /// The first of the names by which data sets usually call what `option` asks for.
  private static func synonym(_ option: OptionName, among names: [String]) -> String? {
    usualNames[option]?.lazy.compactMap { usual in names.first { $0.lowercased() == usual } }.first
  }

  private static let usualNames: [OptionName: [String]] = [
    .textField: [
      "text", "sentence", "content", "body", "question", "review", "utterance", "document",
      "message", "messages", "comment", "query", "prompt", "abstract", "description", "title",
    ],
    .labelField: [
      "label", "labels", "intent", "category", "class", "target", "tag", "topic", "sentiment",
    ],
    .idField: ["id", "uid", "uuid", "guid", "_id", "key", "identifier"],
  ]

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
