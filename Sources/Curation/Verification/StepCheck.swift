import Files
import Store

/// Holds the recorded steps against each other, and the options of `dedup` against what it left.
struct StepCheck {
  let index: OpenIndex
  let options: DedupOptions

  func violations() throws -> [Violation] {
    try chainViolations() + optionViolations()
  }

  /// Every step notes the hash of what it started from.
  private func chainViolations() throws -> [Violation] {
    let catalog = index.catalog
    var expected = [
      ("index", index.manifest.corpusHash), ("dedup", try index.decidedHash()),
    ]
    for (step, input) in [("cluster", "dedup"), ("split", "cluster")]
    where try catalog.step(step) != nil && catalog.step(input) != nil {
      expected.append((step, try StepAccount.outcomeHash(of: input, in: index)))
    }
    return try expected.compactMap { name, hash in
      guard let step = try catalog.step(name), step.inputHash != hash else { return nil }
      return Violation(kind: .staleStep, detail: name)
    }
  }

  private func optionViolations() throws -> [Violation] {
    var found: [Violation] = []
    func add(_ detail: String) { found.append(Violation(kind: .otherOptions, detail: detail)) }
    if options.stages.contains(.semantic), let floor = try PairCoverage(index).floor(of: .semantic),
      floor > options.threshold
    {
      add(
        "threshold \(options.threshold), though pairs were stored from \(floor.decimal) up only")
    }
    if let step = try index.catalog.step("dedup"),
      let typed = Self.threshold(inCommand: step.command), typed != options.threshold
    {
      add("threshold \(options.threshold), though the command recorded asked for \(typed)")
    }
    return found
  }

  /// The threshold that a recorded command line of `dedup` or `run` asked for; nil for any other.
  static func threshold(inCommand command: String) -> Float? {
    let words = command.split(separator: " ").map(String.init)
    guard words.count > 1, ["dedup", "run"].contains(words[1]) else { return nil }
    let name = "\(OptionName.threshold)"
    if let place = words.lastIndex(of: name) {
      return place + 1 < words.count ? Float(words[place + 1]) : nil
    }
    if let word = words.last(where: { $0.hasPrefix(name + "=") }) {
      return Float(word.dropFirst(name.count + 1))
    }
    return DedupOptions().threshold
  }
}
