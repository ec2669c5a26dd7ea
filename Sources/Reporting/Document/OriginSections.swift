extension CostSection {
  var section: Section {
    Section(
      name: "cost", title: "What it cost",
      blocks: [
        .table(
          Table(
            caption: "Time and memory by step",
            columns: [
              .name("step"), .number("time"), .number("work"), .number("per second"),
              .number("peak memory"),
            ],
            rows: steps.map(\.row))),
        .paragraph(energy),
      ], source: source)
  }

  private var energy: String {
    guard let watts else {
      return "Energy is not estimated: nothing here measures what the machine draws. With "
        + "report --watts it is the time above times that figure."
    }
    let seconds = steps.reduce(0) { $0 + $1.seconds }
    let wattHours = watts * seconds / 3600
    return "About "
      + (wattHours < 1000
        ? "\(NumberText.measure(wattHours)) Wh" : "\(NumberText.measure(wattHours / 1000)) kWh")
      + ": \(NumberText.duration(seconds)) at \(NumberText.measure(watts)) W, which is what the machine "
      + "was said to draw and not measured."
  }
}

extension CostSection.Step {
  fileprivate var row: [String] {
    let unit = unit.map { " " + $0 } ?? ""
    let rate = items.map { Double($0) / seconds } ?? .nan
    return [
      name, NumberText.duration(seconds),
      items.map { NumberText.integer($0) + unit } ?? NumberText.none,
      rate.isFinite && rate < 1e12
        ? (rate < 100 ? NumberText.decimal(rate, 1) : NumberText.integer(Int(rate.rounded())))
        : NumberText.none,
      peakBytes.map(NumberText.bytes) ?? NumberText.none,
    ]
  }
}

extension Provenance {
  var section: Section? {
    if commands.isEmpty && facts.isEmpty { return nil }
    var blocks: [Block] = []
    if !commands.isEmpty { blocks.append(.commands(commands)) }
    if !facts.isEmpty {
      blocks.append(
        .table(
          Table(
            caption: "Versions, hashes, seeds and machine",
            columns: [.name("what"), .value("value")], rows: facts.map { [$0.name, $0.value] })))
    }
    return Section(name: "provenance", title: "How to repeat it", blocks: blocks)
  }
}
