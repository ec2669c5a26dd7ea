import Files

/// The questions of a file in SQuAD's JSON (Rajpurkar et al., arXiv 1606.05250 and 1806.03822), each as a row:
/// `data`, an array of articles with `title` and `paragraphs`; a paragraph's `context` and `qas`.
///
/// A row has `title`, `context` and all that the question has, as it is written. Memory is that of an
/// article.
final class SquadRows {
  private let lines: LineScanner
  private var article: Article?
  /// The row at hand.
  private var row: [UInt8] = []
  private var pointer: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: 0)
  private var count = 0

  /// An article that is being read; ranges are places in its bytes.
  private struct Article {
    var line: Line
    var title: Range<Int>?
    var paragraphs: ArraySlice<Range<Int>>
    var context: Range<Int>?
    var questions: ArraySlice<Range<Int>> = []
    /// Lines are counted up to here.
    var counted = 0
    var lineNumber: Int
  }

  init(_ lines: LineScanner) { self.lines = lines }

  deinit { pointer.deallocate() }

  /// The next question as one JSON object, its number in place of an element's; nil at the end. Its bytes
  /// are valid until the next one is asked for.
  ///
  /// - Throws: `InvalidRow` for an article or paragraph that is none; `FileError` where nobody knows where
  ///   the next one begins.
  func next() throws -> Line? {
    while true {
      if var current = article {
        if let question = current.questions.popFirst() {
          count += 1
          defer { article = current }
          return makeRow(question, &current)
        }
        if let paragraph = current.paragraphs.popFirst() {
          article = current
          try begin(paragraph)
          continue
        }
        article = nil
      }
      guard let line = try lines.nextArticle() else { return nil }
      try begin(line)
    }
  }

  private func begin(_ line: Line) throws {
    let index = Line(bytes: line.bytes, number: line.number, hadCarriageReturn: false)
    let members = try self.members(line.bytes, 0..<line.bytes.count, index, "an article")
    guard let paragraphs = try find("paragraphs", .array, members, line.bytes) else {
      throw invalid(index, "an article with an array 'paragraphs'", "none")
    }
    article = Article(
      line: line, title: try find("title", .string, members, line.bytes)?.quoted,
      paragraphs: try elements(paragraphs.value, line.bytes)[...], lineNumber: line.number)
  }

  private func begin(_ paragraph: Range<Int>) throws {
    guard var current = article else { return }
    defer { article = current }
    let bytes = current.line.bytes
    let index = Line(
      bytes: bytes, number: lineNumber(paragraph.lowerBound, &current), hadCarriageReturn: false)
    let members = try self.members(bytes, paragraph, index, "a paragraph")
    guard let context = try find("context", .string, members, bytes),
      let questions = try find("qas", .array, members, bytes)
    else { throw invalid(index, "a paragraph with a string 'context' and an array 'qas'", "none") }
    current.context = context.quoted
    current.questions = try elements(questions.value, bytes)[...]
  }

  private func makeRow(_ question: Range<Int>, _ current: inout Article) -> Line {
    let bytes = current.line.bytes
    row.removeAll(keepingCapacity: true)
    for (name, range) in [("title", current.title), ("context", current.context)] {
      guard let range else { continue }
      row += Array((row.isEmpty ? "{" : ",").utf8) + Array("\"\(name)\":".utf8)
      row += bytes[range]
    }
    let own = bytes[question]
    let isObject = own.first == UInt8(ascii: "{")
    let isEmpty = own.dropFirst().first { !JSONText.isSpace($0) } == UInt8(ascii: "}")
    if isObject, !isEmpty { row.append(UInt8(ascii: ",")) }
    // What is no object makes a row that is none, which its reader tells.
    row += isObject ? own.dropFirst() : own
    if pointer.count < row.count {
      pointer.deallocate()
      pointer = .allocate(capacity: 2 * row.count)
    }
    _ = pointer.update(fromContentsOf: row)
    return Line(
      bytes: UnsafeBufferPointer(rebasing: pointer[..<row.count]),
      number: lineNumber(question.lowerBound, &current), hadCarriageReturn: false, element: count)
  }

  private func lineNumber(_ place: Int, _ current: inout Article) -> Int {
    for byte in current.line.bytes[current.counted..<place] where byte == 0x0a {
      current.lineNumber += 1
    }
    current.counted = place
    return current.lineNumber
  }

  private func members(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ place: Line, _ what: String
  ) throws -> [JSONScanner.Member] {
    var members: [JSONScanner.Member] = []
    do {
      var scanner = JSONScanner(UnsafeBufferPointer(rebasing: bytes[range]))
      try scanner.scanObject(into: &members)
    } catch let fault as JSONScanner.Fault {
      throw invalid(place, "\(what) as a JSON object", fault.reason)
    }
    return members.map { $0.moved(by: range.lowerBound) }
  }

  private func find(
    _ name: String, _ kind: JSONScanner.Kind, _ members: [JSONScanner.Member],
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws -> JSONScanner.Member? {
    let key = Array(name.utf8)
    return members.last { (try? $0.hasKey(key, in: bytes)) == true && $0.kind == kind }
  }

  /// Where the elements of an array stand that has been looked through before.
  private func elements(_ array: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) throws
    -> [Range<Int>]
  {
    try JSONScanner.elements(UnsafeBufferPointer(rebasing: bytes[array])).map {
      $0.lowerBound + array.lowerBound..<$0.upperBound + array.lowerBound
    }
  }

  private func invalid(_ line: Line, _ expected: String, _ found: String) -> InvalidRow {
    InvalidRow(
      error: FileError(
        place: lines.place.at(line.number), expected: expected, found: found,
        advice:
          "SQuAD's JSON has data, an array of articles with paragraphs, a context and qas each")
    )
  }
}

extension JSONScanner.Member {
  fileprivate func moved(by distance: Int) -> Self {
    var copy = self
    copy.key = key.lowerBound + distance..<key.upperBound + distance
    copy.value = value.lowerBound + distance..<value.upperBound + distance
    return copy
  }

  /// A string with its quotes.
  fileprivate var quoted: Range<Int> { value.lowerBound - 1..<value.upperBound + 1 }
}
