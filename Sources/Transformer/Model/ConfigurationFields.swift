import Files
import Foundation

/// The fields of a `config.json`, under the names that BERT's has, turned into checked values or
/// errors that name the field.
struct ConfigurationFields {
  let place: String
  private let root: JSONValue
  /// Other names that a family's file has for a field, tried first.
  var names: [String: [String]] = [:]

  /// - Throws: `FileError` if `json` is not a JSON object.
  init(json: Data, place: String) throws {
    self.place = place
    root = try JSONTree(json, place: place).root
    guard root.kind == .object else { throw root.error(expected: "an object") }
  }

  private init(place: String, root: JSONValue) {
    self.place = place
    self.root = root
  }

  func missing(_ field: String) -> FileError {
    FileError(place: place, expected: "a field \"\(field)\"", found: "none")
  }

  private func name(_ field: String) throws -> String {
    try names[field]?.first { try root.optional($0) != nil } ?? field
  }

  /// What `body` makes of a field that is there and not null.
  private func read<Value>(_ field: String, _ body: (JSONValue) throws -> Value) throws -> Value? {
    let name = try name(field)
    guard let value = try root.optional(name) else { return nil }
    do {
      return try body(value)
    } catch let error as FileError {
      throw FileError(place: place, expected: "\(name): \(error.expected)", found: error.found)
    }
  }

  /// The JSON text of a field, nil if absent or null; of a string with its quotes.
  func text(_ field: String) throws -> String? {
    try read(field) { value in
      value.kind == .string ? "\"\(try value.string())\"" : value.sourceText
    }
  }

  func string(_ field: String) throws -> String? { try read(field) { try $0.string() } }

  func flag(_ field: String) throws -> Bool { try read(field) { try $0.bool() } ?? false }

  func integer(_ field: String, in range: ClosedRange<Int>) throws -> Int? {
    try read(field) { try $0.integer(in: range) }
  }

  func size(_ field: String, limit: Int, default standard: Int? = nil) throws -> Int {
    guard let value = try integer(field, in: 1...limit) ?? standard else { throw missing(field) }
    return value
  }

  func number(_ field: String, in range: ClosedRange<Double>) throws -> Double? {
    try read(field) { value in
      let number = try value.double()
      guard range.contains(number) else {
        throw value.error(expected: "a number in \(range.lowerBound)...\(range.upperBound)")
      }
      return number
    }
  }

  func fraction(_ field: String, default standard: Double) throws -> Float {
    Float(try number(field, in: 0...1.0.nextDown) ?? standard)
  }

  func strings(_ field: String) throws -> [String]? {
    try read(field) { try $0.elements().map { try $0.string() } }
  }

  /// The fields of an object inside.
  func object(_ field: String) throws -> ConfigurationFields? {
    try read(field) { value in
      guard value.kind == .object else { throw value.error(expected: "an object") }
      return ConfigurationFields(place: "\(place): \(field)", root: value)
    }
  }

  func check(_ requirement: EncoderArchitecture.Requirement) throws {
    guard let found = try text(requirement.field) else { return }
    guard requirement.values.contains(found) else {
      let expected =
        requirement.values.isEmpty ? "no" : requirement.values.joined(separator: " or ")
      throw FileError(
        place: "\(place): \(requirement.field)", expected: expected, found: found,
        advice: "the encoder has no such setting; a model without it works")
    }
  }

  /// An object of labels by id, in the order of the ids.
  func labels(_ field: String) throws -> [String] {
    let names = try read(field) { value in
      var names: [String: String] = [:]
      try value.forEachMember { names[try $0.string()] = try $1.string() }
      return names
    }
    guard let names else { return [] }
    return try (0..<names.count).map { id in
      guard let label = names["\(id)"] else {
        throw FileError(
          place: place, expected: "\(field) for each id below \(names.count)",
          found: "none for \(id)")
      }
      return label
    }
  }
}

extension JSONValue {
  /// The value as it stands in the file.
  fileprivate var sourceText: String {
    let node = tree.nodes[index]
    return String(decoding: tree.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
  }
}
