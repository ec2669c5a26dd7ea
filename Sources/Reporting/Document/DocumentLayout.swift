import Study

extension Document {
  /// Lays out what `report` holds.
  init(_ report: Report) {
    title = report.title
    created = report.created
    lead = Lead(report)
    keyNumbers = report.keyNumbers.isEmpty ? report.derivedKeyNumbers : report.keyNumbers
    sections = [
      report.removal?.section, report.similarity?.section, report.composition?.section,
      report.clusters?.section, report.split?.section, report.study?.section,
      report.injection?.section, report.training?.section, report.cost?.section,
      report.provenance.section,
    ].compactMap(\.self)
  }
}

extension Report {
  /// The figures that matter most, from the sections that are there.
  fileprivate var derivedKeyNumbers: [KeyNumber] {
    var numbers: [KeyNumber] = []
    if let removal {
      numbers.append(KeyNumber(label: "records", value: NumberText.integer(removal.records)))
      numbers.append(
        KeyNumber(
          label: "removed", value: NumberText.integer(removal.removed),
          note: NumberText.percent(removal.removed, of: removal.candidates) + " of all"
            + (removal.againstTest == nil ? "" : " but the test set")))
    }
    if let clusters {
      numbers.append(
        KeyNumber(
          label: "paraphrase groups", value: NumberText.integer(clusters.groupCount),
          note: NumberText.integer(clusters.groupedRecords) + " records in them"))
    }
    if let study {
      let scores = study.analysis.scores.filter {
        $0.arm == StudyArm.raw.rawValue && $0.metric == study.analysis.primaryMetric
      }
      for (slice, label) in [(TestSlice.all, "all items"), (.clean, "clean items")] {
        guard let score = scores.first(where: { $0.slice == slice })?.score else { continue }
        numbers.append(
          KeyNumber(
            label: "\(study.analysis.primaryMetric.title), \(label)",
            value: NumberText.decimal(score.value, 2),
            note: "“raw”, \(NumberText.decimal(score.low, 2)) to "
              + NumberText.decimal(score.high, 2)))
      }
    }
    return numbers
  }
}

extension Lead {
  /// The study's verdict, and in front of it, or instead, what the other steps found.
  init(_ report: Report) {
    let removal = report.removal.map(\.sentence)
    let verdict = report.study?.analysis.verdict
    headline = verdict?.headline ?? removal ?? "Nothing has been measured yet."
    statements = (verdict?.statements ?? []).map {
      Statement(tone: Tone($0.finding), text: $0.text, evidence: $0.evidence)
    }
    if verdict != nil, let removal {
      statements.append(Statement(tone: .fact, text: removal))
    }
    if let honest = report.study?.honest {
      statements.append(Statement(tone: .fact, text: honest.sentence))
    }
    caveats = verdict?.caveats ?? []
    if verdict == nil {
      caveats.append(
        "No study was run: whether filtering changes generalization is not known from this report.")
    }
  }
}

extension Lead.Tone {
  init(_ finding: Verdict.Finding) {
    self =
      switch finding {
      case .changed: .changed
      case .equivalent: .neutral
      case .inconclusive: .unknown
      case .underfit: .warning
      case .nearCopies, .difficulty: .fact
      }
  }

  /// A sign for the tone that needs no color to be told apart, and its meaning in a word.
  var sign: (glyph: String, meaning: String) {
    switch self {
    case .changed: ("≠", "changed")
    case .neutral: ("=", "equivalent")
    case .warning: ("!", "warning")
    case .unknown: ("?", "not known")
    case .fact: ("i", "fact")
    }
  }
}

extension RemovalSection {
  var sentence: String {
    if removed == 0 {
      return "None of \(NumberText.integer(records)) records repeats another at cosine "
        + "\(NumberText.decimal(threshold, 2)) or above."
    }
    var text =
      "\(NumberText.integer(removed)) of \(NumberText.integer(candidates)) records "
      + "(\(NumberText.percent(removed, of: candidates))) repeat a kept record (cosine "
      + "\(NumberText.decimal(threshold, 2)) or above, or an exact copy) and were removed"
    if let againstTest {
      text += ", \(NumberText.integer(againstTest)) of them because they repeat a test record"
    }
    return text + "."
  }
}

extension StudySection.HonestScore {
  private var baselineText: String {
    guard let baselines, !baselines.isEmpty else { return "" }
    let scores = baselines.map { "a \($0.baseline.title) \(NumberText.decimal($0.accuracy, 2))" }
    let text = " On the frozen vectors of the same records " + scores.joined(separator: ", ") + "."
    let best = baselines.map(\.accuracy).max() ?? 0
    return best > score.value
      ? text
        + " The model is below the best of these: train it longer, with another learning rate, "
        + "or use that classifier." : text
  }

  var sentence: String {
    "On \(description), “\(arm)” reaches \(metric.titleWithArticle) of "
      + "\(NumberText.decimal(score.value, 2)) (95% interval "
      + "\(NumberText.decimal(score.low, 2)) to \(NumberText.decimal(score.high, 2))); "
      + "none of them has a near-duplicate in its training data." + baselineText
  }
}
