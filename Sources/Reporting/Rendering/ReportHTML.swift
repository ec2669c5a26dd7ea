import Mustache

extension Report {
  /// The report as one HTML page that needs nothing else: no script, no font, no image and no
  /// address outside itself. Equal reports give equal bytes.
  public func html() -> String {
    PageTemplates.library.render(Document(self).page, withTemplate: "page")!
  }
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
  fileprivate var page: View {
    [
      "style": Escaped(markup: PageTemplates.style),
      "title": Escaped(title, length: 200),
      "created": Escaped(created),
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
    ]
  }
}

extension Section {
  fileprivate var view: View {
    var view: View = [
      "name": Escaped(name), "title": Escaped(title), "blocks": blocks.map(\.view),
    ]
    if let source { view["source"] = Escaped(source) }
    return view
  }
}

extension Block {
  /// All kinds of blocks, only one not false: a template looks for what is missing in the blocks
  /// around, and would find the folded block that it stands in.
  fileprivate var view: View {
    var view: View = [:]
    for kind in ["paragraph", "heading", "table", "figures", "pairs", "commands", "details"] {
      view[kind] = false
    }
    return view.merging(entry) { $1 }
  }

  private var entry: View {
    switch self {
    case .paragraph(let text): ["paragraph": Escaped(text)]
    case .heading(let text): ["heading": Escaped(text)]
    case .table(let table): ["table": table.view]
    case .figures(let figures): ["figures": ["list": figures.map(\.view)] as View]
    case .pairs(let pairs): ["pairs": ["list": pairs.map(\.view)] as View]
    case .commands(let commands):
      ["commands": Escaped(markup: commands.map { Escaped($0).renderText }.joined(separator: "\n"))]
    case .details(let title, let blocks):
      ["details": ["summary": Escaped(title), "blocks": blocks.map(\.view)] as View]
    }
  }
}

extension Table {
  fileprivate var view: View {
    [
      "caption": Escaped(caption),
      "columns": columns.map { column -> View in
        ["title": Escaped(column.title), "kind": Escaped(column.isNumber ? "number" : "words")]
      },
      "rows": rows.enumerated().map { index, row -> View in
        [
          "kind": Escaped(hasTotal && index == rows.count - 1 ? "total" : "row"),
          "head": cell(row[0], columns[0]),
          "cells": zip(row, columns).dropFirst().map { cell($0, $1) },
        ]
      },
    ]
  }

  private func cell(_ text: String, _ column: Column) -> View {
    let length = column.isText ? CleanText.shownLength : CleanText.nameLength
    var view: View = [
      "text": Escaped(text, length: length),
      "kind": Escaped(column.isNumber ? "number" : column.isText ? "text" : "words"),
    ]
    if CleanText.isCut(text, length: length) {
      view["full"] = Escaped(text, length: CleanText.titleLength)
    }
    return view
  }
}

extension Figure {
  fileprivate var view: View {
    var view: View = ["caption": Escaped(caption), "drawing": Escaped(markup: drawing)]
    if let data { view["data"] = data.view }
    return view
  }
}

extension RemovalSection.Pair {
  fileprivate var view: View {
    [
      "score": Escaped(NumberText.score(score)), "stage": Escaped(stage),
      "guards": guards.map { Escaped($0) }, "record": record.view(comparedWith: witness),
      "witness": witness.view(comparedWith: record),
    ]
  }
}

extension RemovalSection.Item {
  /// The item with the words that `other` lacks marked.
  fileprivate func view(comparedWith other: Self) -> View {
    let shown = CleanText.shown(text)
    let common = Set(CleanText.shown(other.text).split(separator: " ").map { $0.lowercased() })
    let words = shown.split(separator: " ", omittingEmptySubsequences: false).map { word in
      let text = Escaped(String(word)).renderText
      return common.contains(word.lowercased()) || word.isEmpty ? text : "<mark>\(text)</mark>"
    }
    var view: View = [
      "id": Escaped(id, length: 120), "text": Escaped(markup: words.joined(separator: " ")),
    ]
    if let label { view["label"] = Escaped(label, length: 80) }
    if CleanText.isCut(text) { view["full"] = Escaped(text, length: CleanText.titleLength) }
    return view
  }
}
