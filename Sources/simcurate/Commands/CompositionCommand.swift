import ArgumentParser
import Curation
import Foundation
import Store

struct CompositionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "composition",
    abstract: "Compare the mixture of records before and after dedup and selection.",
    discussion: """
      Says which groups lose most, and warns where the mixture shifts by more than chance \
      (chi-square test at 1%) and by at least 2% of the records (total variation distance). \
      A group's weight is what its kept records count in training for the mixture to be as before; \
      simcurate split --pin KEY selects a subset with the old mixture.

      Example: simcurate composition indexes/reviews --by label,source
      """)

  @OptionGroup var index: IndexArgument
  @Option(
    name: .long,
    help: ArgumentHelp("Any of label, source, length, topic, script.", valueName: "keys"))
  var by = "label,source,length,topic,script"
  @OptionGroup var common: CommonOptions

  private var keys: [CompositionKey?] {
    by.split(separator: ",").map { CompositionKey(rawValue: String($0)) }
  }

  mutating func validate() throws {
    guard !keys.isEmpty, !keys.contains(nil) else {
      throw ValidationError("--by takes label, source, length, topic, script; got '\(by)'.")
    }
  }

  func run() throws {
    let console = common.begin()
    let result = try CompositionStep(index.open(.shared, console)).compare(keys.compactMap(\.self))
    try common.show(result) { $0.map(\.text).joined(separator: "\n") }
  }
}

extension Composition {
  private static let shownGroups = 12

  var text: String {
    var table = Table([
      (key.rawValue, .left), ("before", .right), ("kept", .right), ("lost", .right),
      ("weight", .right), ("selected", .right),
    ])
    for group in groups.prefix(Self.shownGroups) {
      table.add([
        Self.name(of: group), "\(group.before)", "\(group.kept)",
        String(format: "%.1f%%", group.lostShare * 100),
        group.weight.map { String(format: "%.2f", $0) } ?? "",
        group.selected.map(String.init) ?? "",
      ])
    }
    var text = table.text
    if groups.count > Self.shownGroups {
      text += "and \(groups.count - Self.shownGroups) groups that lost less\n"
    }
    text += Self.sentence("dedup", shift)
    if let selectionShift { text += Self.sentence("selection", selectionShift) }
    if let overallShift { text += Self.sentence("dedup and selection", overallShift) }
    if isShifted { text += "hint: simcurate split --pin \(key.rawValue) keeps the old mixture\n" }
    return text
  }

  /// A topic's words are cut before the name by which `split --quota` knows it.
  private static func name(of group: Group) -> String {
    guard let words = group.words, !words.isEmpty else { return excerpt(group.name, limit: 44) }
    return Cluster.title(
      group.name, words: [excerpt(words.prefix(3).joined(separator: ", "), limit: 32)])
  }

  private static func sentence(_ step: String, _ shift: MixtureShift) -> String {
    let figures = String(
      format: "distance %.1f%%, p = %.2g", shift.distance * 100, shift.probability)
    return shift.isShift
      ? "warning: \(step) \(step.contains(" ") ? "shift" : "shifts") the mixture (\(figures))\n"
      : "\(step): no shift (\(figures))\n"
  }
}
