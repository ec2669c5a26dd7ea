import Foundation
import Yams

/// What an option is set to.
package enum SettingValue: Hashable, Sendable {
  case none
  case flag(Bool)
  /// In decimal digits, so that neither form it is written in changes it.
  case number(String)
  case text(String)

  package init(_ number: some BinaryInteger) { self = .number("\(number)") }

  /// The shortest digits that give the same number; with a point, which YAML 1.1 wants before an
  /// exponent.
  package init(_ number: some BinaryFloatingPoint & CustomStringConvertible) {
    let parts = "\(number)".split(separator: "e")
    let isBare = parts.count == 2 && !parts[0].contains(".")
    self = .number(isBare ? "\(parts[0]).0e\(parts[1])" : parts.joined(separator: "e"))
  }

  /// As a table shows it.
  package var text: String {
    switch self {
    case .none: "null"
    case .flag(let isOn): "\(isOn)"
    case .number(let text), .text(let text): text
    }
  }

  fileprivate func node() -> Node {
    switch self {
    case .none: return Node("null")
    case .flag(let isOn): return Node("\(isOn)")
    case .number(let digits): return Node(digits)
    case .text(let text): return .scalar(text.represented())
    }
  }
}

extension SettingValue: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encodeNil()
    case .flag(let isOn): try container.encode(isOn)
    case .number(let digits): try container.encode(Decimal(string: digits))
    case .text(let text): try container.encode(text)
    }
  }
}

/// Options and what they are set to, in an order that a person reads them in.
package struct Settings: Encodable, Sendable {
  package struct Setting: Hashable, Sendable {
    package var key: String
    package var value: SettingValue

    package init(key: String, value: SettingValue) {
      self.key = key
      self.value = value
    }
  }

  package var settings: [Setting]

  package init(_ settings: [Setting]) { self.settings = settings }

  /// As ``RecipeFile`` reads it, a line an option.
  ///
  /// - Parameter comment: one line that stands before them.
  package func yaml(comment: String? = nil) throws -> String {
    let pairs = settings.map { (Node($0.key), $0.value.node()) }
    let text = try serialize(node: Node(pairs), width: -1, allowUnicode: true)
    return (comment.map { "# \($0)\n" } ?? "") + text
  }

  package func encode(to encoder: any Encoder) throws {
    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(_ name: String) { stringValue = name }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    var container = encoder.container(keyedBy: Key.self)
    for setting in settings { try container.encode(setting.value, forKey: Key(setting.key)) }
  }
}
