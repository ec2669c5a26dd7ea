import Files
import Foundation

/// Reads the records of a corpus file, one after the other, in bounded memory.
///
/// Rules for every format: UTF-8 (a byte order mark is dropped), lines end at LF alone (a CR before
/// it is dropped; U+2028 and U+0085 are text), gzip is recognized by its content, U+0000 is
/// refused, and so are texts of endless combining marks. A row that breaks its format's rules stops
/// the run with its `file:line`, unless
/// ``ReadingOptions/skipInvalid`` is set; a broken gzip stream or an unclosed CSV quote always does.
public struct CorpusReader: Sendable {
  /// Stands for standard input; its first bytes say whether it is JSONL or plain text, unless
  /// ``ReadingOptions/format`` does.
  public static let standardInput = AtomicFile.standardStream

  /// What to read of the rows, and how strictly.
  public let options: ReadingOptions

  /// - Parameter options: the format is told by each file's name where they name none.
  public init(options: ReadingOptions = ReadingOptions()) { self.options = options }

  /// The place a command-line argument means: `-` is standard input, all else a path.
  public static func location(_ argument: String) -> URL {
    argument == "-" ? standardInput : URL(fileURLWithPath: argument)
  }

  /// Calls `body` with each record of `url` in file order.
  ///
  /// Time is linear in the file, memory in its longest row.
  /// - Throws: `FileError` where the file breaks a rule or holds no record, and whatever `body`
  ///   throws. Ids are not compared with each other here: the catalog does that across files.
  @discardableResult
  public func read(_ url: URL, split: GivenSplit? = nil, _ body: (Record) throws -> Void) throws
    -> ReadingSummary
  {
    let place = Place(url: url)
    let believesName = options.format == nil
    if let foreign = ForeignCorpus.error(at: url, place.path, believesName: believesName) {
      throw foreign
    }
    let lines = try LineScanner(
      ByteSource(url: url, place: place.path), place: place, limit: options.maximumRowBytes,
      skipsInvalid: options.skipInvalid)
    var summary = ReadingSummary(format: .text)
    summary.format = try format(place, lines, &summary)
    let context = RowContext(place: place, split: split, options: options)
    var rows = try rowReader(summary.format, context, lines)
    while true {
      let record: Record
      do {
        guard let next = try rows.next() else { break }
        record = next
      } catch let invalid as InvalidRow {
        guard options.skipInvalid else { throw invalid.error }
        summary.noteSkip(invalid.error)
        continue
      }
      summary.recordCount += 1
      if record.label != nil { summary.labeledCount += 1 }
      try body(record)
    }
    try check(summary, place: place, fieldNames: rows.fieldNames)
    return summary
  }

  /// What was asked for, or what the name says; a file without a name that tells is looked into.
  private func format(_ place: Place, _ lines: LineScanner, _ summary: inout ReadingSummary) throws
    -> RecordFormat
  {
    if let format = options.format { return format }
    let named = try place.path == "-" ? .text : RecordFormat(fileName: place.path)
    guard named == .text || place.mayBeOneValue else { return named }
    let beginning = try lines.beginning(FormatDetection.byteCount)
    if !place.hasTextExtension, let found = FormatDetection.json(beginning) { return found }
    guard named == .text else { return named }
    guard let columns = FormatDetection.tabbedColumns(beginning) else { return .text }
    if options.hasHeader, options.textFields.allSatisfy(columns.contains) { return .tsv }
    let names = columns.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    summary.remarks.append(
      "\(place.path): read as lines of text, but its lines have columns parted by tabs (\(names)); "
        + "if it is a table, give \(OptionName.format) tsv and name a column with "
        + "\(OptionName.textField)")
    return .text
  }

  private func rowReader(_ format: RecordFormat, _ context: RowContext, _ lines: LineScanner)
    throws -> any RowReader
  {
    switch format {
    case .jsonLines:
      let isArray = try lines.firstCharacter() == UInt8(ascii: "[")
      return JSONLinesReader(context, lines, isArray ? .array : .lines)
    case .squad: return JSONLinesReader(context, lines, .squad(SquadRows(lines)))
    case .csv: return DelimitedReader(context, lines, dialect: .csv)
    case .tsv: return DelimitedReader(context, lines, dialect: .tsv)
    case .text: return TextReader(context, lines)
    case .conll: return CoNLLReader(context, lines)
    }
  }

  private func check(_ summary: ReadingSummary, place: Place, fieldNames: [String]) throws {
    if summary.recordCount == 0 {
      let found =
        summary.skippedCount == 0
        ? "none" : "none (\(summary.skippedCount) skipped, the first: \(summary.skipped[0]))"
      throw FileError(place: place.path, expected: "at least one record", found: found)
    }
    let named = options.requiresLabel && !fieldNames.isEmpty
    if named && summary.labeledCount == 0 && !fieldNames.contains(options.labelField) {
      throw FieldNames.missing(
        options.labelField, option: .labelField, among: fieldNames, place: place.path)
    }
  }
}

/// A file as error messages and records name it.
struct Place {
  /// As the user typed it.
  let path: String
  /// Without folders.
  let name: String
  /// Without folders and extensions.
  let stem: String
  /// In lower case; that of a packed file inside it.
  private let extensionName: String

  init(url: URL) {
    if url == CorpusReader.standardInput {
      (path, name, stem, extensionName) = ("-", "-", "stdin", "")
    } else {
      path = url.relativePath
      name = url.lastPathComponent
      let bare = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
      stem = (bare as NSString).deletingPathExtension
      extensionName = (bare as NSString).pathExtension.lowercased()
    }
  }

  /// Whether the name itself says that the file is plain text.
  var hasTextExtension: Bool { ["txt", "text"].contains(extensionName) }

  /// Whether the name lets the file be one JSON value.
  var mayBeOneValue: Bool { extensionName == "json" }

  /// - Parameter element: which one of the array that the file is; 0 where it is none.
  func at(_ line: Int, element: Int = 0) -> String {
    element == 0 ? "\(path):\(line)" : "\(path):\(line) (element \(element))"
  }
}

/// What every row reader of a file knows.
struct RowContext {
  let place: Place
  let split: GivenSplit?
  let options: ReadingOptions

  func record(id: String?, text: String, label: String?, line: Int, fields: String?) -> Record {
    Record(
      id: id ?? "\(place.stem):\(line)", text: text, label: label.map(canonical), split: split,
      source: place.name, line: line, fields: fields)
  }

  /// A label as it is written, or the set that it is.
  private func canonical(_ label: String) -> String {
    if let set = LabelSet(label) { return set.label }
    return options.labelSeparator.map { LabelSet(label, separator: $0).label } ?? label
  }

  func invalid(_ line: Int, expected: String, found: String, advice: String? = nil) -> InvalidRow {
    InvalidRow(
      error: FileError(
        place: place.at(line), expected: expected, found: found, advice: advice))
  }
}

/// Reads one format's rows off the lines of a file.
protocol RowReader {
  /// The next record, nil at the end; throws `InvalidRow` where reading can go on after the row.
  mutating func next() throws -> Record?

  /// The names of the file's fields as far as they are known.
  var fieldNames: [String] { get }
}
