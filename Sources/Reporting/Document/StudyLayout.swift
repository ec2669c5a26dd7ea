import Study

extension StudySection {
  var section: Section {
    var blocks: [Block] = [.paragraph(explanation)]
    if !arms.isEmpty { blocks.append(.table(armTable)) }
    if !analysis.baselines.isEmpty { blocks.append(.table(baselineTable)) }
    let figures = [scoreFigure, differenceFigure].compactMap(\.self)
    if !figures.isEmpty { blocks.append(.figures(figures)) }
    if let honest {
      blocks.append(.heading("The score to take home"))
      blocks.append(.paragraph(honest.sentence))
    }
    blocks.append(.table(differenceTable(.primary)))
    blocks.append(
      .details("Differences by slice and metric", [.table(differenceTable(.exploratory))]))
    if !analysis.leakCurves.isEmpty {
      blocks.append(
        .details(
          "Other thresholds of near-copies", [.figures(leakCurveFigures), .table(leakCurveTable)]))
    }
    if let budgetTable {
      blocks.append(.details("As many passes in place of as many updates", [budgetTable]))
    }
    if let rateTable { blocks.append(.details("Learning rates by arm", [.table(rateTable)])) }
    blocks.append(.details("All scores by arm, slice and metric", [.table(scoreTable)]))
    if !classes.isEmpty { blocks.append(.details("Scores by class", [.table(classTable)])) }
    if !curves.isEmpty { blocks.append(.figures([curveFigure])) }
    blocks += methodBlocks
    return Section(
      name: "study", title: "What do near-copies and filtering change?", blocks: blocks,
      source: source)
  }

  private var explanation: String {
    "Every arm is trained on its own data, with as many updates, and scored on the same test items"
      + (analysis.folds.map { ", all records in \($0) folds that take turns as test set," } ?? "")
      + " by "
      + "\(metrics). An "
      + "item is leaked if a training record repeats it by the threshold and guards of the removal "
      + "rule, near if one is somewhat alike, and clean otherwise. Two questions were asked "
      + "beforehand: what near-copies in training are worth on leaked items, and what removing "
      + "near-duplicates within training does to clean ones, each against a random subset of the "
      + "same size. Intervals are 95%, Student’s, over paraphrase groups of test items and over "
      + "seeds, the variance between seeds pooled over arms"
      + (analysis.folds == nil ? "" : " and corrected for training sets of folds that overlap")
      + "; a difference counts as a change if its "
      + "p-value in the t test, corrected for the number of comparisons (Holm), is below 0.05; it "
      + "counts as equivalent if two one-sided t tests, corrected likewise, say that it is smaller "
      + "than the margin (\(margins)); else nothing is said. No claim rests on fewer than "
      + "\(Comparison.leastSeeds) seeds, \(Comparison.leastGroups) groups of test items or "
      + "\(Comparison.leastDiscordantGroups) groups that the arms answer differently."
  }

  private var methodBlocks: [Block] {
    let texts = [methods, cost?.sentence].compactMap(\.self)
    var blocks = texts.isEmpty ? [] : [Block.heading("Methods")] + texts.map { .paragraph($0) }
    if !parameters.isEmpty {
      blocks.append(
        .details(
          "Every parameter",
          [
            .table(
              Table(
                caption: "Options of the comparison and of its models",
                columns: [.name("option"), .value("value")],
                rows: parameters.map { [$0.name, $0.value] }))
          ]))
    }
    return blocks
  }

  private var metrics: String {
    let further = Metric.allCases.filter { metric in
      metric != analysis.primaryMetric && analysis.scores.contains { $0.metric == metric }
    }.map(\.title)
    return analysis.primaryMetric.title
      + (further.isEmpty ? "" : ", and by " + further.joined(separator: " and "))
  }

  /// What differences are counted in, where they are no plain numbers.
  private var unit: String { analysis.primaryMetric.isShare ? " points" : "" }

  private var margins: String {
    let sizes = [\Margins.all, \.slice, \.clean].map {
      NumberText.size(analysis.margins[keyPath: $0], analysis.primaryMetric)
    }
    return "\(sizes[0])\(unit) on all items, \(sizes[1]) on leaked or near ones, "
      + "\(sizes[2]) on clean ones"
  }

  private func series(_ arm: String) -> Int {
    arms.firstIndex { $0.name == arm }
      ?? analysis.scores.map(\.arm).firstIndex(of: arm).map { $0 % 6 } ?? 0
  }

  private var armTable: Table {
    Table(
      caption: "Arms",
      columns: [
        .name("arm"), .text("trained on"), .number("training items"), .number("updates"),
        .number("epochs"), .number("\(analysis.primaryMetric.title), all"),
        .number("clean items"),
      ],
      rows: arms.map { arm in
        let score = { (slice: TestSlice) in
          analysis.scores.first {
            $0.arm == arm.name && $0.metric == analysis.primaryMetric && $0.slice == slice
          }.map { NumberText.scored($0.score) } ?? NumberText.none
        }
        return [
          arm.name, arm.description, NumberText.integer(arm.trainingItems),
          arm.updates.map(NumberText.integer) ?? NumberText.none,
          arm.epochs.map { NumberText.decimal($0, 1) } ?? NumberText.none, score(.all),
          score(.clean),
        ]
      })
  }

  /// What plain classifiers reach with each arm's records: where they reach more than the fine-tuned
  /// models, these say nothing about the records.
  private var baselineTable: Table {
    let scores = analysis.baselines.filter { $0.slice == .all }
    let methods = FrozenBaseline.allCases.filter { method in
      scores.contains { $0.baseline == method }
    }
    return Table(
      caption: "Plain classifiers on the frozen vectors of each arm's records, "
        + "\(analysis.primaryMetric.title) on all test items, beside the fine-tuned models; "
        + "training loss at the end, and without any learning",
      columns: [.name("arm"), .number("fine-tuned")] + methods.map { .number($0.title) }
        + [.number("loss"), .number("no learning")],
      rows: analysis.scores.filter { $0.slice == .all && $0.metric == analysis.primaryMetric }.map {
        own in
        let fit = analysis.fits.first { $0.arm == own.arm }
        return [own.arm, NumberText.scored(own.score)]
          + methods.map { method in
            scores.first { $0.arm == own.arm && $0.baseline == method }.map {
              NumberText.scored($0.score)
            } ?? NumberText.none
          }
          + [fit?.finalLoss, fit?.labelEntropy].map {
            $0.map { NumberText.decimal($0, 2) } ?? NumberText.none
          }
      })
  }

  private var scoreFigure: Figure? {
    let scores = analysis.scores.filter { $0.metric == analysis.primaryMetric }
    let groups = TestSlice.allCases.compactMap { slice -> (String, [IntervalPlot.Row])? in
      let members = scores.filter { $0.slice == slice }
      guard let items = members.first?.score.items else { return nil }
      let rows = members.map {
        IntervalPlot.Row(name: $0.arm, series: series($0.arm), estimate: $0.score)
      }
      return ("\(slice.heading) (\(NumberText.integer(items)))", rows)
    }
    if groups.isEmpty { return nil }
    return Figure(
      caption: "Scores of each arm, by how close test items are to the raw training data.",
      drawing: IntervalPlot(
        groups: groups, isDifference: false, axisTitle: analysis.primaryMetric.title,
        description: "\(analysis.primaryMetric.title) of each arm on each slice of the test set "
          + "with 95% intervals"
      ).element())
  }

  /// The comparisons of the primary metric with controls: those asked beforehand, then the others by slice.
  private var differenceFigure: Figure? {
    let members = analysis.comparisons.filter {
      $0.metric == analysis.primaryMetric && $0.treatment != nil
    }
    func rows(_ family: Comparison.Family, _ slice: TestSlice) -> [IntervalPlot.Row] {
      members.filter { $0.family == family && $0.slice == slice }.map { comparison in
        let (arm, name) = comparison.treatment!
        return IntervalPlot.Row(
          name: name, series: series(arm.rawValue), estimate: comparison.difference,
          band: comparison.margin,
          note: "\(analysis.sign(of: comparison)) \(comparison.discordantGroups)")
      }
    }
    func heading(_ slice: TestSlice) -> String {
      let groups = members.first { $0.slice == slice }?.difference.groups ?? 0
      return "\(slice.heading) (\(NumberText.integer(groups)) groups)"
    }
    let asked = TestSlice.allCases.map {
      ("Asked beforehand: \(heading($0).lowercased())", rows(.primary, $0))
    }
    let others = TestSlice.allCases.map { (heading($0), rows(.exploratory, $0)) }
    let groups = (asked + others).filter { !$0.1.isEmpty }
    if groups.isEmpty { return nil }
    return Figure(
      caption: "What near-copies of test items, deduplication within training and balance do, each "
        + "against random records instead, in \(hundredths) with 95% intervals. Gray bands are the "
        + "margins: an interval well inside is no relevant change (=); one that reaches out of it on "
        + "both sides of zero says nothing (?). At the right what the tests say (≠ changed), and how many "
        + "of the groups of test items the two arms answer differently.",
      drawing: IntervalPlot(
        groups: groups, isDifference: true,
        axisTitle: "difference of \(analysis.primaryMetric.title) in \(hundredths)",
        description:
          "Differences of \(analysis.primaryMetric.title) between filtered arms and their "
          + "controls in \(hundredths) with 95% intervals; gray bands show the margins"
      ).element())
  }

  /// What the figure of differences is drawn in.
  var hundredths: String { analysis.primaryMetric.isShare ? "points" : "hundredths" }

  private func differenceTable(_ family: Comparison.Family) -> Table {
    Table(
      caption:
        "Differences\(family == .primary ? " of " + analysis.primaryMetric.title : "")"
        + "\(unit.isEmpty ? "" : " in points"), \(family.rawValue) comparisons (p-values Holm-adjusted among "
        + "them; p by swapping: of exchanging the arms group by group, which holds the models fixed; "
        + "p of more: that they differ by the margin or more; detectable: the true "
        + "difference that a study like this one finds with probability 0.8; differing: groups of "
        + "test items that the two arms answer differently)",
      columns: [.name("arm − baseline"), .name("slice")]
        + (family == .primary ? [] : [.name("metric")])
        + [
          .number("difference"), .number("95% interval"), .name("reading"), .number("adjusted p"),
          .number("p by swapping"), .number("margin"), .number("p of more"),
          .number("detectable"), .number("differing"),
        ],
      rows: analysis.comparisons.filter { $0.family == family }.map {
        ["\($0.arm) − \($0.baseline)", $0.slice.rawValue]
          + (family == .primary ? [] : [$0.metric.title])
          + [
            NumberText.difference($0.difference.value, $0.metric),
            NumberText.interval($0.difference, $0.metric), $0.reading(analysis.finding(of: $0)),
            NumberText.pValue($0.adjustedP), NumberText.pValue($0.permutationP),
            NumberText.size($0.margin, $0.metric), NumberText.pValue($0.adjustedEquivalenceP),
            NumberText.size($0.minimumDetectable, $0.metric),
            NumberText.integer($0.discordantGroups),
          ]
      })
  }

  /// Nil unless both budgets were asked for.
  private var budgetTable: Block? {
    let pairs = analysis.budgetPairs
    guard let sentence = analysis.budgetSentence, !pairs.isEmpty else { return nil }
    func cells(_ comparison: Comparison) -> [String] {
      [
        NumberText.difference(comparison.difference.value, comparison.metric),
        NumberText.interval(comparison.difference, comparison.metric),
        comparison.reading(analysis.finding(of: comparison)),
      ]
    }
    return .table(
      Table(
        caption: "\(sentence) Differences of \(analysis.primaryMetric.title)"
          + "\(unit.isEmpty ? "" : " in points"); with the same updates a smaller arm passes over its records "
          + "more often, with the same passes it learns less",
        columns: [
          .name("arm − baseline"), .name("slice"), .number("same updates"), .number("95% interval"),
          .name("reading"), .number("same passes"), .number("95% interval"), .name("reading"),
        ],
        rows: pairs.map { pair in
          ["\(pair.updates.arm) − \(pair.updates.baseline)", pair.updates.slice.rawValue]
            + cells(pair.updates) + cells(pair.epochs)
        }))
  }

  /// Nil where all arms have the same learning rate.
  private var rateTable: Table? {
    guard let choices = analysis.learningRates else { return nil }
    let inFolds = analysis.folds != nil
    return Table(
      caption: "The learning rate that scored most on a development part of the training records, "
        + "\(NumberText.integer(choices.map(\.developmentRecords).min() ?? 0)) or more, the same for all "
        + "arms\(inFolds ? " of a fold" : ""); no trial is trained on it, nor on a paraphrase of it",
      columns: [.name("arm")] + (inFolds ? [.number("fold")] : []) + [
        .number("learning rate"), .value("scores of the rates tried"),
      ],
      rows: choices.map { choice in
        [choice.arm] + (choice.fold.map { [NumberText.integer($0)] } ?? []) + [
          RateChoice.text(choice.learningRate),
          choice.trials.map {
            "\(RateChoice.text($0.learningRate)): \($0.score.map(NumberText.score) ?? NumberText.none)"
          }
          .joined(separator: ", "),
        ]
      })
  }

  private var scoreTable: Table {
    Table(
      caption: "Scores with 95% intervals",
      columns: [
        .name("arm"), .name("slice"), .name("metric"), .number("items"), .number("groups"),
        .number("score"), .number("95% interval"), .number("by seed"),
      ],
      rows: analysis.scores.map {
        [
          $0.arm, $0.slice.rawValue, $0.metric.title, NumberText.integer($0.score.items),
          NumberText.integer($0.score.groups), NumberText.score($0.score.value),
          "\(NumberText.score($0.score.low)) to \(NumberText.score($0.score.high))",
          $0.perSeed.map(NumberText.score).joined(separator: " "),
        ]
      })
  }

  private var classTable: Table {
    Table(
      caption: "Scores by class" + (classArm.map { " of the arm “\($0)”" } ?? ""),
      columns: [
        .name("class"), .number("precision"), .number("recall"), .number("F1"),
        .number("support"),
      ],
      rows: classes.map {
        [
          $0.label, NumberText.score($0.precision), NumberText.score($0.recall),
          NumberText.score($0.f1), NumberText.integer($0.support),
        ]
      })
  }

  private var curveFigure: Figure {
    Figure(
      caption:
        "Training loss, one thin line for each seed\(analysis.folds == nil ? "" : " and fold").",
      drawing: LossPlot(curves: curves, arms: arms.map(\.name)).element(),
      data: Table(
        caption: "Training loss",
        columns: [
          .name("arm"), .number("seed"),
        ] + (analysis.folds == nil ? [] : [.number("fold")])
          + [.number("steps"), .number("first loss"), .number("last loss")],
        rows: curves.map {
          [$0.arm, String($0.seed)] + ($0.fold.map { [String($0)] } ?? []) + [
            NumberText.integer($0.points.last?.step ?? 0),
            NumberText.score($0.points.first?.loss ?? .nan),
            NumberText.score($0.points.last?.loss ?? .nan),
          ]
        }))
  }
}

extension StudySection.Cost {
  fileprivate var sentence: String {
    "\(NumberText.integer(models)) models made \(NumberText.integer(updates)) updates in all, which took "
      + "\(NumberText.duration(seconds)) with testing."
  }
}

extension Comparison {
  /// The arm that a comparison with its control is about, and in a word what is asked; nil for one with
  /// `raw`.
  fileprivate var treatment: (arm: StudyArm, name: String)? {
    if baseline == StudyArm.raw.rawValue { return nil }
    if baseline == StudyArm.decontaminated.rawValue { return (.decontaminated, "near-copies") }
    switch StudyArm(rawValue: arm) {
    case .deduplicated: return (.deduplicated, "deduplication")
    case .balanced: return (.balanced, "balance")
    default: return nil
    }
  }
}

extension StudyAnalysis {
  /// What a comparison supports, as one sign.
  func sign(of comparison: Comparison) -> String {
    Lead.Tone(finding(of: comparison)).sign.glyph
  }
}

extension Comparison {
  /// What the tests say, in a word and a sign.
  func reading(_ finding: Verdict.Finding) -> String {
    switch finding {
    case .changed: difference.value > 0 ? "▲ changed" : "▼ changed"
    case .equivalent: "= equivalent"
    case .underfit: "! underfit"
    default: "? inconclusive"
    }
  }
}

extension TestSlice {
  fileprivate var heading: String {
    switch self {
    case .all: "All test items"
    case .leaked: "Leaked items"
    case .near: "Near items"
    case .clean: "Clean items"
    }
  }
}
