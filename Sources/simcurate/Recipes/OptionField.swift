import ArgumentParser
import Foundation
import Recipes

/// What says how one call goes, and not what it computes: no recipe holds it.
protocol CallOptions: ParsableArguments {}

extension CommonOptions: CallOptions {}
extension ForceOption: CallOptions {}
extension LockOptions: CallOptions {}
extension RecipeOption: CallOptions {}
extension PrintOption: CallOptions {}

/// An option or flag of a command as a recipe has it, read off its declaration.
struct OptionField {
  enum Kind: Equatable {
    case flag, whole, number, text
    case choice([String])

    init(_ type: Any.Type) {
      let type = (type as? any OptionalValue.Type)?.wrapped ?? type
      let choices = (type as? any ExpressibleByArgument.Type)?.allValueStrings ?? []
      self =
        switch type {
        case is Bool.Type: .flag
        case is any BinaryInteger.Type: .whole
        case is any BinaryFloatingPoint.Type: .number
        default: choices.isEmpty ? .text : .choice(choices)
        }
    }

    /// As it goes on after "expected".
    var text: String {
      switch self {
      case .flag: "true or false"
      case .whole: "a whole number"
      case .number: "a number"
      case .text: "a text"
      case .choice(let names): "one of " + names.joined(separator: ", ")
      }
    }
  }

  /// The option's long name without dashes.
  let key: String
  let kind: Kind
  /// Whether it may be given several times.
  let isRepeated: Bool
  /// Where it is declared.
  let owner: any ParsableArguments.Type
  /// What it is set to; ``SettingValue/none`` if nothing was parsed.
  let value: SettingValue

  var setting: Settings.Setting { Settings.Setting(key: key, value: value) }

  /// The option as the parser takes it.
  func argument(_ text: String) -> String {
    if kind != .flag { return "--\(key)=\(text)" }
    return text == "true" ? "--\(key)" : "--no-\(key)"
  }

  /// The names of what no recipe holds.
  static let ofCalls: Set<String> = {
    let groups: [any CallOptions.Type] = [
      CommonOptions.self, ForceOption.self, LockOptions.self, RecipeOption.self,
      PrintOption.self,
    ]
    return Set(groups.flatMap { all(of: $0).map(\.key) })
  }()

  /// The options of `type`, in the order of their declarations.
  static func all(of type: any ParsableArguments.Type) -> [OptionField] {
    fields(type.init(), isParsed: false)
  }

  /// The same with their values.
  static func all(of arguments: any ParsableArguments) -> [OptionField] {
    fields(arguments, isParsed: true)
  }

  private static func fields(_ arguments: any ParsableArguments, isParsed: Bool) -> [OptionField] {
    Mirror(reflecting: arguments).children.flatMap { child -> [OptionField] in
      switch child.value {
      case let group as any GroupWrapper:
        let type = Swift.type(of: group).arguments
        if type is any CallOptions.Type { return [] }
        return fields(isParsed ? group.content : type.init(), isParsed: isParsed)
      case let option as any OptionWrapper:
        return [
          OptionField(
            key: key(child.label ?? ""), kind: Kind(Swift.type(of: option).value),
            isRepeated: Swift.type(of: option).value is any RepeatedValue.Type,
            owner: type(of: arguments), value: isParsed ? setting(option.content) : .none)
        ]
      default: return []
      }
    }
  }

  /// `_warmUp` is `warm-up`, as the parser names it.
  private static func key(_ label: String) -> String {
    label.drop { $0 == "_" }.reduce(into: "") { key, letter in
      key += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }

  private static func setting(_ value: Any) -> SettingValue {
    let content: Any? =
      if let optional = value as? any OptionalValue { optional.content } else { value }
    return switch content {
    case nil: .none
    case let flag as Bool: .flag(flag)
    case let number as any BinaryInteger: SettingValue(number)
    case let number as any BinaryFloatingPoint & CustomStringConvertible: SettingValue(number)
    case let choice as any ExpressibleByArgument: .text(choice.defaultValueDescription)
    case let other?: .text("\(other)")
    }
  }
}

private protocol OptionWrapper {
  static var value: Any.Type { get }
  var content: Any { get }
}

extension Option: OptionWrapper {
  fileprivate static var value: Any.Type { Value.self }
  fileprivate var content: Any { wrappedValue }
}

extension Flag: OptionWrapper {
  fileprivate static var value: Any.Type { Value.self }
  fileprivate var content: Any { wrappedValue }
}

private protocol GroupWrapper {
  static var arguments: any ParsableArguments.Type { get }
  var content: any ParsableArguments { get }
}

extension OptionGroup: GroupWrapper {
  fileprivate static var arguments: any ParsableArguments.Type { Value.self }
  fileprivate var content: any ParsableArguments { wrappedValue }
}

private protocol RepeatedValue {}

extension Array: RepeatedValue {}

private protocol OptionalValue {
  static var wrapped: Any.Type { get }
  var content: Any? { get }
}

extension Optional: OptionalValue {
  fileprivate static var wrapped: Any.Type { Wrapped.self }
  fileprivate var content: Any? { self }
}
