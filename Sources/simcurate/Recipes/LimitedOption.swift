import ArgumentParser
import Files
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

/// What the library says of options that mean nothing, as the parser says it: with the usage, exit code 64.
func validated(_ validate: () throws -> Void) throws {
  do {
    try validate()
  } catch let error as FileError {
    throw ValidationError(error.description)
  }
}

/// A value that an option cannot have.
private struct UnmetLimit: Error, CustomStringConvertible {
  var expected: String

  var description: String { "expected \(expected)" }
}
