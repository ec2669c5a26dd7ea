import Study

extension ProbeResult {
  var alignmentSection: Section {
    let maps = arms.enumerated().map { number, arm in
      let names = arm.alignment.indices.map { "\($0)" }
      let map = HeatMap(
        title: "centered kernel alignment of layers", rowTitle: "layer", columnTitle: "layer",
        rows: names, columns: names, values: arm.alignment, most: 1, series: number + 1)
      return Figure(
        caption:
          "“\(arm.name)”. How alike the states of two layers are, whatever turns or scales them (Kornblith et "
          + "al., 2019; without the bias that few texts bring). Blocks of like layers change little; alike "
          + "does not mean that a layer is superfluous.",
        drawing: map.element(), data: map.table)
    }
    return Section(
      name: "alignment", title: "How alike are layers and models?",
      blocks: [.figures((betweenFigure.map { [$0] } ?? []) + maps)])
  }

  /// Arms against the first, beside models of one arm against each other.
  private var betweenFigure: Figure? {
    func points(_ estimates: [Estimate?]) -> [(layer: Int, estimate: Estimate)] {
      estimates.enumerated().compactMap { layer, estimate in estimate.map { (layer, $0) } }
    }
    var series = differences.map { difference in
      LayerPlot.Series(
        name: "\(difference.arm) and \(difference.baseline)", number: number(of: difference.arm),
        points: points(difference.alignment))
    }
    for arm in arms where !arm.alignmentBetweenSeeds.isEmpty {
      series.append(
        LayerPlot.Series(
          name: "seeds of \(arm.name)", number: number(of: arm.name) + 2,
          points: points(arm.alignmentBetweenSeeds)))
    }
    return LayerPlot(series: series, title: "centered kernel alignment", reference: nil).figure(
      "How alike two models are at a layer, 1 being the same up to rotation and scale. Arms differ only "
        + "as far as they are less alike than two seeds of one arm; without several seeds that cannot be "
        + "told.")
  }

  private func number(of arm: String) -> Int { (arms.firstIndex { $0.name == arm } ?? 0) + 1 }

  var differenceSection: Section {
    let measures: [(String, (ProbedLayer) -> Estimate?)] = [
      ("effective rank", { $0.states[.effectiveRank] }), ("anisotropy", { $0.states[.anisotropy] }),
      ("uniformity", { $0.states[.uniformity] }),
      ("alignment of paraphrases", { $0.states[.paraphraseAlignment] }),
      ("entropy, share", { $0.attention[.entropyShare] }),
      ("mass on the same token", { $0.attention[.sameToken] }),
      ("mass on near tokens", { $0.attention[.near] }), ("copy", { $0.attention[.copy] }),
    ]
    return Section(
      name: "differences", title: "What differs from “\(arms[0].name)”?",
      blocks: [
        .figures(
          measures.compactMap { title, value in
            LayerPlot(
              series: differences.map { difference in
                LayerPlot.Series(
                  name: difference.arm, number: number(of: difference.arm),
                  points: difference.layers.compactMap { layer in
                    value(layer).map { (layer.layer, $0) }
                  })
              }, title: title + ", difference", reference: 0
            ).figure(
              "Difference of \(title) from “\(arms[0].name)” on the same texts. A band that leaves out 0 is "
                + "a difference of these arms at this layer; with many layers one in twenty does by chance."
            )
          })
      ])
  }
}

extension LayerPlot {
  /// Nil without a point.
  func figure(_ caption: String) -> Figure? {
    series.allSatisfy(\.points.isEmpty)
      ? nil : Figure(caption: caption, drawing: element(), data: table)
  }

  var table: Table {
    Table(
      caption: title,
      columns: [.name("series"), .number("layer"), .number("value"), .number("95% interval")],
      rows: series.flatMap { line in
        line.points.map { point in
          [
            line.name, "\(point.layer)", NumberText.score(point.estimate.value),
            "\(NumberText.score(point.estimate.low)) to \(NumberText.score(point.estimate.high))",
          ]
        }
      })
  }
}

extension HeatMap {
  var table: Table {
    Table(
      caption: title, columns: [.name(rowTitle)] + columns.map { .number($0) },
      rows: zip(rows, values).map { name, values in
        [name] + values.map { $0.map(NumberText.score) ?? NumberText.none }
      })
  }
}
