import Study

extension InjectionSection {
  var section: Section {
    var blocks: [Block] = [.paragraph(explanation)]
    blocks += (analysis.sentences + analysis.notes).map { .paragraph($0) }
    blocks.append(.figures(figures))
    blocks.append(.table(table))
    return Section(
      name: "injection", title: "Does the study see what it looks for?", blocks: blocks,
      source: source)
  }

  private var explanation: String {
    var text =
      "A positive control: copies of \(NumberText.integer(analysis.items)) test items, in "
      + "\(NumberText.integer(analysis.groups)) paraphrase groups, were put into training on purpose, "
      + "beside \(NumberText.integer(analysis.trainingRecords)) records none of which repeats a test item. "
      + "In each square of \(analysis.effects.count) models, of \(NumberText.integer(analysis.models)) in all, every "
      + "item was there in every dose once (a Latin square over groups), so that it is its own control. "
      + "Intervals are 95%, over groups of items and repetitions of the square."
    if let items = analysis.withParaphrases {
      text +=
        " Of \(NumberText.integer(items.count)) items there are paraphrases, other texts of their paraphrase group and "
        + "label that are no near-copies: what these do is measured on these items, and the models learn from them in no "
        + "other dose. Where an item has fewer than a dose needs, they are put in again."
    }
    return text
  }

  /// The same doses in three panels, one measure each.
  private var figures: [Figure] {
    [
      panel(
        \.accuracyGain,
        caption: "What copies in training add to the accuracy on the items they are copies of.",
        IntervalPlot(
          groups: [], isDifference: true, axisTitle: "change of accuracy in points",
          description:
            "Change of accuracy by number of copies in training, in points with 95% intervals")),
      panel(
        \.logProbabilityGain,
        caption:
          "What they add to the logarithm of the probability of the true label, on the same items.",
        IntervalPlot(
          groups: [], isDifference: true, isShare: false,
          axisTitle: "change of log-probability in nats",
          description:
            "Change of the true label's log-probability by number of copies, with 95% intervals")),
      panel(
        \.membership,
        caption:
          "How well that probability tells items with copies from those without in the same model: the "
          + "area under the curve, of which 0.5 says nothing.",
        IntervalPlot(
          groups: [], isDifference: false, reference: 0.5, axisTitle: "membership (area)",
          description: "Membership area by number of copies in training, with 95% intervals")),
    ]
  }

  private func panel(
    _ measure: KeyPath<InjectionAnalysis.Effect, Estimate?>, caption: String, _ plot: IntervalPlot
  ) -> Figure {
    var plot = plot
    plot.groups = InjectionDose.Kind.allCases.enumerated().map { series, kind in
      let rows = analysis.effects.filter { $0.dose.kind == kind }.compactMap { effect in
        effect[keyPath: measure].map {
          IntervalPlot.Row(
            name: "\(effect.dose.copies) \(effect.dose.copies == 1 ? "copy" : "copies")",
            series: series, estimate: $0)
        }
      }
      return (kind.title, rows)
    }.filter { !$1.isEmpty }
    return Figure(caption: caption, drawing: plot.element())
  }

  private var table: Table {
    Table(
      caption:
        "Accuracy and log-probability of the true label by copies (changed: a tenth of the words; paraphrases: on the items that have some), "
        + "changes against the same items without a copy, and membership: how often an item with copies has a more probable true label "
        + "than one without in the same model (0.5 tells nothing)",
      columns: [
        .name("copies"), .number("accuracy"), .number("change in points"),
        .number("log-probability"), .number("change"), .number("membership"),
      ],
      rows: analysis.effects.map { effect in
        [
          effect.dose.copies == 0 ? "none" : "\(effect.dose.copies) \(effect.dose.kind.rawValue)",
          NumberText.score(effect.accuracy),
          effect.accuracyGain.map {
            "\(NumberText.points($0.value)) (\(NumberText.interval($0, .accuracy)))"
          } ?? NumberText.none, NumberText.score(effect.logProbability),
          effect.logProbabilityGain.map {
            "\(NumberText.difference($0.value, .meanScore)) (\(NumberText.interval($0, .meanScore)))"
          } ?? NumberText.none,
          effect.membership.map(NumberText.scored) ?? NumberText.none,
        ]
      })
  }
}

extension InjectionDose.Kind {
  fileprivate var title: String {
    switch self {
    case .exact: "Exact copies"
    case .changed: "A tenth of the words changed"
    case .paraphrased: "Paraphrases"
    }
  }
}
