import Files
import Foundation
import Recipes
import Testing

/// What is read of YAML, and what hostile files are told.
@Suite struct RecipeFileTests {
  private func entries(_ text: String) throws -> [RecipeFile.Entry] {
    try RecipeFile(name: "r.yaml", text: text).entries
  }

  private func scalar(_ text: String, quoted: Bool = false, _ line: Int) -> RecipeFile.Scalar {
    RecipeFile.Scalar(text: text, isQuoted: quoted, line: line)
  }

  @Test func valuesStayAsWrittenWithTheirLines() throws {
    let entries = try entries(
      """
      # a comment
      learning-rate: 1e-5
      arm: no

      out: "5" # another
      names: [O, 'B-x']
      search:
        epochs: [1, 2]
        warm-up: {low: 0, high: 0.2}
      """)
    #expect(entries.map(\.key) == ["learning-rate", "arm", "out", "names", "search"])
    #expect(entries.map(\.line) == [2, 3, 5, 6, 7])
    #expect(entries[0].value == .scalar(scalar("1e-5", 2)))
    #expect(entries[1].value == .scalar(scalar("no", 3)))
    #expect(entries[2].value == .scalar(scalar("5", quoted: true, 5)))
    #expect(entries[3].value == .list([scalar("O", 6), scalar("B-x", quoted: true, 6)]))
    guard case .entries(let search) = entries[4].value else { throw Missing() }
    #expect(search.map(\.line) == [8, 9])
    guard case .entries(let range) = search[1].value else { throw Missing() }
    #expect(range[1].value == .scalar(scalar("0.2", 9)))
  }

  private struct Missing: Error {}

  @Test func jsonIsARecipeToo() throws {
    let entries = try entries(#"{"epochs": 3, "method": "lora", "steps": null}"#)
    #expect(entries.map(\.key) == ["epochs", "method", "steps"])
    guard case .scalar(let steps) = entries[2].value else { throw Missing() }
    #expect(steps.isNull)
  }

  @Test(arguments: ["", "\n", "# nothing\n", "---\n"])
  func nothingIsNoEntries(_ text: String) throws {
    #expect(try entries(text).isEmpty)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "r.yaml:1", "each key once", "'a' twice"),
    ("a: [1\nb: 2\n", "r.yaml:2", "YAML", ""),
    ("- 1\n- 2\n", "r.yaml:1", "lines of the form 'key: value'", "a list"),
    ("text\n", "r.yaml:1", "lines of the form 'key: value'", "'text'"),
    ("a: 1\n? [x, y]\n: 2\n", "r.yaml:2", "a name before the colon", "a list"),
    ("a:\n  - 1\n  - [2]\n", "r.yaml:3", "single values in a list", "a list"),
    ("a: {b: {c: {d: 1}}}\n", "r.yaml:1", "a single value or a list", "keys and values"),
    ("a: &x [1]\nb: *x\n", "r.yaml:2", "values without aliases", "'*x'"),
    ("a: 1\n---\nb: 2\n", "r.yaml:2", "YAML", ""),
    ("a: *nothing\n", "r.yaml:1", "YAML", "alias"),
    ("a: \u{1}\n", "r.yaml", "YAML", ""),
  ])
  func errorsNameTheLine(_ text: String, place: String, expected: String, found: String) throws {
    let error = try #require(throws: FileError.self) { try entries(text) }
    #expect(error.place == place)
    #expect(error.expected == expected)
    #expect(found.isEmpty ? !error.found.isEmpty : error.found.contains(found))
  }

  @Test func depthAndAliasesCostNothing() throws {
    for text in [
      "a: " + String(repeating: "[", count: 200_000),
      String(repeating: "a: {", count: 100_000),
      String(repeating: "- ", count: 200_000) + "x",
      (0..<30).map { level in
        "a\(level): &n\(level) "
          + (level == 0
            ? "x" : "[" + repeatElement("*n\(level - 1)", count: 9).joined(separator: ",") + "]")
      }.joined(separator: "\n"),
    ] {
      #expect(throws: FileError.self) { try entries(text) }
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let written = Settings([
      Settings.Setting(key: "a", value: .text("null")),
      Settings.Setting(key: "b", value: .text("x: y # z\n'\"")),
      Settings.Setting(key: "c", value: .none),
      Settings.Setting(key: "d", value: SettingValue(Float(2e-5))),
      Settings.Setting(key: "e", value: SettingValue(UInt64.max)),
      Settings.Setting(key: "f", value: .flag(true)),
      Settings.Setting(key: "g", value: .text(String(repeating: "wörter ", count: 40) + "ß")),
      Settings.Setting(key: "h", value: .text("")),
    ])
    let yaml = try written.yaml(comment: "a comment")
    #expect(yaml.hasPrefix("# a comment\na: "))
    #expect(yaml.contains("d: 2.0e-05\n"))
    let entries = try entries(yaml)
    let texts: [String?] = entries.map {
      guard case .scalar(let scalar) = $0.value else { return nil }
      return scalar.isNull ? nil : scalar.text
    }
    let expected: [String?] = written.settings.map { $0.value == .none ? nil : $0.value.text }
    #expect(texts == expected)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(written), as: UTF8.self)
    #expect(json.contains(#""c":null,"d":0.00002,"e":18446744073709551615,"f":true"#))
  }
}
