import Study

/// The report laid out once, for every rendering: sections of blocks, in reading order.
struct Document {
  var title: String
  var created: String
  var lead: Lead
  var keyNumbers: [KeyNumber]
  var sections: [Section]
}

/// The verdict.
struct Lead {
  enum Tone: String { case good, bad, neutral, warning, unknown }

  struct Statement {
    var tone: Tone
    var text: String
  }

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
  case commands([String])
  /// Blocks that are folded away at first.
  case details(String, [Block])
}

struct Table {
  struct Column {
    var title: String
    var isNumber: Bool
    /// Free text from the corpus: wraps, may be cut.
    var isText = false

    static func text(_ title: String) -> Self {
      Column(title: title, isNumber: false, isText: true)
    }
    static func name(_ title: String) -> Self { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Self { Column(title: title, isNumber: true) }
  }

  var caption: String
  var columns: [Column]
  var rows: [[String]]
  /// The last row sums up the others.
  var hasTotal = false
}

struct Figure {
  var caption: String
  /// An `svg` element, already escaped.
  var drawing: String
  /// The same as numbers, for readers of text.
  var data: Table?
}
