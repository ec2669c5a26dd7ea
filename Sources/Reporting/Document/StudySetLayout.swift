import Study

extension Document {
  /// Lays out several studies side by side.
  init(_ set: StudySet) {
    title = set.title
    created = set.created
    lead = set.lead
    keyNumbers = []
    sections = [set.effectSection, set.memberSection]
  }
}

extension StudySet {
  private struct Question {
    /// As a heading.
    var title: String
    /// What was done, as the subject of a sentence, and on which items.
    var subject: String
    var place: String
    var effect: Effect
    var ofMember: KeyPath<Member, Comparison?>
  }

  private var questions: [Question] {
    [
      Question(
        title: "Leak effect on leaked items", subject: "near-copies in training",
        place: "on the items that have one", effect: leak, ofMember: \.leakEffect),
      Question(
        title: "Generalization effect on clean items",
        subject: "removing near-duplicates within training",
        place: "on items unlike any training record", effect: generalization,
        ofMember: \.generalizationEffect),
    ]
  }

  fileprivate var lead: Lead {
    let statements = questions.map(statement)
    return Lead(
      headline: statements.map(\.text).joined(separator: " "), statements: statements,
      caveats: leak.notes + generalization.notes + [
        "The sums are exploratory: they were not planned before the studies, and speak of studies like "
          + "these. Each study's own claims stand in its own report."
      ])
  }

  private func statement(_ question: Question) -> Lead.Statement {
    let known = members.count { $0[keyPath: question.ofMember] != nil }
    guard let pooled = question.effect.pooled, let metric = metric(of: question.effect) else {
      return Lead.Statement(
        tone: .fact,
        text:
          "\(question.title): \(known) of \(members.count) studies have one; they are not summed up."
      )
    }
    let unit = metric.isShare ? " points" : ""
    let interval = "95% interval " + self.interval(pooled, metric)
    let isChanged = pooled.pValue < 0.05
    let size = NumberText.size(abs(pooled.value), metric) + unit
    let text =
      isChanged
      ? "Over \(pooled.studies) studies \(question.subject) "
        + "\(pooled.value > 0 ? "raised" : "lowered") \(metric.title) \(question.place) by \(size) "
        + "(\(interval))."
      : "Whether \(question.subject) changed \(metric.title) \(question.place) is inconclusive over "
        + "\(pooled.studies) studies (\(interval))."
    return Lead.Statement(
      tone: isChanged ? .changed : .unknown, text: text,
      evidence: "mean \(NumberText.difference(pooled.value, metric))\(unit), p "
        + "\(NumberText.pValue(pooled.pValue)); \(NumberText.percent(pooled.inconsistency)) of the "
        + "variance is between studies (I²), with a standard deviation of "
        + "\(NumberText.size(pooled.deviation, metric))\(unit)")
  }

  private func metric(of effect: Effect) -> Metric? {
    members.first { effect.studies.contains($0.name) }?.metric
  }

  private func interval(_ pooled: RandomEffects, _ metric: Metric) -> String {
    "\(NumberText.difference(pooled.low, metric)) to \(NumberText.difference(pooled.high, metric))"
  }

  fileprivate var effectSection: Section {
    var blocks: [Block] = []
    let groups = questions.map { ($0.title, rows($0)) }.filter { !$0.1.isEmpty }
    if !groups.isEmpty { blocks.append(.figures([figure(groups)])) }
    if questions.contains(where: { $0.effect.pooled != nil }) {
      blocks.append(.table(sumTable))
    }
    blocks.append(.paragraph(Self.methods))
    return Section(name: "effects", title: "What the studies say together", blocks: blocks)
  }

  private static let methods =
    "Diamonds are means over studies, each taken to have a true effect of its own (random effects). The "
    + "variance between studies is DerSimonian and Laird’s (1986); the interval is Hartung, Knapp, Sidik "
    + "and Jonkman’s, Student’s with one degree of freedom less than there are studies, and never from a "
    + "smaller variance than that of one common effect (Röver, Knapp and Friede 2015). With two or three "
    + "studies it is wide, and I² hardly known. Summed up are the studies of the metric that most have, less "
    + "those whose models are underfit."

  private func rows(_ question: Question) -> [IntervalPlot.Row] {
    var rows = members.enumerated().compactMap { place, member in
      member[keyPath: question.ofMember].map { effect in
        IntervalPlot.Row(
          name: member.name, series: place % 6, estimate: effect.difference, band: effect.margin,
          note: weight(of: member, question.effect))
      }
    }
    if let pooled = question.effect.pooled {
      rows.append(
        IntervalPlot.Row(
          name: pooled.studies == members.count ? "all studies" : "\(pooled.studies) studies",
          series: 5,
          estimate: Estimate(
            value: pooled.value, low: pooled.low, high: pooled.high,
            standardError: pooled.standardError, degreesOfFreedom: Double(pooled.studies - 1),
            items: 0, groups: 0, seeds: 0), isSum: true))
    }
    return rows
  }

  private func weight(of member: Member, _ effect: Effect) -> String {
    guard let pooled = effect.pooled, let place = effect.studies.firstIndex(of: member.name) else {
      return effect.pooled == nil ? "" : "out"
    }
    return "\(NumberText.decimal(pooled.weights[place] * 100, 0))%"
  }

  private func figure(_ groups: [(String, [IntervalPlot.Row])]) -> Figure {
    let metrics = Set(members.map(\.metric.title)).sorted().joined(separator: ", ")
    return Figure(
      caption:
        "Effects by study in \(unit) with 95% intervals; gray bands are each study’s margin, "
        + (questions.contains { $0.effect.pooled != nil }
          ? "percentages its weight in the mean, diamonds the means." : "they are not summed up."),
      drawing: IntervalPlot(
        groups: groups, isDifference: true, axisTitle: "difference of \(metrics) in \(unit)",
        description: "Leak and generalization effects by study in \(unit) with 95% intervals"
      ).element())
  }

  private var sumTable: Table {
    Table(
      caption: "Means over studies, random effects",
      columns: [
        .name("effect"), .number("studies"), .number("mean"), .number("95% interval"),
        .number("p"), .number("between studies"), .number("I²"), .number("Q"),
      ],
      rows: questions.compactMap { question in
        guard let pooled = question.effect.pooled, let metric = metric(of: question.effect) else {
          return nil
        }
        return [
          question.title, NumberText.integer(pooled.studies),
          NumberText.difference(pooled.value, metric), interval(pooled, metric),
          NumberText.pValue(pooled.pValue), NumberText.size(pooled.deviation, metric),
          NumberText.percent(pooled.inconsistency), NumberText.decimal(pooled.heterogeneity, 2),
        ]
      })
  }

  fileprivate var memberSection: Section {
    Section(
      name: "studies", title: "The studies",
      blocks: [.table(sizeTable), .table(effectTable)],
      source: "tables runs, test_slices and comparisons of each index; comparison.json")
  }

  private var sizeTable: Table {
    Table(
      caption: "What each study is of",
      columns: [
        .name("study"), .name("task"), .name("metric"), .number("training records"),
        .number("test items"), .number("leaked"), .number("seeds"),
      ],
      rows: members.map {
        [
          $0.name, $0.task, $0.metric.title, NumberText.integer($0.trainingRecords),
          NumberText.integer($0.testItems),
          "\(NumberText.integer($0.leakedItems)) "
            + "(\(NumberText.percent($0.leakedItems, of: $0.testItems)))",
          NumberText.integer($0.seeds),
        ]
      })
  }

  private var effectTable: Table {
    func shown(_ effect: Comparison?, _ member: Member) -> [String] {
      guard let effect else { return [NumberText.none, NumberText.none] }
      return [
        "\(NumberText.difference(effect.difference.value, member.metric)) "
          + "(\(NumberText.interval(effect.difference, member.metric)))",
        effect.reading(member.isUnderfit ? .underfit : effect.finding),
      ]
    }
    return Table(
      caption: "The effects with 95% intervals, and what each study’s own tests say",
      columns: [
        .name("study"), .number("leak effect"), .name("reading"),
        .number("generalization effect"), .name("reading"),
      ],
      rows: members.map {
        [$0.name] + shown($0.leakEffect, $0) + shown($0.generalizationEffect, $0)
      })
  }

  /// Differences of shares are told in points; of other metrics in a plot in hundredths.
  private var unit: String { members.allSatisfy(\.metric.isShare) ? "points" : "hundredths" }
}
