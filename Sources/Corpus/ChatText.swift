/// The text of a conversation: an array of objects with `role` and `content`, as chat models are
/// trained on.
enum ChatText {
  /// `role: content` for each message, a line each; nil where `bytes`, a valid JSON text, is no such
  /// array. A content of parts is the text of those that have some; a message without content, as a
  /// call of a tool is, is left out.
  static func text(_ bytes: UnsafeBufferPointer<UInt8>) throws -> String? {
    var messages: [String] = []
    for element in try JSONScanner.elements(bytes) {
      let message = UnsafeBufferPointer(rebasing: bytes[element])
      guard message.first == UInt8(ascii: "{") else { return nil }
      guard let role = try member("role", message), role.kind == .string,
        let content = try member("content", message)
      else { return nil }
      guard let text = try text(of: content, message) else { return nil }
      if !text.isEmpty { messages.append("\(try string(role, message)): \(text)") }
    }
    return messages.isEmpty ? nil : messages.joined(separator: "\n")
  }

  private static func text(of content: JSONScanner.Member, _ bytes: UnsafeBufferPointer<UInt8>)
    throws -> String?
  {
    switch content.kind {
    case .null: return ""
    case .string: return try string(content, bytes)
    case .array:
      let parts = UnsafeBufferPointer(rebasing: bytes[content.value])
      return try JSONScanner.elements(parts).compactMap { range -> String? in
        let part = UnsafeBufferPointer(rebasing: parts[range])
        guard part.first == UInt8(ascii: "{"), let text = try member("text", part),
          text.kind == .string
        else { return nil }
        return try string(text, part)
      }.joined(separator: " ")
    default: return nil
    }
  }

  private static func member(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>) throws
    -> JSONScanner.Member?
  {
    var members: [JSONScanner.Member] = []
    var scanner = JSONScanner(bytes)
    try scanner.scanObject(into: &members)
    return try members.last { try $0.hasKey(Array(name.utf8), in: bytes) }
  }

  private static func string(_ member: JSONScanner.Member, _ bytes: UnsafeBufferPointer<UInt8>)
    throws -> String
  {
    try JSONText.string(bytes, member.value, hasEscapes: member.valueHasEscapes)
  }
}
