import Study

extension ProbeResult {
  /// The probe as one HTML page that needs nothing else. Equal results give equal bytes.
  public func html() -> String { document.html }

  private var document: Document {
    Document(
      kind: "probe", title: source,
      created:
        "\(NumberText.integer(texts)) texts, "
        + Self.models(arms.reduce(0) { $0 + $1.models.count }),
      lead: lead, keyNumbers: [],
      sections: [statesSection, attentionSection, headsSection, alignmentSection]
        + (differences.isEmpty ? [] : [differenceSection]) + [originSection],
      footer: "Made by simcurate. The numbers are those that simcurate probe --json prints.")
  }

  private static func models(_ count: Int) -> String {
    count == 1 ? "1 model" : "\(NumberText.integer(count)) models"
  }

  private var lead: Lead {
    let names = arms.map {
      "“\($0.name)” (\(Self.models($0.models.count)))"
    }
    let seeds = arms.contains { $0.models.count > 1 }
    let verb = arms.count == 1 && !seeds ? "computes" : "compute"
    return Lead(
      title: "What this is",
      headline: "What \(names.joined(separator: ", ")) \(verb) inside, layer by layer.",
      statements: [
        .init(
          tone: .fact,
          text:
            "\(NumberText.integer(texts)) different texts ran through each model; nothing was trained.",
          evidence: "bands and brackets are 95% intervals over texts"
            + (seeds ? " and, where an arm has several models, over seeds" : "")
            + "; they are not corrected for how many there are")
      ],
      caveats: [
        "These are descriptions. A difference says that models compute differently, not that one "
          + "generalizes better; compare measures that on test items.",
        "Attention shows where a head reads, not what it does with it: mass is no measure of importance.",
      ]
        + (arms.contains { $0.models.count == 1 } && arms.count > 1
          ? [
            "Where an arm is a single model, its intervals are about that model: another seed may lie "
              + "outside."
          ] : []))
  }

  private var statesSection: Section {
    Section(
      name: "states", title: "How many directions do the states use?",
      blocks: [
        .paragraph(
          "The state of a text at a layer is the mean over its tokens; layer 0 is the embeddings."),
        .figures(
          [
            figure(
              .effectiveRank, "effective rank",
              "Effective rank of the texts' states: how many directions they use about evenly (Roy and "
                + "Vetterli, 2007). It grows with the number of texts, so compare it only within this page; a "
                + "low rank is no fault by itself, a classifier needs few directions."),
            figure(
              .anisotropy, "mean cosine of different texts",
              "Anisotropy: the mean cosine of two different texts (Ethayarajh, 2019). Near 1 all states "
                + "point one way and cosines say little there; texts of one topic are alike too, so the level "
                + "belongs to these texts as much as to the model."),
            figure(
              .uniformity, "uniformity",
              "Uniformity: the logarithm of the mean of exp(−2 d²) over pairs of texts, d the distance of their "
                + "directions (Wang and Isola, 2020). 0 is all in one place, about −4 evenly spread over the "
                + "sphere; unlike the mean cosine it sees clusters."),
            figure(
              .paraphraseAlignment, "mean d² of paraphrases",
              "Alignment: the mean of d² over pairs of texts of one paraphrase group (Wang and Isola, 2020). "
                + "0 is no distance between what says the same. Read it with uniformity: states that all lie in "
                + "one place align everything."),
            figure(
              .repetitionShift, "1 − cosine",
              "How far the state of a text moves when it stands twice in its window. Positions change "
                + "along with the repetition, so some of it is due to length alone."),
          ].compactMap(\.self)),
      ])
  }

  private var attentionSection: Section {
    let relations: [(AttentionMeasure, String)] = [
      (.sameToken, "the same token"), (.near, "tokens near in meaning"),
      (.unrelated, "all other tokens"), (.itself, "the token itself"), (.special, "special tokens"),
    ]
    return Section(
      name: "attention", title: "Where does attention go?",
      blocks: [
        .paragraph(
          "Mean over the heads of a layer, of the texts' own tokens as queries. Mass is a multiple of what "
            + "even attention would give to as many keys: 1 is no preference. Tokens are near from a cosine "
            + "of \(NumberText.decimal(near, 2)) of their input embeddings on, each model's own, their mean "
            + "taken away. Where special tokens take much, all others lie below 1: read the same token and near "
            + "ones against the other tokens."),
        .figures(
          ([
            figure(
              .entropyShare, "entropy, share of even attention",
              "How even attention is: 1 spreads over all keys, 0 is on one. Low entropy is often a head that "
                + "rests on a special token, so read it beside the mass there.")
          ]
            + relations.map { measure, name in
              figure(
                measure, "mass on \(name), even = 1",
                "Attention to \(name), as a multiple of even attention. It says that heads prefer such keys, "
                  + "not that similarity is the cause: neighbors, frequent words and alike ones overlap.",
                reference: 1)
            }).compactMap(\.self)),
      ])
  }

  private var headsSection: Section {
    func maps(_ measure: AttentionMeasure, _ title: String, _ caption: String) -> [Figure] {
      let most = arms.flatMap { $0.layers.flatMap(\.heads).compactMap { $0[measure]?.value } }.max()
      return arms.enumerated().map { number, arm in
        let layers = arm.layers.filter { !$0.heads.isEmpty }
        let values = layers.map { $0.heads.map { $0[measure]?.value } }
        let map = HeatMap(
          title: title, rowTitle: "layer", columnTitle: "head", rows: layers.map { "\($0.layer)" },
          columns: (layers.first?.heads.indices).map { $0.map { "\($0 + 1)" } } ?? [],
          values: values, most: most, series: number + 1)
        return Figure(
          caption: "“\(arm.name)”. " + caption, drawing: map.element(), data: map.table)
      }
    }
    return Section(
      name: "heads", title: "Which heads find the first copy?",
      blocks: [
        .paragraph(
          "Each text that fits (at least \(NumberText.integer(arms.map(\.repeatedTexts).min() ?? 0)) of "
            + "\(NumberText.integer(texts))) was put into one window twice. Colors of one kind of map mean the "
            + "same in all arms."),
        .figures(
          maps(
            .copy, "share of mass on the same token of the first copy",
            "Heads that look from a token of the second copy at its twin in the first. A high share shows "
              + "that a head matches tokens; in a text without repetitions it may do something else."
          )
            + maps(
              .successor, "share of mass on the token after it",
              "Heads that look one token further than the twin, as induction heads do (Olsson et al., 2022). "
                + "In an encoder, which sees both sides, this predicts nothing by itself.")
            + maps(
              .entropyShare, "entropy, share of even attention",
              "How even the attention of each head is in the texts as they are. Heads of different models "
                + "have no common order unless the models began as one.")),
      ])
  }

  private var originSection: Section {
    Section(
      name: "origin", title: "Where do the numbers come from?",
      blocks: [
        .table(
          Table(
            caption: "Models",
            columns: [
              .name("arm"), .value("folder"), .number("texts cut"), .number("texts twice"),
            ],
            rows: arms.flatMap { arm in
              arm.models.map {
                [
                  arm.name, $0, NumberText.integer(arm.cutTexts),
                  NumberText.integer(arm.repeatedTexts),
                ]
              }
            })),
        .paragraph(
          "Intervals are Student's, from the crossed analysis of variance over seeds and \(blocks) blocks of "
            + (groups < texts
              ? "\(NumberText.integer(groups)) paraphrase groups of texts" : "texts")
            + ", each left out in turn (jackknife). Texts were drawn with seed \(seed)"
            + (maximumTokens.map { " and cut to \($0) tokens." } ?? ".")),
      ])
  }

  private func figure(
    _ measure: StateMeasure, _ title: String, _ caption: String
  ) -> Figure? {
    figure(title, caption, reference: nil) { $0.states[measure] }
  }

  private func figure(
    _ measure: AttentionMeasure, _ title: String, _ caption: String, reference: Double? = nil
  ) -> Figure? {
    figure(title, caption, reference: reference) { $0.attention[measure] }
  }

  /// A line for each arm; nil where no arm has a value.
  private func figure(
    _ title: String, _ caption: String, reference: Double?, _ value: (ProbedLayer) -> Estimate?
  ) -> Figure? {
    let series = arms.enumerated().map { number, arm in
      LayerPlot.Series(
        name: arm.name, number: number + 1,
        points: arm.layers.compactMap { layer in value(layer).map { (layer.layer, $0) } })
    }
    return LayerPlot(series: series, title: title, reference: reference).figure(caption)
  }
}
