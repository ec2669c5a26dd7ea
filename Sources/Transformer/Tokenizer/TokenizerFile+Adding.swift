import Foundation

extension TokenizerFile {
  /// The bytes of a tokenizer.json with more added tokens at the end of its list, each with the id that Hugging
  /// Face tokenizers' `add_special_tokens` gives it: the next free one. All else stays as it is, byte for byte.
  ///
  /// They are found in the text before it is normalized. Tokens that the file adds already are passed over.
  /// - Parameter place: names the file in errors.
  /// - Throws: `FileError` if it cannot be read.
  static func adding(_ names: [String], to data: Data, place: String) throws -> Data {
    let root = try JSONTree(data, place: place).root
    let pipeline = try TokenizerFile(root: root).pipeline()
    let known = Set(pipeline.added.values.map(\.content))
    var next = max(pipeline.vocabulary.count, Int(pipeline.added.keys.max() ?? -1) + 1)
    let entries = names.filter { !known.contains(Array($0.utf8)) }.map { name in
      let stored = pipeline.vocabulary.id(of: Array(name.utf8)).map(Int.init)
      let id = stored ?? next
      if stored == nil { next += 1 }
      let content = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return #"{"id": \#(id), "content": "\#(content)", "single_word": false, "lstrip": false, "#
        + #""rstrip": false, "normalized": false, "special": true}"#
    }
    if entries.isEmpty { return data }
    let text = entries.joined(separator: ", ")
    let list = try root.optional("added_tokens")
    let node = (list ?? root).tree.nodes[(list ?? root).index]
    var bytes = Array(data)
    if let list {
      let isEmpty = try list.elements().isEmpty
      bytes.insert(contentsOf: Array(((isEmpty ? "" : ", ") + text).utf8), at: Int(node.end) - 1)
    } else {
      // A root without the list, or with null in its place: of two members the last one counts, so it goes last.
      bytes.insert(contentsOf: Array(", \"added_tokens\": [\(text)]".utf8), at: Int(node.end) - 1)
    }
    return Data(bytes)
  }
}
