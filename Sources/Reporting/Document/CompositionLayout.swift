import Curation
import Files

extension CompositionSection {
  var section: Section {
    var blocks: [Block] = [
      .paragraph(summary), .table(shiftTable),
      .paragraph(
        "The distance is the share of the records that would have to change groups. A shift is one "
          + "of at least \(NumberText.percent(MixtureShift.leastDistance)) that chance explains in "
          + "less than \(NumberText.percent(MixtureShift.level)) of cases."),
    ]
    for mixture in mixtures where mixture.groups.contains(where: { $0.lostShare > 0 }) {
      let block = Block.table(Self.table(mixture))
      // What shifted is to be seen at once.
      blocks.append(
        mixture.isShifted || mixture.shift.isShift
          ? block : .details("Records by \(mixture.key.rawValue)", [block]))
    }
    return Section(
      name: "composition", title: "What became of the mixture", blocks: blocks, source: source)
  }

  private var summary: String {
    let shifted = mixtures.filter(\.isShifted).map(\.key.rawValue)
    var text =
      shifted.isEmpty
      ? "Curation left the mixture of the records as it was, as far as chance can tell."
      : "Warning: what is left has another mixture than all records had, by "
        + shifted.joined(separator: ", ") + "."
    // A group of a few records loses all of them easily.
    let losers = mixtures.flatMap { mixture in
      let all = mixture.groups.reduce(0) { $0 + $1.before }
      return mixture.groups.filter { $0.before * 100 >= all && $0.kept < $0.before }
        .map { (mixture.key, $0) }
    }
    if let (key, group) = losers.max(by: { $0.1.lostShare < $1.1.lostShare }) {
      text +=
        " The group that lost most (of those with at least 1% of the records) is “\(group.title)” by "
        + "\(key.rawValue): \(NumberText.percent(group.lostShare)) of its "
        + "\(NumberText.integer(group.before)) records."
    }
    if let pinned {
      text += " The selection was to keep the old mixture by \(pinned.rawValue)."
    } else if let key = shifted.first {
      let others = shifted.filter { $0 != balanced }
      if let balanced, shifted.contains(balanced) {
        text += " By \(balanced) the selection was to be even."
      }
      text +=
        " simcurate split \(OptionName.pin) \(others.first ?? key) selects a subset with "
        + "the old one."
    }
    return text
  }

  private var shiftTable: Table {
    func distance(_ shift: MixtureShift?) -> String {
      guard let shift else { return NumberText.none }
      return NumberText.percent(shift.distance) + (shift.isShift ? " (shift)" : "")
    }
    return Table(
      caption: "Distance of the mixture from that of all records",
      columns: [
        .name("by"), .number("groups"), .number("after dedup"), .number("of the selection"),
      ],
      rows: mixtures.map {
        [
          $0.key.rawValue, NumberText.integer($0.groups.count), distance($0.shift),
          distance($0.overallShift),
        ]
      })
  }

  private static func table(_ mixture: Composition) -> Table {
    Table(
      caption: "Records by \(mixture.key.rawValue), those that lost most first",
      columns: [
        .text(mixture.key.rawValue), .number("before"), .number("kept"), .number("lost"),
        .number("weight"), .number("selected"),
      ],
      rows: mixture.groups.map {
        [
          $0.title, NumberText.integer($0.before), NumberText.integer($0.kept),
          NumberText.percent($0.lostShare),
          $0.weight.map { NumberText.decimal($0, 2) } ?? NumberText.none,
          $0.selected.map(NumberText.integer) ?? NumberText.none,
        ]
      })
  }
}
