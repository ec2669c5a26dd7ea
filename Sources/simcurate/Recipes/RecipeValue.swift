import ArgumentParser
import Files
import Foundation
import Recipes

/// Values that a recipe gives to one option.
struct RecipeValue {
  private let field: OptionField
  private let file: RecipeFile

  init(_ field: OptionField, _ file: RecipeFile) {
    self.field = field
    self.file = file
  }

  /// The value as arguments; none where the file leaves the option to its default.
  ///
  /// - Throws: `FileError` with the line of a value that the option cannot have.
  func arguments(_ entry: RecipeFile.Entry) throws -> [String] {
    switch entry.value {
    case .scalar(let scalar):
      return try scalar.isNull ? [] : [text(scalar)].filter(isSaid).map(field.argument)
    case .list(let items) where field.isRepeated:
      return try items.map { field.argument(try text($0)) }
    case .list(let items) where field.kind == .text:
      // Texts of several names part them by commas.
      return [field.argument(items.map(\.text).joined(separator: ","))]
    case .list: throw failure(field.kind.text, found: "a list", line: entry.line)
    case .entries: throw failure(field.kind.text, found: "keys and values", line: entry.line)
    }
  }

  /// The text of a value that the option can have.
  ///
  /// - Throws: as ``argument(_:)``.
  func text(_ scalar: RecipeFile.Scalar) throws -> String {
    let found = "'\(excerpt(scalar.text))'"
    switch field.kind {
    case .text: break
    case .flag:
      guard !scalar.isQuoted, let isOn = Self.truth(scalar.text) else {
        throw failure(field.kind.text, found: found, line: scalar.line)
      }
      return "\(isOn)"
    case .whole, .number:
      if scalar.isQuoted {
        throw failure(field.kind.text, found: "the text \(found)", line: scalar.line)
      }
    case .choice(let names):
      if !names.contains(scalar.text) {
        throw failure(field.kind.text, found: found, line: scalar.line)
      }
    }
    if let expected = unmet(scalar.text) {
      throw failure(expected, found: found, line: scalar.line)
    }
    return scalar.text
  }

  /// Whether a value needs an argument: flags that can only be set are off without one.
  private func isSaid(_ text: String) -> Bool {
    guard field.kind == .flag, text == "false" else { return true }
    do {
      _ = try field.owner.parse([field.argument(text)])
      return true
    } catch {
      return !field.owner.message(for: error).hasPrefix("Unknown option")
    }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// What the option's declaration expects instead of `text`; nil if it takes it.
  ///
  /// The option is parsed alone: what it needs beside it is seen when all are there.
  private func unmet(_ text: String) -> String? {
    guard field.kind != .text else { return nil }
    do {
      _ = try field.owner.parse([field.argument(text)])
      return nil
    } catch {
      let message = field.owner.message(for: error)
      guard message.hasPrefix("The value ") else { return nil }
      let limit = message.range(of: "': expected ").map { String(message[$0.upperBound...]) }
      return limit ?? field.kind.text
    }
  }

  private func failure(_ expected: String, found: String, line: Int) -> FileError {
    FileError(
      place: file.place(line: line), expected: "\(expected) for '\(field.key)'", found: found)
  }
}
