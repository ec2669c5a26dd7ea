import Files
import Foundation
import Yams

/// A YAML file of keys and values, each with the line it stands in.
///
/// Values are left as they are written: what one means depends on its key. `no` is a fine name of a
/// tag, and `1e-5` a number, though the versions of YAML disagree on both.
package struct RecipeFile: Sendable {
  package struct Entry: Hashable, Sendable {
    package var key: String
    package var line: Int
    package var value: Value
  }

  package struct Scalar: Hashable, Sendable {
    package var text: String
    /// A text for sure, whatever it looks like.
    package var isQuoted: Bool
    package var line: Int

    package init(text: String, isQuoted: Bool, line: Int) {
      self.text = text
      self.isQuoted = isQuoted
      self.line = line
    }

    /// Whether it says that there is no value.
    package var isNull: Bool { !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text) }
  }

  package enum Value: Hashable, Sendable {
    case scalar(Scalar)
    case list([Scalar])
    indirect case entries([Entry])
  }

  /// The file as errors name it.
  package let name: String
  /// In the order of the file, no key twice.
  package let entries: [Entry]

  /// The name that stands for standard input.
  package static let standardInput = "-"
  private static let mostBytes = 1 << 20
  private static let mostLevels = 3

  /// Reads the file at `path`, or standard input.
  ///
  /// - Throws: `FileError` with file, line, and what is wrong: no YAML, a key twice, no keys.
  package init(path: String) throws {
    let data =
      try path == Self.standardInput
      ? FileHandle.standardInput.read(upToCount: Self.mostBytes + 1) ?? Data()
      : RegularFile.contents(of: URL(fileURLWithPath: path), limit: Self.mostBytes)
    guard data.count <= Self.mostBytes else {
      throw FileError(place: path, expected: "a recipe of at most 1 MiB", found: "more")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw FileError(place: path, expected: "a recipe in UTF-8", found: "other bytes")
    }
    try self.init(name: path == Self.standardInput ? "standard input" : path, text: text)
  }

  /// - Parameter name: of the file, for errors.
  /// - Throws: as ``init(path:)``.
  package init(name: String, text: String) throws {
    self.name = name
    if let (anchor, line) = Self.alias(in: text) {
      throw FileError(
        place: "\(name):\(line)", expected: "values without aliases", found: "'*\(anchor)'",
        advice: "write the value out")
    }
    let root: Node?
    do {
      root = try compose(yaml: text, .basic)
    } catch let error as YamlError {
      throw Self.failure(error, name)
    }
    entries = try root.map { try Self.entries($0, name, level: 1) } ?? []
  }

  /// Where an entry stands, for errors.
  package func place(line: Int) -> String { "\(name):\(line)" }

  private static func entries(_ node: Node, _ name: String, level: Int) throws -> [Entry] {
    if case .scalar(let scalar) = node, level == 1, scalar.string.isEmpty { return [] }
    let line = node.mark?.line ?? 1
    guard case .mapping(let mapping) = node else {
      throw FileError(
        place: "\(name):\(line)", expected: "lines of the form 'key: value'",
        found: description(node))
    }
    return try mapping.map { key, value in
      guard case .scalar(let word) = key else {
        throw FileError(
          place: "\(name):\(key.mark?.line ?? line)", expected: "a name before the colon",
          found: description(key))
      }
      let keyLine = word.mark?.line ?? line
      return Entry(
        key: word.string, line: keyLine,
        value: try self.value(value, name, line: keyLine, level: level))
    }
  }

  private static func value(_ node: Node, _ name: String, line: Int, level: Int) throws -> Value {
    switch node {
    case .scalar(let scalar): return .scalar(Self.scalar(scalar, line))
    case .sequence(let sequence):
      return .list(
        try sequence.map { item in
          guard case .scalar(let scalar) = item else {
            throw FileError(
              place: "\(name):\(item.mark?.line ?? line)", expected: "single values in a list",
              found: description(item))
          }
          return Self.scalar(scalar, line)
        })
    case .mapping where level < mostLevels:
      return .entries(try entries(node, name, level: level + 1))
    case .mapping, .alias:
      throw FileError(
        place: "\(name):\(node.mark?.line ?? line)", expected: "a single value or a list",
        found: description(node))
    }
  }

  private static func scalar(_ scalar: Node.Scalar, _ line: Int) -> Scalar {
    Scalar(
      text: scalar.string, isQuoted: scalar.style != .plain, line: scalar.mark?.line ?? line)
  }

  private static func description(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): "'\(scalar.string.prefix(40))'"
    case .sequence: "a list"
    case .mapping: "keys and values"
    case .alias: "an alias"
    }
  }

  /// The first alias that stands for something: a few lines of them could stand for gigabytes.
  private static func alias(in text: String) -> (anchor: String, line: Int)? {
    var anchors: Set<Substring> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      for word in line.split(whereSeparator: { " \t\r,[]{}:?".contains($0) }) {
        if word.first == "&" { anchors.insert(word.dropFirst()) }
        if word.first == "*", anchors.contains(word.dropFirst()) {
          return (String(word.dropFirst()), number + 1)
        }
      }
    }
    return nil
  }

  private static func fault(_ problem: String) -> String { "a fault (\(problem))" }

  private static func failure(_ error: YamlError, _ name: String) -> FileError {
    func failure(_ mark: Mark, _ problem: String) -> FileError {
      FileError(place: "\(name):\(mark.line)", expected: "YAML", found: fault(problem))
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      return failure(mark, problem)
    case .composer(_, let problem, let mark, _):
      return failure(mark, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      return FileError(
        place: "\(name):\(context.mark.line)", expected: "each key once",
        found: "'\(keys.first ?? "")' twice")
    case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem),
      .representer(let problem):
      return FileError(place: name, expected: "YAML", found: fault(problem))
    case .no, .memory, .dataCouldNotBeDecoded:
      return FileError(place: name, expected: "YAML", found: "something that cannot be read")
    }
  }
}
