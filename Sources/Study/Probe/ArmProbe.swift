/// The models of one arm after they ran, and what is measured of them.
final class ArmProbe {
  let arm: ProbeOptions.Arm
  private let models: [ModelProbe]
  /// `[model][layer]`; filled by ``measure()``.
  private var states: [[[StateMeasure: BlockStatistic]]] = []
  private var alignments: [[[BlockStatistic]]] = []

  init(_ arm: ProbeOptions.Arm, _ models: [ModelProbe]) {
    self.arm = arm
    self.models = models
  }

  private var texts: Int { models[0].blocks.texts }
  private var layers: Int { models.map(\.layers).min()! }
  private var heads: Int { models.map(\.heads).min()! }

  /// Whether models agree with each other and with those of `other`, layer by layer and head by head.
  private func isLike(_ other: ArmProbe) -> Bool {
    Set((models + other.models).map { [$0.layers, $0.heads] }).count == 1
  }

  /// Measures what hangs on all texts together.
  func measure() {
    for model in models {
      let kernels = model.states.map { AlignmentKernel($0, model.blocks) }
      var alignments = kernels.indices.map { _ in [BlockStatistic]() }
      for row in kernels.indices {
        alignments[row] = (0...row).map { kernels[row].alignment(kernels[$0]) }
      }
      self.alignments.append(alignments)
      states.append(
        model.states.enumerated().map { layer, matrix in
          var measures: [StateMeasure: BlockStatistic] = [
            .effectiveRank: matrix.effectiveRank(model.blocks),
            .anisotropy: matrix.anisotropy(model.blocks),
            .uniformity: matrix.uniformity(model.blocks),
            .paraphraseAlignment: matrix.alignment(withinGroupsOf: model.blocks),
            .repetitionShift: model.repetitionShift(layer),
          ]
          if layer > 0 { measures[.alignmentWithPrevious] = alignments[layer][layer - 1] }
          return measures
        })
    }
  }

  var result: ProbedArm {
    ProbedArm(
      name: arm.name, models: arm.models.map(\.relativePath),
      repeatedTexts: models.map(\.repeatedTexts).min()!,
      cutTexts: models.map(\.cutTexts).max()!, layers: layers(minus: nil),
      alignment: (0...layers).map { row in
        (0...layers).map { column in
          let value = mean(alignments.map { $0[max(row, column)][min(row, column)].value })
          return value.isFinite ? value : nil
        }
      },
      alignmentBetweenSeeds: models.count > 1 ? betweenSeeds : [])
  }

  /// This arm less `baseline`; nil where their layers or heads do not correspond.
  func difference(from baseline: ArmProbe) -> ProbedDifference? {
    guard isLike(baseline) else { return nil }
    let count = max(models.count, baseline.models.count)
    func model(_ arm: ArmProbe, _ place: Int) -> ModelProbe {
      arm.models[arm.models.count == 1 ? 0 : place]
    }
    return ProbedDifference(
      arm: arm.name, baseline: baseline.arm.name, layers: layers(minus: baseline),
      alignment: (0...layers).map { layer in
        Estimate(
          (0..<count).map { place in
            Self.alignment(model(self, place), model(baseline, place), layer)
          }, texts: texts)
      })
  }

  private static func alignment(_ first: ModelProbe, _ second: ModelProbe, _ layer: Int)
    -> BlockStatistic
  {
    AlignmentKernel(first.states[layer], first.blocks)
      .alignment(AlignmentKernel(second.states[layer], second.blocks))
  }

  /// Of all pairs of models; pairs share models, so only the texts are drawn anew.
  private var betweenSeeds: [Estimate?] {
    (0...layers).map { layer in
      let kernels = models.map { AlignmentKernel($0.states[layer], $0.blocks) }
      let pairs = kernels.indices.flatMap { second in
        (0..<second).map { kernels[$0].alignment(kernels[second]) }
      }
      return Estimate([BlockStatistic(meanOf: pairs)], texts: texts)
    }
  }

  private func layers(minus baseline: ArmProbe?) -> [ProbedLayer] {
    (0...layers).map { layer in
      var result = ProbedLayer(layer: layer, states: [:], attention: [:], heads: [])
      for measure in StateMeasure.allCases {
        result.states[measure] = Estimate(
          of: states.compactMap { $0[layer][measure] },
          minus: baseline?.states.compactMap { $0[layer][measure] }, texts)
      }
      guard layer > 0 else { return result }
      result.heads = Array(repeating: [:], count: heads)
      for measure in AttentionMeasure.allCases {
        let own = attention(measure, layer)
        let other = baseline?.attention(measure, layer)
        result.attention[measure] = Estimate(
          of: own.map(BlockStatistic.init(meanOf:)),
          minus: other?.map(BlockStatistic.init(meanOf:)), texts)
        for head in 0..<heads {
          result.heads[head][measure] = Estimate(
            of: own.map { $0[head] }, minus: other?.map { $0[head] }, texts)
        }
      }
      return result
    }
  }

  /// `[model][head]`
  private func attention(_ measure: AttentionMeasure, _ layer: Int) -> [[BlockStatistic]] {
    models.map { model in
      (0..<heads).map { model.attention.statistic(measure, layer: layer - 1, head: $0) }
    }
  }
}

extension Estimate {
  /// Nil without a statistic of each model.
  fileprivate init?(of models: [BlockStatistic], minus baseline: [BlockStatistic]?, _ texts: Int) {
    guard !models.isEmpty, baseline?.isEmpty != true else { return nil }
    self.init(models, minus: baseline ?? [], texts: texts)
  }
}
