import Files
import Foundation
import Recipes
import Study

/// What a recipe says of the values to try.
struct SearchSection {
  private let file: RecipeFile
  private let known: [String: OptionField]

  /// Options whose values cannot be compared by a score.
  private static let fixed: Set = ["task", "tag-names", "out"]
  private static let rangeKeys = ["low", "high", "scale"]

  init(_ file: RecipeFile) {
    self.file = file
    known = RecipeArguments.known(to: SweepCommand.self).filter {
      OptionField.all(of: FinetuneArguments.self).map(\.key).contains($0.key)
        && !Self.fixed.contains($0.key)
    }
  }

  /// - Throws: `FileError` with the line of what cannot be searched.
  func space() throws -> SearchSpace {
    let example = "for instance 'search: {learning-rate: {low: 1e-5, high: 1e-3, scale: log}}'"
    guard let section = file.entries.first(where: { $0.key == RecipeArguments.searchKey }) else {
      throw FileError(
        place: file.name, expected: "a section 'search' of options and values to try",
        found: "none", advice: example)
    }
    guard case .entries(let entries) = section.value, !entries.isEmpty else {
      throw FileError(
        place: file.place(line: section.line), expected: "options and values to try",
        found: "none", advice: example)
    }
    return SearchSpace(
      try entries.map { SearchSpace.Dimension(option: $0.key, values: try values($0)) })
  }

  private func values(_ entry: RecipeFile.Entry) throws -> SearchSpace.Values {
    guard let field = known[entry.key] else {
      throw RecipeArguments.unknown(entry, file, known)
    }
    switch entry.value {
    case .list(let items) where !items.isEmpty:
      return .list(try items.map { try RecipeValue(field, file).text($0) })
    case .entries(let ends) where field.kind == .number || field.kind == .whole:
      return try range(ends, field, line: entry.line)
    default:
      let isNumber = field.kind == .number || field.kind == .whole
      throw FileError(
        place: file.place(line: entry.line),
        expected: "a list of values" + (isNumber ? ", or low, high and scale," : "")
          + " for '\(entry.key)'",
        found: "something else")
    }
  }

  private func range(_ entries: [RecipeFile.Entry], _ field: OptionField, line: Int) throws
    -> SearchSpace.Values
  {
    let place = file.place(line: line)
    if let other = entries.first(where: { !Self.rangeKeys.contains($0.key) }) {
      throw FileError(
        place: file.place(line: other.line), expected: "low, high or scale",
        found: "'\(excerpt(other.key))'")
    }
    func scalar(_ key: String) throws -> RecipeFile.Scalar? {
      guard let entry = entries.first(where: { $0.key == key }) else { return nil }
      guard case .scalar(let scalar) = entry.value else {
        throw FileError(
          place: file.place(line: entry.line), expected: "a single value for '\(key)'",
          found: "several")
      }
      return scalar
    }
    func end(_ key: String) throws -> Double {
      guard let scalar = try scalar(key) else {
        throw FileError(place: place, expected: "'\(key)' for '\(field.key)'", found: "none")
      }
      return Double(try RecipeValue(field, file).text(scalar)) ?? .nan
    }
    let (low, high) = (try end("low"), try end("high"))
    guard low < high else {
      throw FileError(
        place: place, expected: "'low' below 'high' for '\(field.key)'",
        found: "\(low) and \(high)")
    }
    let name = try scalar("scale")?.text ?? SearchSpace.Scale.linear.rawValue
    guard let scale = SearchSpace.Scale(rawValue: name) else {
      throw FileError(
        place: place, expected: "the scale log or linear", found: "'\(excerpt(name))'")
    }
    guard scale == .linear || low > 0 else {
      throw FileError(
        place: place, expected: "'low' above 0 on the scale log", found: "\(low)")
    }
    return .range(low: low, high: high, scale: scale, isWhole: field.kind == .whole)
  }
}
