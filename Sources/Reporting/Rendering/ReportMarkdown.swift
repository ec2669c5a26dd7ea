extension Report {
  /// The report as GitHub-flavored Markdown; plots are given as their tables of numbers.
  public func markdown() -> String { Document(self).markdown }
}

extension StudySet {
  /// The studies side by side as GitHub-flavored Markdown.
  public func markdown() -> String { Document(self).markdown }
}

extension Document {
  fileprivate var markdown: String {
    var writer = MarkdownWriter()
    writer.write(self)
    return writer.text
  }
}

private struct MarkdownWriter {
  private(set) var text = ""

  mutating func write(_ document: Document) {
    paragraph("# " + escaped(document.title))
    paragraph("**" + escaped(document.lead.headline) + "**")
    list(
      document.lead.statements.map {
        "\($0.tone.sign.glyph) \(escaped($0.text))"
          + ($0.evidence.isEmpty ? "" : " (\(escaped($0.evidence)))")
      })
    list(document.lead.caveats.map { "Note: " + escaped($0) })
    if !document.keyNumbers.isEmpty {
      write(
        Table(
          caption: "Key numbers", columns: [.name("what"), .number("value"), .name("note")],
          rows: document.keyNumbers.map { [$0.label, $0.value, $0.note ?? ""] }))
    }
    for section in document.sections {
      paragraph("## " + escaped(section.title))
      for block in section.blocks { write(block) }
      if let source = section.source { paragraph("Source: " + escaped(source)) }
    }
    paragraph("Made by simcurate, \(escaped(document.created)).")
    text.removeLast()
  }

  private mutating func write(_ block: Block) {
    switch block {
    case .paragraph(let text): paragraph(escaped(text))
    case .heading(let text): paragraph("### " + escaped(text))
    case .table(let table): write(table)
    case .figures(let figures): for figure in figures { write(figure) }
    case .pairs(let pairs):
      write(Self.table(of: pairs, caption: "Pairs: the record, and the witness that stays"))
    case .listings(let listings):
      for listing in listings {
        write(Self.table(of: listing.pairs, caption: listing.heading))
      }
    case .commands(let commands):
      // Indented code needs no fence that a command could close.
      paragraph(
        commands.map { "    " + CleanText.shown($0, length: 4_000) }.joined(separator: "\n"))
    case .details(let title, let blocks):
      paragraph("### " + escaped(title))
      for block in blocks { write(block) }
    }
  }

  private mutating func write(_ figure: Figure) {
    paragraph(escaped(figure.caption))
    if let data = figure.data { write(data) }
  }

  private mutating func write(_ whole: Table) {
    let table = whole.limited
    paragraph("*" + escaped(table.caption) + "*")
    let rows =
      [table.columns.map(\.title)] + [table.columns.map { $0.isNumber ? "---:" : "---" }]
      + table.rows
    let lines = rows.enumerated().map { index, row in
      "| " + row.map { index == 1 ? $0 : escaped($0) }.joined(separator: " | ") + " |"
    }
    paragraph(lines.joined(separator: "\n"))
  }

  private static func table(of pairs: [RemovalSection.Pair], caption: String) -> Table {
    Table(
      caption: caption,
      columns: [
        .number("score"), .name("stage"), .name("record"), .text("text"), .name("witness"),
        .text("text"), .name("labels"), .name("guards"),
      ],
      rows: pairs.map {
        [
          NumberText.score($0.score ?? .nan), $0.origin, $0.record.id, $0.record.text,
          $0.witness?.id ?? NumberText.none, $0.witness?.text ?? NumberText.none,
          [$0.record.label, $0.witness?.label].compactMap(\.self).joined(separator: " / "),
          $0.guards.joined(separator: ", "),
        ]
      })
  }

  private mutating func list(_ items: [String]) {
    if !items.isEmpty { paragraph(items.map { "- " + $0 }.joined(separator: "\n")) }
  }

  private mutating func paragraph(_ paragraph: String) {
    text += paragraph + "\n\n"
  }

  /// Everything that Markdown or the HTML in it could take for markup, escaped.
  private func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in CleanText.shown(text, length: 1_000).unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~": result.append("\\")
      default: break
      }
      switch scalar {
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
