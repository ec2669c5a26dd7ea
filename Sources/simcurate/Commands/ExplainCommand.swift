import ArgumentParser
import Curation
import Foundation
import Store

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what was decided about a record, and why.",
    discussion: "Example: simcurate explain indexes/reviews review-1042")

  @OptionGroup var index: IndexArgument
  @Argument(help: ArgumentHelp("Id of the record.", valueName: "record"))
  var record: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    let open = try index.open(readOnly: true)
    guard let explanation = try open.catalog.explanation(id: record) else {
      let near = try open.catalog.ids(near: record)
      throw CurationError(
        place: index.index, expected: "a record with the id '\(record)'", found: "none",
        advice: near.isEmpty ? nil : "ids like it: " + near.joined(separator: ", "))
    }
    try common.show(explanation) { text(of: $0, open.catalog) }
  }

  private func text(of explanation: RecordExplanation, _ catalog: Catalog) -> String {
    let record = explanation.record
    var text = "\(record.id)  \(excerpt(record.text, limit: 200))\n"
    text += "from \(record.source) line \(record.line)"
    text += record.label.map { ", label \($0)\n" } ?? "\n"
    text += decision(explanation)
    for removal in explanation.standsFor {
      text +=
        "stands for \(name(removal.row, catalog)) (\(score(removal.score)) \(removal.stage))\n"
    }
    for veto in explanation.vetoes {
      let other = veto.a == record.row ? veto.b : veto.a
      text +=
        "kept apart from \(name(other, catalog)) (\(score(veto.score)) \(veto.stage)) by the guard "
      text += "\(veto.guardName)\(veto.detail.map { ": " + $0 } ?? "")\n"
    }
    for pair in explanation.pairs.prefix(5) {
      let other = pair.a == record.row ? pair.b : pair.a
      text += "near \(name(other, catalog)) (\(score(pair.score)) \(pair.stage))\n"
    }
    for conflict in explanation.conflicts {
      let isFirst = conflict.a == record.row
      let other = isFirst ? conflict.b : conflict.a
      let label = (isFirst ? conflict.labelB : conflict.labelA) ?? "none"
      text += "label conflict with \(name(other, catalog)) (\(score(conflict.score))), "
      text += "whose label is \(label)\n"
    }
    for member in explanation.clusters {
      text += "\(member.kind.rawValue) group \(member.cluster)"
      text += " (\(score(member.similarity)) to its central example)\n"
    }
    if let split = explanation.split {
      text += "split: \(split.part.rawValue), \(split.reason)"
      text += split.rank.map { ", selected as number \($0 + 1)\n" } ?? "\n"
    }
    if let slice = explanation.testSlice {
      text += "study: test item, \(slice.slice.rawValue): \(score(slice.similarity)) to "
      text += "\(name(slice.nearest, catalog))\n"
    }
    return text
  }

  private func decision(_ explanation: RecordExplanation) -> String {
    var text = ""
    if let decision = explanation.decision {
      text += "decided by hand: \(decision.verdict.rawValue)"
      text += decision.note.map { " (\($0))\n" } ?? "\n"
    }
    if let drop = explanation.drop {
      text += drop.reason == .manual ? "dropped by hand" : "dropped over its label"
      return text + (drop.detail.map { ": \($0)\n" } ?? "\n")
    }
    guard let removal = explanation.removal, let witness = explanation.witness else {
      return text + "kept\n"
    }
    text +=
      "removed: stage \(removal.stage), score \(score(removal.score)), rule \(removal.rule)"
    text += removal.guards.map { ", passed the guards \($0)\n" } ?? "\n"
    return text + "witness: \(witness.id)  \(excerpt(witness.text, limit: 200))\n"
  }

  private func name(_ row: Int, _ catalog: Catalog) -> String {
    guard let record = try? catalog.record(row: row) else { return "row \(row)" }
    return "\(record.id) '\(excerpt(record.text))'"
  }

  private func score(_ value: Double) -> String { String(format: "%.4f", value) }
}
