import Curation

extension RemovalSection {
  var section: Section {
    var blocks: [Block] = [
      .paragraph(
        "A record is removed only if a kept record, its witness, is at or above the threshold "
          + "\(NumberText.decimal(threshold, 2)). Where several are alike, the rule “\(rule)” "
          + "says which is kept. \(causes)\(NumberText.integer(records - removed)) of "
          + "\(NumberText.integer(records)) records stay."),
      .table(stageTable),
    ]
    blocks += readingParagraphs
    if !examples.isEmpty { blocks += [.heading("Examples"), .pairs(examples)] }
    blocks += listingBlocks + conflictBlocks + vetoBlocks
    return Section(
      name: "removal", title: "What was removed and why", blocks: blocks, source: source)
  }

  /// Every record left out, as far as the report lists them.
  private var listingBlocks: [Block] {
    let (all, listed) = Self.counts(listings)
    if all == 0 { return [] }
    var text =
      "Each record that was left out, with its similarity, the stage that found it and the rule "
      + "that chose, beside the one that stays."
    if listed < all {
      text +=
        " Of a kind with more than its share of the list some are shown, evenly over similarity."
    }
    if exportCommand != nil { text += " The removals as a table:" }
    let extent = listed == all ? "All " : "\(NumberText.integer(listed)) of "
    return [.heading(extent + NumberText.integer(all) + " records left out"), .paragraph(text)]
      + (exportCommand.map { [.commands([$0])] } ?? []) + [.listings(listings)]
  }

  private var conflictBlocks: [Block] {
    guard let conflicts else { return [] }
    return [
      .heading("Near-duplicates with different labels"),
      .paragraph(
        "One label of each pair may be wrong; look before training."
          + Self.extent([conflicts], table: "conflicts")), .listings([conflicts]),
    ]
  }

  private var vetoBlocks: [Block] {
    if vetoes.isEmpty { return [] }
    return [
      .heading("Kept apart by guards"),
      .paragraph(
        "\(NumberText.integer(Self.counts(vetoes).all)) pairs are above the threshold and were kept "
          + "apart because a guard found a difference that matters."
          + Self.extent(vetoes, table: "vetoes")), .listings(vetoes),
    ]
  }

  private static func counts(_ listings: [Listing]) -> (all: Int, listed: Int) {
    listings.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.pairs.count) }
  }

  /// What is not listed, and where it stands.
  private static func extent(_ listings: [Listing], table: String) -> String {
    let (all, listed) = counts(listings)
    return listed == all
      ? ""
      : " \(NumberText.integer(listed)) of \(NumberText.integer(all)) are listed; the table "
        + "\(table) of catalog.sqlite has all."
  }

  private var readingParagraphs: [Block] {
    var sentences: [String] = []
    if let cutRecords, cutRecords > 0 {
      sentences.append(
        "\(NumberText.integer(cutRecords)) records are longer than the model's limit and were cut: "
          + "their vectors say nothing of what follows, and the guard “truncated” keeps them where "
          + "texts differ there.")
    }
    if let unknownRecords, unknownRecords > 0 {
      sentences.append(
        "\(NumberText.integer(unknownRecords)) records have words the model does not know: the "
          + "guard “unknown” keeps those apart that differ in them.")
    }
    return sentences.isEmpty ? [] : [.paragraph(sentences.joined(separator: " "))]
  }

  /// What removed records repeat, where there is a test set that is kept in any case.
  private var causes: String {
    guard let againstTest, let testRecords else { return "" }
    return "The \(NumberText.integer(testRecords)) records of the given test set always stay: "
      + "\(NumberText.integer(againstTest)) records were removed because they repeat one of them, "
      + "\(NumberText.integer(removed - againstTest)) because they repeat another record or for "
      + "their label. "
  }

  private var stageTable: Table {
    let all = Count(name: "all stages", count: removed, againstTest: againstTest)
    return Table(
      caption: "Removed records by the stage that found them",
      columns: [.name("stage"), .number("removed")]
        + (againstTest == nil ? [] : [.number("within training"), .number("against the test set")])
        + [.number(testRecords == nil ? "share of all" : "share of all but the test set")],
      rows: (stages + [all]).map { stage in
        let causes = stage.againstTest.map {
          [NumberText.integer(stage.count - $0), NumberText.integer($0)]
        }
        return [stage.name, NumberText.integer(stage.count)] + (causes ?? [])
          + [NumberText.percent(stage.count, of: candidates)]
      }, hasTotal: true)
  }
}

extension SimilaritySection {
  var section: Section {
    var figures = [
      Figure(
        caption: "\(quantity.prefix(1).uppercased() + quantity.dropFirst()). Bars from the "
          + "threshold on are near-duplicates.", drawing: histogramPlot(),
        data: Table(
          caption: "Histogram of \(quantity)",
          columns: [.number("from"), .number("to"), .number("count")],
          rows: bins.filter { $0.count > 0 }.map {
            [NumberText.score($0.low), NumberText.score($0.high), NumberText.integer($0.count)]
          }))
    ]
    if !retention.isEmpty {
      figures.append(
        Figure(
          caption: "What another threshold of the stage semantic would keep, the other stages as "
            + "they were run.", drawing: retentionPlot(),
          data: Table(
            caption: "Records kept at each threshold of the stage semantic",
            columns: [.number("threshold"), .number("kept"), .number("share")],
            rows: retention.map {
              [
                NumberText.score($0.threshold), NumberText.integer($0.kept),
                NumberText.percent($0.kept, of: records),
              ]
            })))
    }
    return Section(
      name: "similarity", title: "How alike the records are", blocks: [.figures(figures)],
      source: source)
  }
}

extension ClusterSection {
  var section: Section {
    var blocks: [Block] = [
      .paragraph(
        "\(NumberText.integer(groupedRecords)) records fall into "
          + "\(NumberText.integer(groupCount)) paraphrase groups of two or more; a group never "
          + "crosses the parts of the split.")
    ]
    if !groups.isEmpty { blocks.append(.table(groupTable)) }
    if !topics.isEmpty { blocks.append(.table(topicTable)) }
    return Section(
      name: "clusters", title: "Paraphrase groups and topics", blocks: blocks, source: source)
  }

  private var groupTable: Table {
    Table(
      caption: "Paraphrase groups"
        + (groups.count < groupCount
          ? ", the largest \(groups.count) of \(NumberText.integer(groupCount))" : ""),
      columns: [
        .text("typical words"), .number("size"), .number("lowest cosine"), .text("central record"),
        .text("others in it"), .name("name"),
      ],
      rows: groups.map {
        [
          Self.words($0.words), NumberText.integer($0.size),
          NumberText.score($0.cohesion ?? .nan), $0.central,
          $0.members.prefix(4).map { CleanText.shown($0, length: 90) }.joined(separator: " · "),
          $0.name,
        ]
      })
  }

  private static func words(_ words: [String]) -> String {
    words.isEmpty ? NumberText.none : words.joined(separator: ", ")
  }

  private var topicTable: Table {
    Table(
      caption: "Topic cells",
      columns: [
        .text("typical words"), .number("size"), .text("central record"), .name("main label"),
        .name("name"),
      ],
      rows: topics.map { topic in
        let share = topic.labelShare.map { " (\(NumberText.percent($0)))" } ?? ""
        return [
          Self.words(topic.words), NumberText.integer(topic.size), topic.example,
          topic.label.map { $0 + share } ?? NumberText.none, topic.name,
        ]
      })
  }
}

extension SplitSection {
  var section: Section {
    var blocks: [Block] = method.map { [.paragraph($0)] } ?? []
    if !measures.isEmpty { blocks.append(.table(measureTable)) }
    blocks.append(.table(labelTable))
    return Section(
      name: "split", title: "The split: balance and leakage", blocks: blocks, source: source)
  }

  private var totals: [Int] {
    parts.indices.map { part in
      labels.reduce(0) { $0 + (part < $1.counts.count ? $1.counts[part] : 0) }
    }
  }

  private var labelTable: Table {
    let all = totals.reduce(0, +)
    let rows = (labels + [LabelRow(label: "all labels", counts: totals)]).map { row in
      let sum = row.counts.reduce(0, +)
      return [row.label]
        + row.counts.map { count in
          "\(NumberText.integer(count)) (\(NumberText.percent(count, of: sum)))"
        } + [NumberText.integer(sum)]
    }
    let target = zip(parts, targets).map { "\($0) \(NumberText.percent($1))" }
    return Table(
      caption: "Records by label and part, with each part's share of the label"
        + (targets.isEmpty || all == 0
          ? "" : " (asked for: \(target.joined(separator: ", ")))"),
      columns: [.name("label")] + parts.map { .number($0) } + [.number("all")], rows: rows,
      hasTotal: true)
  }

  private var measureTable: Table {
    Table(
      caption: "Diversity and leakage, \(before) against \(after)",
      columns: [
        .name("measure"), .number(before), .number(after), .name("change"), .text("what it says"),
      ],
      rows: measures.map {
        [
          $0.name, NumberText.measure($0.before), NumberText.measure($0.after), $0.change,
          $0.meaning ?? "",
        ]
      })
  }
}

extension SplitMeasure {
  fileprivate var change: String {
    guard let before, let after, before.isFinite, after.isFinite else { return NumberText.none }
    if NumberText.measure(before) == NumberText.measure(after) { return "= same" }
    let arrow = after > before ? "▲" : "▼"
    if better == .neither { return arrow }
    return arrow + ((after > before) == (better == .higher) ? " better" : " worse")
  }
}
