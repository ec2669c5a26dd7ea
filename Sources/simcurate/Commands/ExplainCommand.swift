import ArgumentParser
import Curation
import Files
import Foundation
import Store

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what was decided about a record, and why.",
    discussion: """
      Of a kept record: the nearest kept one and why both stay, what it stands for, and what was \
      held to be different from it. Of a removed one: its witness, stage and score.

      Example: simcurate explain indexes/reviews review-1042
      """)

  @OptionGroup var index: IndexArgument
  @Argument(help: ArgumentHelp("Id of the record.", valueName: "record"))
  var record: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    let open = try index.open(.shared, common.begin())
    guard let explanation = try Explanation(of: record, in: open) else {
      let near = try open.catalog.ids(near: record)
      throw FileError(
        place: index.index, expected: "a record with the id '\(record)'", found: "none",
        advice: near.isEmpty ? nil : "ids like it: " + near.joined(separator: ", "))
    }
    try common.show(explanation) { text(of: $0, open.catalog) }
  }

  private func text(of explained: Explanation, _ catalog: Catalog) -> String {
    let explanation = explained.record
    let record = explanation.record
    var text = "\(record.id)  \(excerpt(record.text, limit: 200))\n"
    text += "from \(record.source) line \(record.line)"
    text += record.label.map { ", label \($0)\n" } ?? "\n"
    text += reading(record)
    text += decision(explained)
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
    text += near(explained, catalog)
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

  private func reading(_ record: StoredRecord) -> String {
    var text = ""
    if let seenBytes = record.seenBytes {
      text += "cut: the model saw \(seenBytes) of \(record.text.utf8.count) bytes\n"
    }
    if let words = record.unknownWords {
      text += "words the model does not know: \(excerpt(words.joined(separator: " "), limit: 80))\n"
    }
    return text
  }

  /// The nearest of the stored pairs whose other record is not spoken of elsewhere.
  private func near(_ explained: Explanation, _ catalog: Catalog) -> String {
    let (explanation, shown) = (explained.record, 5)
    let row = explanation.record.row
    var named = Set(explanation.standsFor.map(\.row) + [row])
    named.formUnion(explanation.vetoes.flatMap { [$0.a, $0.b] })
    named.formUnion(explanation.conflicts.flatMap { [$0.a, $0.b] })
    named.formUnion([explanation.witness?.row, explained.nearestKept?.row].compactMap { $0 })
    let pairs = explanation.pairs.filter { !named.contains($0.a == row ? $0.b : $0.a) }
    var text = ""
    for pair in pairs.prefix(shown) {
      let other = pair.a == row ? pair.b : pair.a
      text += "near \(name(other, catalog)) (\(score(pair.score)) \(pair.stage))"
      text +=
        explained.state == .undecided || explained.keptRows.contains(other) ? "" : ", not kept"
      text += "\n"
    }
    if pairs.count > shown { text += "\(pairs.count - shown) more pairs near it: see --json\n" }
    return text
  }

  private func kept(_ nearest: Explanation.Neighbor?) -> String {
    guard let nearest else { return "kept; it is the only record kept\n" }
    let reason =
      switch nearest.reason {
      case .belowThreshold: "below the threshold \(nearest.threshold)"
      case .stageNotRun: "the stage semantic was not run"
      case .keptApartByGuard: "kept apart by a guard"
      case .labelsDiffer: "the labels differ"
      case .outOfScope: "out of scope"
      case .notFound: "not found by the approximate join"
      }
    return "kept; nearest kept record: \(nearest.id) '\(excerpt(nearest.text))' "
      + "(cosine \(score(nearest.score)), \(reason))\n"
  }

  private func decision(_ explained: Explanation) -> String {
    let explanation = explained.record
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
      return text
        + (explained.state == .undecided
          ? "undecided: dedup was not run yet\n" : kept(explained.nearestKept))
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
