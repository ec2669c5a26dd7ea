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
    if conflictCount > 0 {
      blocks.append(
        .details(
          "Near-duplicates with different labels: \(NumberText.integer(conflictCount))",
          [.paragraph("One label of each pair may be wrong; look before training.")]
            + (conflicts.isEmpty ? [] : [.pairs(conflicts)])))
    }
    if !vetoCounts.isEmpty {
      let total = vetoCounts.reduce(0) { $0 + $1.count }
      blocks.append(
        .details(
          "Kept apart by guards: \(NumberText.integer(total)) pairs",
          [
            .table(
              Table(
                caption: "Pairs above the threshold that a guard kept apart",
                columns: [.name("guard"), .number("pairs")],
                rows: vetoCounts.map { [$0.name, NumberText.integer($0.count)] }))
          ] + (vetoes.isEmpty ? [] : [.pairs(vetoes)])))
    }
    return Section(
      name: "removal", title: "What was removed and why", blocks: blocks, source: source)
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
      caption: "Paraphrase groups",
      columns: [
        .name("group"), .number("size"), .number("lowest cosine"), .text("central record"),
        .text("others in it"), .text("typical words"),
      ],
      rows: groups.map {
        [
          $0.name, NumberText.integer($0.size), NumberText.score($0.cohesion ?? .nan), $0.central,
          $0.members.prefix(4).map { CleanText.shown($0, length: 90) }.joined(separator: " · "),
          $0.words.joined(separator: ", "),
        ]
      })
  }

  private var topicTable: Table {
    Table(
      caption: "Topic cells",
      columns: [
        .name("topic"), .number("size"), .text("typical words"), .text("central record"),
        .name("main label"),
      ],
      rows: topics.map { topic in
        let share = topic.labelShare.map { " (\(NumberText.percent($0)))" } ?? ""
        return [
          topic.name, NumberText.integer(topic.size), topic.words.joined(separator: ", "),
          topic.example, topic.label.map { $0 + share } ?? NumberText.none,
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

extension SplitSection.Measure {
  fileprivate var change: String {
    guard let before, let after, before.isFinite, after.isFinite else { return NumberText.none }
    if before == after { return "= same" }
    let arrow = after > before ? "▲" : "▼"
    if better == .neither { return arrow }
    return arrow + ((after > before) == (better == .higher) ? " better" : " worse")
  }
}
