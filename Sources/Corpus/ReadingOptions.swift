import Files
import Foundation

/// How the rows of a file are written.
public enum RecordFormat: String, Codable, Sendable, CaseIterable {
  /// One JSON object a line (RFC 8259), blank lines ignored.
  case jsonLines = "jsonl"
  /// RFC 4180: fields may be quoted, quoted fields may hold line ends and doubled quotes.
  case csv
  /// IANA text/tab-separated-values: no quoting, a field is what stands between two tabs.
  case tsv
  /// One record a line, blank lines ignored.
  case text
  /// One token a line with two or more columns (first the token, last its tag), a blank line after
  /// each sentence.
  case conll
  /// SQuAD's JSON, one object: a record is a question with its context.
  case squad

  /// The format a file name's extension stands for, a trailing `.gz` aside; no extension is plain
  /// text.
  ///
  /// - Throws: `FileError` for an extension that stands for none.
  public init(fileName: String) throws {
    var name = (fileName as NSString).lastPathComponent.lowercased() as NSString
    if name.pathExtension == "gz" { name = name.deletingPathExtension as NSString }
    switch name.pathExtension {
    case "jsonl", "ndjson", "json-lines", "jsonlines", "json": self = .jsonLines
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "", "txt", "text": self = .text
    case "conll", "iob", "iob2", "bio": self = .conll
    case let other:
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw FileError(
        place: fileName, expected: "a known file name extension", found: "'.\(other)'",
        advice: "name the format with \(OptionName.format) (\(known)), or convert the file to "
          + "JSONL")
    }
  }
}

/// What to read from a file's rows, and how strictly.
public struct ReadingOptions: Sendable, Equatable {
  /// Overrides what the file's extension says.
  public var format: RecordFormat?
  /// The fields that hold the text (JSONL), or the columns of these names (CSV, TSV); one at least.
  public var textFields: [String]
  /// Stands between the texts of several fields.
  public var textSeparator = "\n"
  /// A row may lack it.
  public var labelField: String
  /// Parts the names of a label field that holds several; nil if it holds one, or a JSON array.
  public var labelSeparator: String?
  /// Whether ``labelField`` must occur in every file.
  public var requiresLabel: Bool
  /// A row may lack `id` (its id is then `stem:line`); any other name must occur in every row.
  public var idField: String
  /// Pass over rows that cannot be read; ``ReadingSummary`` counts and lists them.
  public var skipInvalid: Bool
  /// Whether the first row of CSV and TSV names the columns; else they are named `1`, `2`, ….
  public var hasHeader: Bool
  /// Of CoNLL files the column of the tag, from 1; the last if nil.
  public var tagColumn: Int?
  /// The longest row, in bytes, before a file is taken for something else than rows of text.
  public var maximumRowBytes: Int

  /// - Parameter textField: the one field of the text; set ``textFields`` for several. A label field by
  /// another name than `label` must occur in every file.
  public init(
    format: RecordFormat? = nil, textField: String = "text", labelField: String = "label",
    idField: String = "id", skipInvalid: Bool = false, hasHeader: Bool = true,
    maximumRowBytes: Int = 16 << 20
  ) {
    self.format = format
    textFields = [textField]
    self.labelField = labelField
    requiresLabel = labelField != "label"
    self.idField = idField
    self.skipInvalid = skipInvalid
    self.hasHeader = hasHeader
    self.maximumRowBytes = maximumRowBytes
  }
}

/// What reading one file came to.
public struct ReadingSummary: Sendable, Equatable {
  /// How many skipped rows ``skipped`` lists.
  public static let listedSkips = 20

  /// How the file was read.
  public var format: RecordFormat
  /// Records handed on.
  public var recordCount = 0
  /// Those of them with a label.
  public var labeledCount = 0
  /// Rows that were passed over.
  public var skippedCount = 0
  /// The first ``listedSkips`` rows that were passed over, each with its reason.
  public var skipped: [FileError] = []
  /// What the reader noticed about the file and the user should know.
  public var remarks: [String] = []

  /// Of a file nothing was read of yet.
  public init(format: RecordFormat) { self.format = format }

  mutating func noteSkip(_ error: FileError) {
    skippedCount += 1
    if skipped.count < Self.listedSkips { skipped.append(error) }
  }
}
