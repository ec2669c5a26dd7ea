import Files
import Foundation

/// What a caller wants put before each text.
public enum PromptChoice: Sendable, Hashable {
  /// What the folder names as its default; nothing, mostly.
  case standard
  /// One of the folder's, by its name.
  case named(String)
  /// This very text; nothing if empty.
  case text(String)
}

/// The prompts of a sentence-transformers folder: texts the model was trained to see before its
/// input, such as `query: ` and `passage: `. From `config_sentence_transformers.json`.
public struct Prompts: Sendable {
  /// By name.
  public private(set) var texts: [String: String] = [:]
  /// Of the prompt that is used where nobody says; nil for none.
  public private(set) var defaultName: String?
  /// Whether the prompt's own tokens count in pooling.
  var isPooled = true
  private let place: String

  /// None if the folder has no such file.
  init(folder: URL) throws {
    struct Settings: Decodable {
      var prompts: [String: String?]?
      var defaultName: String?

      private enum CodingKeys: String, CodingKey {
        case prompts
        case defaultName = "default_prompt_name"
      }
    }
    let url = folder.appendingPathComponent("config_sentence_transformers.json")
    place = url.path
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let settings: Settings
    do {
      // Names are the model's own: no conversion of keys.
      settings = try JSONDecoder().decode(Settings.self, from: ModelFolder.contents(of: url))
    } catch let error as DecodingError {
      throw FileError(
        place: url.path, expected: "well-formed JSON", found: ModelFolder.reason(error))
    }
    texts = (settings.prompts ?? [:]).compactMapValues { $0 }
    defaultName = settings.defaultName
    if let defaultName, texts[defaultName] == nil { throw unknown(defaultName) }
  }

  /// The text to put before each input.
  ///
  /// - Throws: `FileError` if the folder has no prompt of that name, or pools without the
  ///   prompt's tokens, which we do not do.
  public func text(_ choice: PromptChoice) throws -> String {
    let text: String
    switch choice {
    case .standard: text = defaultName.flatMap { texts[$0] } ?? ""
    case .text(let own): text = own
    case .named(let name):
      guard let known = texts[name] else { throw unknown(name) }
      text = known
    }
    guard isPooled || text.isEmpty else {
      throw FileError(
        place: place, expected: "a prompt that counts in pooling",
        found: "include_prompt false in the pooling module",
        advice: "embed without a prompt: \(OptionName.promptText) ''")
    }
    return text
  }

  private func unknown(_ name: String) -> FileError {
    let names = texts.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    return FileError(
      place: place, expected: "a prompt named \"\(name)\"",
      found: names.isEmpty ? "no prompts" : names,
      advice: names.isEmpty
        ? "give the text itself with "
          + "\(OptionName.promptText)" : "name one of \(names)")
  }
}
