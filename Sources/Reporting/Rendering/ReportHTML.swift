import Mustache

extension Report {
  /// The report as one HTML page that needs nothing else: no font, no image and no address outside
  /// itself. Its script only adds a filter to long lists. Equal reports give equal bytes.
  public func html() -> String { Document(self).html }
}

extension StudySet {
  /// The studies side by side as one page, as ``Report/html()`` has one.
  public func html() -> String { Document(self).html }
}

extension Document {
  var html: String { PageTemplates.library.render(page, withTemplate: "page")! }
}

/// Text for a template, escaped already. The templates insert everything unescaped because the
/// template library escapes by Swift characters, see ``escapedMarkup(_:)``.
struct Escaped: MustacheCustomRenderable {
  let renderText: String
  let isNull = false

  init(_ text: String, length: Int = 4_000) {
    renderText = escapedMarkup(CleanText.shown(text, length: length))
  }

  init(markup: String) { renderText = markup }
}

/// What a template sees.
private typealias View = [String: Any]

extension Document {
  private var page: View {
    [
      "style": Escaped(markup: PageTemplates.style),
      "title": Escaped(title, length: 200),
      "created": Escaped(created),
      "kind": Escaped(kind), "footer": Escaped(footer), "leadTitle": Escaped(lead.title),
      "headline": Escaped(lead.headline),
      "statements": lead.statements.map { statement -> View in
        [
          "tone": Escaped(statement.tone.rawValue),
          "glyph": Escaped(statement.tone.sign.glyph),
          "meaning": Escaped(statement.tone.sign.meaning),
          "text": Escaped(statement.text), "evidence": Escaped(statement.evidence),
        ]
      },
      "caveats": lead.caveats.map { Escaped($0) },
      "hasCaveats": !lead.caveats.isEmpty,
      "hasKeyNumbers": !keyNumbers.isEmpty,
      "keyNumbers": keyNumbers.map { number -> View in
        [
          "label": Escaped(number.label, length: 60), "value": Escaped(number.value, length: 40),
          "note": Escaped(number.note ?? "", length: 120),
        ]
      },
      "sections": sections.map(\.view),
      "script": sections.contains { $0.blocks.contains(where: \.isListing) }
        ? Escaped(markup: PageTemplates.script) as Any : false,
    ]
  }
}

extension Section {
  fileprivate var view: View {
    [
      "name": Escaped(name), "title": Escaped(title), "blocks": blocks.map { $0.view() },
      "source": source.map { Escaped($0) as Any } ?? false,
    ]
  }
}

extension Block {
  fileprivate var isListing: Bool {
    if case .listings = self { return true }
    return false
  }

  /// All kinds of blocks, only one not false: a template looks for what is missing in the blocks
  /// around, and would find the folded block that it stands in.
  ///
  /// - Parameter isFolded: whether the block is folded away already, so that nothing in it has to be.
  fileprivate func view(isFolded: Bool = false) -> View {
    var view: View = [:]
    let kinds = [
      "paragraph", "heading", "table", "figures", "pairs", "listings", "commands", "details",
    ]
    for kind in kinds { view[kind] = false }
    return view.merging(entry(isFolded)) { $1 }
  }

  private func entry(_ isFolded: Bool) -> View {
    switch self {
    case .paragraph(let text): ["paragraph": Escaped(text)]
    case .heading(let text): ["heading": Escaped(text)]
    case .table(let table): ["table": table.view(isFolded: isFolded)]
    case .figures(let figures): ["figures": ["list": figures.map(\.view)] as View]
    case .pairs(let pairs): ["pairs": ["list": pairs.map(\.view)] as View]
    case .listings(let listings): ["listings": ["kinds": listings.map(\.view)] as View]
    case .commands(let commands):
      ["commands": Escaped(markup: commands.map { Escaped($0).renderText }.joined(separator: "\n"))]
    case .details(let title, let blocks):
      [
        "details": [
          "summary": Escaped(title), "blocks": blocks.map { $0.view(isFolded: true) },
        ] as View
      ]
    }
  }
}

extension Table {
  fileprivate func view(isFolded: Bool) -> View {
    let table = limited
    let end = table.rows.count - (hasTotal ? 1 : 0)
    let open = isFolded ? end : table.openRows
    let parts = [("first", 0..<open), ("rest", open..<end), ("total", end..<table.rows.count)]
    return [
      "caption": Escaped(table.caption), "shape": Escaped(isStacked ? "table stacked" : "table"),
      "more": open < end ? Escaped("\(NumberText.integer(end - open)) more rows") as Any : false,
      "columns": columns.map { column -> View in
        ["title": Escaped(column.title), "kind": Escaped(column.kind)]
      },
      "parts": parts.filter { !$0.1.isEmpty }.map { name, range -> View in
        ["part": Escaped(name), "rows": table.rows[range].map(table.view(ofRow:))]
      },
    ]
  }

  private func view(ofRow row: [String]) -> View {
    let cells = zip(row, columns).map(cell)
    return ["head": cells[0], "cells": Array(cells.dropFirst())]
  }

  private func cell(_ text: String, _ column: Column) -> View {
    [
      "text": Escaped(text, length: column.length), "kind": Escaped(column.kind),
      "name": isStacked ? Escaped(column.title) as Any : false,
      "full": CleanText.isCut(text, length: column.length)
        ? Escaped(text, length: CleanText.titleLength) as Any : false,
    ]
  }
}

extension Table.Column {
  fileprivate var kind: String { isNumber ? "number" : isText ? "text" : "words" }
}

extension Figure {
  fileprivate var view: View {
    [
      "caption": Escaped(caption), "drawing": Escaped(markup: drawing),
      "data": data.map { $0.view(isFolded: true) as Any } ?? false,
    ]
  }
}

extension RemovalSection.Listing {
  fileprivate var view: View {
    ["summary": Escaped(heading), "pairs": ["list": pairs.map(\.view)] as View]
  }
}

extension RemovalSection.Pair {
  fileprivate var view: View {
    [
      "score": Escaped(NumberText.score(score ?? .nan)), "stage": Escaped(origin),
      "kind": Escaped(rule == nil ? "apart" : "removed"),
      "guards": guards.map { Escaped($0) }, "record": record.view(comparedWith: witness),
      "witness": witness.map { $0.view(comparedWith: record) as Any } ?? false,
    ]
  }
}

extension RemovalSection.Item {
  /// The item with the words that `other` lacks marked.
  fileprivate func view(comparedWith other: Self?) -> View {
    [
      "id": Escaped(id, length: 120), "text": Escaped(markup: marked(comparedWith: other)),
      "label": label.map { Escaped($0, length: 80) as Any } ?? false,
      "full": CleanText.isCut(text)
        ? Escaped(text, length: CleanText.titleLength) as Any : false,
    ]
  }

  private func marked(comparedWith other: Self?) -> String {
    guard let other else { return Escaped(text, length: CleanText.shownLength).renderText }
    let common = Set(CleanText.shown(other.text).split(separator: " ").map { $0.lowercased() })
    let words = CleanText.shown(text).split(separator: " ", omittingEmptySubsequences: false)
    return words.map { word in
      let text = Escaped(String(word)).renderText
      return common.contains(word.lowercased()) || word.isEmpty ? text : "<mark>\(text)</mark>"
    }.joined(separator: " ")
  }
}
