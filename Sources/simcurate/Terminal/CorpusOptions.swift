import ArgumentParser
import Corpus
import Curation
import Foundation

/// How corpus files are read.
struct CorpusOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Field that holds the text; several, each with its own --text-field, are joined "
        + "(default: text, chats in messages, or question and context).", valueName: "name"))
  var textField: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What stands between the texts of several fields (default: a line end).", valueName: "text"))
  var textSeparator: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Field that holds the label (default: label).", valueName: "name"))
  var labelField: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What parts the labels of a field that holds several (arrays in JSON need none).",
      valueName: "text"))
  var labelSeparator: String?

  @Option(name: .long, help: ArgumentHelp("Field that holds the id.", valueName: "name"))
  var idField = "id"

  @Option(
    name: .long,
    help: "Format of the files, if their names do not tell: jsonl, csv, tsv, text, conll or squad.")
  var format: RecordFormat?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Column of the tag in CoNLL files, from 1 for the token's (default: the last).",
      valueName: "n"))
  var tagColumn: Int?

  @Flag(name: .long, help: "CSV and TSV files have no first row of column names.")
  var noHeader = false

  @Flag(name: .long, help: "Pass over rows that cannot be read, and list them.")
  var skipInvalid = false

  mutating func validate() throws {
    guard Set(textField).count == textField.count else {
      throw ValidationError("--text-field names a field twice.")
    }
    if labelSeparator == "" { throw ValidationError("--label-separator must not be empty.") }
    if let tagColumn, tagColumn < 2 {
      throw ValidationError("--tag-column must be at least 2, got \(tagColumn).")
    }
    if textSeparator != nil, textField.count < 2 {
      throw ValidationError("--text-separator needs two --text-field or more.")
    }
  }

  var reading: ReadingOptions {
    var reading = ReadingOptions(
      format: format, labelField: labelField ?? "label", idField: idField,
      skipInvalid: skipInvalid, hasHeader: !noHeader)
    if !textField.isEmpty { reading.textFields = textField }
    if let textSeparator { reading.textSeparator = textSeparator }
    reading.labelSeparator = labelSeparator
    reading.tagColumn = tagColumn
    reading.requiresLabel = labelField != nil
    return reading
  }
}

/// The corpus of an index: files without a split, or files by split.
struct CorpusArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files to read (.jsonl, .json, .csv, .tsv, .txt, .conll, each also .gz; - for standard input).",
      valueName: "corpus"))
  var corpus: [String] = []

  @Option(name: .long, help: ArgumentHelp("File of the training part.", valueName: "file"))
  var train: [String] = []

  @Option(name: .long, help: ArgumentHelp("File of the development part.", valueName: "file"))
  var development: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "File of the test part; its records are never removed.", valueName: "file"))
  var test: [String] = []

  @OptionGroup var options: CorpusOptions

  mutating func validate() throws {
    guard !files.isEmpty else {
      throw ValidationError("Name a corpus file, or files with --train and --test.")
    }
  }

  var files: [CorpusFile] {
    let parts: [([String], GivenSplit?)] = [
      (corpus, nil), (train, .train), (development, .development), (test, .test),
    ]
    return parts.flatMap { names, split in
      names.map { CorpusFile(CorpusReader.location($0), split: split) }
    }
  }

  /// `indexes/NAME` after the first file.
  var defaultIndex: String {
    let first = (files[0].url.lastPathComponent as NSString)
    let name = first.pathExtension == "gz" ? first.deletingPathExtension as NSString : first
    return "indexes/" + (name.deletingPathExtension.isEmpty ? "corpus" : name.deletingPathExtension)
  }
}

extension RecordFormat: ExpressibleByArgument {}

/// This process's command line, as a person would type it again.
var commandLine: String {
  CommandLine.arguments.enumerated().map { place, argument in
    shellWord(place == 0 ? (argument as NSString).lastPathComponent : argument)
  }.joined(separator: " ")
}
