import Study

extension StudySection {
  private static let measures: [NearnessMeasure: String] = [
    .cosine: "cosine", .words: "share of words in common",
  ]

  /// The leak effect and the difficulty gap by threshold, a figure for each measure of nearness. Where no
  /// item is near there is neither.
  var leakCurveFigures: [Figure] {
    analysis.leakCurves.map { curve in
      let measure = Self.measures[curve.measure]!
      func rows(_ series: Int, _ value: KeyPath<LeakCurve.Point, Estimate?>) -> [IntervalPlot.Row] {
        curve.points.filter { $0.items > 0 }.compactMap { point in
          point[keyPath: value].map {
            IntervalPlot.Row(
              name:
                "from \(NumberText.decimal(point.threshold, 2)) (\(NumberText.integer(point.items)))",
              series: series, estimate: $0)
          }
        }
      }
      return Figure(
        caption:
          "If items counted as near from another \(measure) to their nearest training record on "
          + "(number of near items in brackets): what copies are worth on them, and how much easier "
          + "all items are than the others. Exploratory.",
        drawing: IntervalPlot(
          groups: [
            ("Leak effect on near items", rows(0, \.leakEffect)),
            ("Difficulty gap, all items less the others", rows(1, \.difficultyGap)),
          ].filter { !$0.1.isEmpty }, isDifference: true,
          axisTitle: "difference of \(analysis.primaryMetric.title) in \(hundredths)",
          description:
            "Leak effect and difficulty gap by threshold of \(measure), with 95% intervals"
        ).element())
    }
  }

  var leakCurveTable: Table {
    Table(
      caption: "Leak effect and difficulty gap by threshold; 95% intervals, exploratory",
      columns: [
        .name("nearness"), .number("from"), .number("near items"), .number("leak effect"),
        .number("difficulty gap"),
      ],
      rows: analysis.leakCurves.flatMap { curve in
        curve.points.map { point in
          [
            Self.measures[curve.measure]!, NumberText.decimal(point.threshold, 2),
            NumberText.integer(point.items), shown(point.leakEffect),
            shown(point.items > 0 ? point.difficultyGap : nil),
          ]
        }
      })
  }

  private func shown(_ estimate: Estimate?) -> String {
    estimate.map {
      "\(NumberText.difference($0.value, analysis.primaryMetric)) "
        + "(\(NumberText.interval($0, analysis.primaryMetric)))"
    } ?? NumberText.none
  }
}
