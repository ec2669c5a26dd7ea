import Curation
import Foundation

extension LeakSummary {
  /// As a person reads it, at most 80 columns wide up to eight files.
  var text: String {
    var text = "leak: \(leaked) of \(testRecords) records repeat one of another file, "
    text += "\(Self.percent(rate)) (95%: \(Self.interval(interval)))\n"
    text += String(
      format: "      the same text, its normalized form, %@or cosine %.3g\n",
      lexicalThreshold.map { String(format: "%.3g of its shingles, ", Double($0)) } ?? "",
      Double(threshold))
    if !keptApart.isEmpty {
      let reasons = [("guarded", "a guard"), ("labels", "their labels")].compactMap { key, name in
        keptApart[key].map { "\($0) by \(name)" }
      }
      text += "      near but held apart: " + reasons.joined(separator: ", ") + "\n"
    }
    text += "\n"
    text += files.count > 2 ? matrix + "\n" : ""
    text += details
    if !worst.isEmpty { text += "\nthe nearest:\n" + worst.map(Self.lines).joined() }
    if let maxRate {
      text +=
        overLimit.isEmpty
        ? "\nno file is over the limit of \(Self.percent(maxRate))\n"
        : "\nover the limit of \(Self.percent(maxRate)): \(overLimit.joined(separator: ", "))\n"
    }
    return text
  }

  /// Share of the records of each file (row) that repeat one of another (column).
  private var matrix: String {
    let columns = files.indices.filter { column in
      overlaps.contains { $0.other == files[column].name }
    }
    var table = Table(
      [("share of", .left), ("records", .right), ("in any", .right)]
        + columns.map { ("in [\($0 + 1)]", .right) })
    for (row, file) in files.enumerated() {
      let name = "[\(row + 1)] " + Self.end(of: file.name, width: 20)
      table.add(
        [name, "\(file.records)", file.leaked.map { Self.percent($0.rate) } ?? "-"]
          + columns.map { column in
            overlaps.first { $0.file == file.name && $0.other == files[column].name }
              .map { Self.percent($0.leaked.rate) } ?? "-"
          })
    }
    return table.text
  }

  private var details: String {
    var table = Table([
      ("records of", .left), ("in", .left), ("leaked", .right), ("95%", .left),
      ("exact", .right), ("norm.", .right), ("lexic.", .right), ("semant.", .right),
    ])
    for overlap in overlaps {
      table.add(
        [
          Self.end(of: overlap.file, width: 14), Self.end(of: overlap.other, width: 14),
          "\(overlap.leaked.leaked)", Self.interval(overlap.leaked.interval),
        ] + LeakKind.allCases.map { "\(overlap.kinds[$0.rawValue] ?? 0)" })
    }
    return table.text
  }

  private static func lines(_ pair: Pair) -> String {
    let head = String(format: "%.4f %@", pair.score, pair.kind.rawValue)
    let places = [pair.testPlace, pair.trainPlace].map { end(of: $0, width: 32) }
    let room = 76 - places.map(\.count).max()!
    func line(_ place: String, _ text: String) -> String {
      "  \(place): \(excerpt(text, limit: room))\n"
    }
    return head + "\n" + line(places[0], pair.testText) + line(places[1], pair.trainText)
  }

  private static func percent(_ share: Double) -> String {
    String(format: "%.2f%%", share * 100)
  }

  private static func interval(_ interval: Interval) -> String {
    String(format: "%.2f-%.2f%%", interval.low * 100, interval.high * 100)
  }

  private static func end(of name: String, width: Int) -> String {
    let name = excerpt(name, limit: 1000)
    return name.count > width ? "…" + name.suffix(width - 1) : name
  }
}
