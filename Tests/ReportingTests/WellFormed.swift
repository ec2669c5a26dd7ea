import Testing

/// A tag of `html`: its name, and its attributes' names in order.
struct Tag {
  var name: String
  var attributes: [String]
  var isClosing: Bool
  var isEmpty: Bool
}

/// The kinds of elements in `html`, each with its attributes' names.
func elements(_ html: String) -> Set<String> {
  Set(
    tags(html).filter { !$0.isClosing }.map { ([$0.name] + $0.attributes).joined(separator: " ") })
}

/// Checks that elements nest and close, and that no stray markup character is left in texts.
func expectWellFormed(_ html: String) throws {
  var open: [String] = []
  for tag in tags(html) {
    if tag.isClosing {
      try #require(open.last == tag.name, "</\(tag.name)> closes \(open.last ?? "nothing")")
      open.removeLast()
    } else if !tag.isEmpty {
      open.append(tag.name)
    }
  }
  #expect(open.isEmpty, "not closed: \(open)")
}

/// Reads `html` scalar by scalar, as a browser does.
func tags(_ html: String) -> [Tag] {
  var scalars = Array(html.unicodeScalars)[...]
  var result: [Tag] = []
  while let start = scalars.firstIndex(of: "<") {
    scalars = scalars[(start + 1)...]
    var isQuoted = false
    guard
      let end = scalars.firstIndex(where: {
        if $0 == "\"" { isQuoted.toggle() }
        return $0 == ">" && !isQuoted
      })
    else {
      Issue.record("a tag does not end")
      return result
    }
    let inside = scalars[scalars.startIndex..<end]
    scalars = scalars[(end + 1)...]
    if inside.first != "!" { result.append(tag(inside)) }
    if inside.contains("<") { Issue.record("a tag holds another: \(text(inside))") }
  }
  return result
}

private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
  var view = String.UnicodeScalarView()
  view.append(contentsOf: scalars)
  return String(view)
}

private func tag(_ inside: ArraySlice<Unicode.Scalar>) -> Tag {
  let isClosing = inside.first == "/"
  let isEmpty = inside.last == "/"
  // Attribute values are dropped: even-numbered pieces lie outside the quotes.
  let outside = text(inside).unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
    .enumerated().filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: " ")
  let words = outside.split(whereSeparator: { " =/\n".contains($0) }).map(String.init)
  return Tag(
    name: words.first ?? "", attributes: Array(words.dropFirst()), isClosing: isClosing,
    isEmpty: isEmpty)
}
