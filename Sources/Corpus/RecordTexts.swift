import Files

extension Record {
  /// The texts of some fields of the original row, each by itself.
  ///
  /// - Throws: `FileError` naming the row and the fields that it has, if one of `names` is none of them or
  ///   holds no text.
  public func texts(of names: [String]) throws -> [String] {
    let fields = try originalFields()
    return try names.map { name in
      switch fields[name] {
      case .text(let text)?: return text
      case let value? where value.number != nil: return value.plain ?? ""
      case let value:
        let present = fields.keys.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        throw FileError(
          place: "\(source):\(line)", expected: "a text in '\(name)'",
          found: value == nil
            ? (present.isEmpty ? "no fields" : "the fields \(present)") : "something else")
      }
    }
  }
}
