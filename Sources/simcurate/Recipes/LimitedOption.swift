import ArgumentParser
import Training

extension Option where Value: ExpressibleByArgument & Comparable & Sendable {
  /// An option with a default, which its help shows, and a limit.
  init(wrappedValue: Value, within limit: Limit<Value>, help: String, valueName: String) {
    self.init(
      wrappedValue: wrappedValue,
      help: ArgumentHelp("\(help) (default: \(wrappedValue))", valueName: valueName),
      transform: limit.reading)
  }
}

extension Option {
  /// An option that may be left out, with a limit.
  init<Number: ExpressibleByArgument & Comparable & Sendable>(
    within limit: Limit<Number>, help: String, valueName: String
  ) where Value == Number? {
    self.init(help: ArgumentHelp("\(help)", valueName: valueName), transform: limit.reading)
  }
}

extension Limit where Value: ExpressibleByArgument {
  /// Reads an option's value.
  ///
  /// - Throws: ``UnmetLimit`` for what is no such value.
  fileprivate var reading: @Sendable (String) throws -> Value {
    { text in
      guard let value = Value(argument: text), allows(value) else {
        throw UnmetLimit(expected: OptionField.Kind(Value.self).text + " " + self.text)
      }
      return value
    }
  }
}

/// A value that an option cannot have.
private struct UnmetLimit: Error, CustomStringConvertible {
  var expected: String

  var description: String { "expected \(expected)" }
}
