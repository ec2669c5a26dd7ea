/// The part of a split that the user gave by naming a file for it.
public enum GivenSplit: String, Codable, Sendable, CaseIterable {
  case train, development, test
}

/// One text of a corpus, with what its file says about it.
public struct Record: Sendable, Equatable {
  /// Unique in the corpus: the row's id field, or `stem:line` of the file where it has none.
  public var id: String
  /// Valid Unicode without U+0000; may be empty where the file says so.
  public var text: String
  /// What stands in the label field; several labels as ``LabelSet/label`` writes them.
  public var label: String?
  /// The split of the file the record came from, where the user gave files by split.
  public var split: GivenSplit?
  /// File name without its folder, or `-` for standard input.
  public var source: String
  /// Line of `source`, from 1, where the row begins.
  public var line: Int
  /// The original row as one line of compact JSON (an object); nil for plain text.
  public var fields: String?

  /// See the properties of these names.
  public init(
    id: String, text: String, label: String? = nil, split: GivenSplit? = nil, source: String,
    line: Int, fields: String? = nil
  ) {
    self.id = id
    self.text = text
    self.label = label
    self.split = split
    self.source = source
    self.line = line
    self.fields = fields
  }
}
