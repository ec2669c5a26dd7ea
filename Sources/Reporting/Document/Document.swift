import Study

/// The report laid out once, for every rendering: sections of blocks, in reading order.
struct Document {
  /// What the page is: a report, a probe.
  var kind = "report"
  var title: String
  var created: String
  var lead: Lead
  var keyNumbers: [KeyNumber]
  var sections: [Section]
  var footer =
    "Made by simcurate. The numbers come from the index's catalog.sqlite; each section names its tables."
}

/// The verdict.
struct Lead {
  enum Tone: String { case changed, neutral, warning, unknown, fact }

  struct Statement {
    var tone: Tone
    var text: String
    var evidence = ""
  }

  var title = "Verdict"
  var headline: String
  var statements: [Statement]
  var caveats: [String]
}

struct Section {
  /// Anchor of the section within the page.
  var name: String
  var title: String
  var blocks: [Block]
  /// Where in the index's SQLite file the numbers stand.
  var source: String?
}

indirect enum Block {
  case paragraph(String)
  case heading(String)
  case table(Table)
  /// Plots that stand side by side where there is room.
  case figures([Figure])
  case pairs([RemovalSection.Pair])
  /// Pairs by kind, each kind folded away at first, to be searched together.
  case listings([RemovalSection.Listing])
  case commands([String])
  /// Blocks that are folded away at first.
  case details(String, [Block])
}

struct Table {
  struct Column {
    var title: String
    var isNumber: Bool
    /// Free text: wraps, may be cut.
    var isText = false
    /// How many characters (Unicode scalars) of a cell are shown.
    var length = CleanText.nameLength

    /// Text from the corpus.
    static func text(_ title: String) -> Self {
      Column(title: title, isNumber: false, isText: true, length: CleanText.shownLength)
    }
    /// Text that is needed whole.
    static func value(_ title: String) -> Self {
      Column(title: title, isNumber: false, isText: true, length: 4_000)
    }
    static func name(_ title: String) -> Self { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Self { Column(title: title, isNumber: true) }
  }

  var caption: String
  var columns: [Column]
  var rows: [[String]]
  /// The last row sums up the others.
  var hasTotal = false

  /// The table with its first 1,000 rows, and its sum, where it has more.
  var limited: Table {
    let most = 1_000
    if rows.count <= most + 1 { return self }
    var table = self
    table.rows = rows.prefix(most) + (hasTotal ? [rows.last!] : [])
    table.caption +=
      " (the first \(NumberText.integer(most)) of "
      + "\(NumberText.integer(rows.count - (hasTotal ? 1 : 0))); report.json has all)"
    return table
  }

  /// How many rows stand open: the first ones where there are many, else all. The sum always does.
  var openRows: Int {
    let body = rows.count - (hasTotal ? 1 : 0)
    return body > 16 ? 8 : body
  }

  /// Whether each row becomes a list of its cells where the page is narrow: where there is text to
  /// read, or where a few rows are wider than a small screen (40 bytes). Other tables scroll.
  var isStacked: Bool {
    if columns.count < 3 { return false }
    let widths = columns.enumerated().map { place, column in
      rows.reduce(column.title.utf8.count) { max($0, place < $1.count ? $1[place].utf8.count : 0) }
    }
    return widths.reduce(0, +) > 40 && (rows.count <= 8 || columns.contains(where: \.isText))
  }
}

struct Figure {
  var caption: String
  /// An `svg` element, already escaped.
  var drawing: String
  /// The same as numbers, for readers of text.
  var data: Table?
}
