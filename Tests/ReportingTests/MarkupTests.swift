import Foundation
import Reporting
import Study
import Testing

@Suite struct MarkupTests {
  static let attacks = [
    "<script>alert(1)</script>", "\"\u{301} onmouseover=\"alert(1)", "\u{600}<img src=x>",
    "<\u{200D}b>", "</title></svg></style><h1>", "{{{title}}} {{#sections}}", "a\u{202E}cba",
    "\u{0}\u{1}\u{8}\u{1B}[31m\u{7F}\u{9F}", "line\nfeed\r\n| pipe | `tick` **bold**",
    "]]> &amp; &#60;", "\u{FFFE}\u{FFFF}", String(repeating: "long ", count: 5_000),
    "a" + String(repeating: "\u{301}", count: 20_000), "",
  ]

  /// The full report with `text` wherever a corpus, a label or a path can put it.
  static func hostile(_ text: String) -> Report {
    var report = SampleReport.full()
    report.title = text
    report.keyNumbers = [KeyNumber(label: text, value: text, note: text)]
    let pair = SampleReport.pair(
      text, text, text, text, 0.95, text, labels: (text, text), rule: text, guards: [text])
    report.removal?.examples = [pair]
    report.removal?.listings = [.init(title: text, count: 9, pairs: [pair])]
    report.removal?.exportCommand = text
    report.removal?.stages = [.init(name: text, count: 588)]
    report.similarity?.quantity = text
    report.clusters?.groups = [
      .init(name: text, size: 2, cohesion: 0.9, central: text, members: [text], words: [text])
    ]
    report.split?.labels = [.init(label: text, counts: [1, 2, 3])]
    report.study?.arms[0].name = text
    report.study?.curves[0].arm = text
    report.study?.analysis.scores[0].arm = text
    report.study?.analysis.verdict.headline = text
    report.provenance.commands = [text]
    report.provenance.facts = [.init(name: text, value: text)]
    return report
  }

  static let plain = SampleReport.full()

  @Test func everyElementIsClosed() throws {
    try expectWellFormed(Self.plain.html())
    try expectWellFormed(SampleReport.dedupOnly().html())
    try expectWellFormed(Report(title: "nothing", created: "now").html())
  }

  /// Whatever the texts hold, the page has the elements and attributes that harmless ones give.
  @Test func hostileTextsAddNoMarkup() throws {
    let expected = elements(Self.hostile("harmless").html())
    for attack in Self.attacks {
      let html = Self.hostile(attack).html()
      try expectWellFormed(html)
      let added = elements(html).subtracting(expected)
      #expect(added.isSubset(of: ["bdi title"]), "\(attack.debugDescription): \(added)")
      #expect(html.utf8.count < 450_000)
      let invisible = html.unicodeScalars.first {
        ($0.value < 32 && $0 != "\n") || (0x7F..<0xA0).contains($0.value)
          || (0x202A...0x202E).contains($0.value)
      }
      #expect(invisible == nil, "\(attack.debugDescription)")
    }
  }

  @Test func markdownTakesNoMarkupFromTexts() {
    let expected = Self.hostile("harmless").markdown()
    for attack in Self.attacks {
      let markdown = Self.hostile(attack).markdown()
      let prose = markdown.split(separator: "\n").filter { !$0.hasPrefix("    ") }
      #expect(!prose.contains { $0.contains("<") && !$0.contains("p < ") && !$0.contains("| <") })
      #expect(!prose.contains { $0.contains("**bold**") })
      #expect(
        columns(markdown) == columns(expected), "a text must not add a column: \(attack.prefix(40))"
      )
    }
  }

  @Test func thePageNeedsNothingFromOutside() {
    let html = Self.plain.html()
    for reference in ["http", "src=", "url(", "@import", "<link", "<iframe", "file:"] {
      #expect(!html.contains(reference), "\(reference)")
    }
    #expect(html.components(separatedBy: "<script>").count == 2)
    #expect(!Report(title: "nothing", created: "now").html().contains("<script"))
    let targets = html.matches(of: /href="([^"]*)"/).map(\.output.1)
    #expect(!targets.isEmpty && targets.allSatisfy { $0.hasPrefix("#") })
    for target in targets { #expect(html.contains("id=\"\(target.dropFirst())\"")) }
  }

  @Test func sectionsStandInOrderAndOnlyIfMeasured() {
    let names = [
      "removal", "similarity", "composition", "clusters", "split", "study", "injection",
      "training", "cost",
      "provenance",
    ]
    #expect(sections(Self.plain) == ["verdict"] + names)
    #expect(
      sections(SampleReport.dedupOnly()) == ["verdict", "removal", "similarity", "provenance"])
    #expect(sections(Report(title: "nothing", created: "now")) == ["verdict"])
  }

  /// Numbers that are none, one seed, and empty lists in every section.
  @Test func degenerateNumbersStillRender() throws {
    var report = SampleReport.full()
    report.similarity = SimilaritySection(
      quantity: "", bins: [.init(low: .nan, high: .infinity, count: 0)], threshold: .nan,
      retention: [.init(threshold: .infinity, kept: 0)], records: 0, source: "")
    report.removal = RemovalSection(
      threshold: .nan, rule: "", records: 0, removed: 0, stages: [], examples: [], source: "")
    report.clusters = ClusterSection(
      groupCount: 0, groupedRecords: 0, groups: [], topics: [], source: "")
    report.split = SplitSection(
      parts: [], labels: [],
      measures: [.init(name: "x", unit: .share, better: .lower, before: .nan, after: -.infinity)],
      source: "")
    var study = SampleReport.study(seeds: 1)
    study.analysis.scores[0].score.low = -.infinity
    study.analysis.comparisons[0].difference.value = .nan
    study.analysis.comparisons[1].difference.standardError = .infinity
    study.curves[0].points = [.init(step: 1, loss: .nan), .init(step: 2, loss: .infinity)]
    study.curves[1].points = []
    study.curves[2].points = [.init(step: .max, loss: 1e300), .init(step: 1, loss: -1e300)]
    report.study = study
    var training = SampleReport.training
    training.losses = [.init(step: 1, loss: .nan), .init(step: .max, loss: .infinity)]
    training.evaluations = [.init(step: .max, loss: .nan, score: -.infinity)]
    report.training = training
    report.cost = CostSection(
      steps: [
        .init(name: "x", seconds: 0, items: 5), .init(name: "y", seconds: .nan, items: .max),
      ],
      source: "")
    let html = report.html()
    try expectWellFormed(html)
    let drawings = html.matches(of: /<svg.*?<\/svg>/.dotMatchesNewlines()).map { String($0.output) }
    #expect(drawings.count == 11)
    for drawing in drawings { #expect(!drawing.contains("nan") && !drawing.contains("inf\"")) }
    #expect(report.markdown().contains("Each arm was trained once"))
    #expect(try !Report(json: report.json()).html().isEmpty)
    study.analysis.scores = []
    study.analysis.comparisons = []
    report.study = study
    try expectWellFormed(report.html())
  }

  private func sections(_ report: Report) -> [String] {
    report.html().matches(of: /<section id="([a-z]+)"/).map { String($0.output.1) }
  }

  /// How many cells the rows of each table have; cells part at unescaped bars.
  private func columns(_ markdown: String) -> [Int] {
    markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
      .map { $0.replacingOccurrences(of: "\\|", with: "").count { $0 == "|" } }
  }
}
