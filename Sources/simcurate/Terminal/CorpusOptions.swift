import ArgumentParser
import Corpus
import Curation
import Foundation

/// How corpus files are read.
struct CorpusOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Field that holds the text.", valueName: "name"))
  var textField = "text"

  @Option(name: .long, help: ArgumentHelp("Field that holds the label.", valueName: "name"))
  var labelField = "label"

  @Option(name: .long, help: ArgumentHelp("Field that holds the id.", valueName: "name"))
  var idField = "id"

  @Option(
    name: .long,
    help: "Format of the files, if their names do not tell: jsonl, csv, tsv, text or conll.")
  var format: RecordFormat?

  @Flag(name: .long, help: "CSV and TSV files have no first row of column names.")
  var noHeader = false

  @Flag(name: .long, help: "Pass over rows that cannot be read, and list them.")
  var skipInvalid = false

  var reading: ReadingOptions {
    ReadingOptions(
      format: format, textField: textField, labelField: labelField, idField: idField,
      skipInvalid: skipInvalid, hasHeader: !noHeader)
  }
}

/// The corpus of an index: files without a split, or files by split.
struct CorpusArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files to read (.jsonl, .csv, .tsv, .txt, .conll, each also .gz; - for standard input).",
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
