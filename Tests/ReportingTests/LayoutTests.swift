import Foundation
import Reporting
import Study
import Testing

/// Where things stand in the page.
@Suite struct LayoutTests {
  /// No text of a plot begins or ends outside it, whatever the arms are called and however large the
  /// numbers are.
  @Test func textsOfPlotsStayInside() throws {
    var wide = SampleReport.full()
    wide.study?.arms[2].name = "an arm with a name that no margin has room for"
    for score in wide.study!.analysis.scores.indices {
      wide.study?.analysis.scores[score].arm = "an arm with a name that is long"
    }
    for comparison in wide.study!.analysis.comparisons.indices {
      wide.study?.analysis.comparisons[comparison].difference.low = -0.9876
    }
    for bin in wide.similarity!.bins.indices { wide.similarity?.bins[bin].count *= 100_000 }
    for report in [SampleReport.full(), wide] {
      let drawings = report.html().matches(of: /<svg.*?<\/svg>/.dotMatchesNewlines())
      #expect(drawings.count == 11)
      for drawing in drawings {
        for text in drawing.output.matches(
          of: /<text x="([-0-9.]+)" y="[-0-9.]+" class="([a-z ]+)" text-anchor="([a-z]+)">([^<]*)/)
        {
          let (_, x, style, anchor, words) = text.output
          // Most fonts need less than this for a letter.
          let width = Double(words.count) * (style == "tick" ? 10.5 * 0.5 : 11.5 * 0.55)
          let start =
            try #require(Double(x)) - (anchor == "end" ? width : anchor == "middle" ? width / 2 : 0)
          #expect(start >= 0 && start + width <= 400, "\(words) from \(start) to \(start + width)")
        }
      }
    }
    let html = wide.html()
    #expect(html.contains("…<title>an arm with a name that is long</title>"))
  }

  @Test func longTablesAreFolded() throws {
    var report = SampleReport.full()
    report.split?.labels = (1...77).map { .init(label: "label-\($0)", counts: [8, 1, 1]) }
    let html = report.html()
    try expectWellFormed(html)
    #expect(html.contains("<summary>69 more rows</summary>"))
    let parts = html.matches(of: /<tbody class="([a-z]+)">(.*?)<\/tbody>/.dotMatchesNewlines())
    let part = { (name: String) in
      parts.filter {
        $0.output.1 == name && $0.output.2.contains(name == "total" ? "all labels" : "label-")
      }.map(\.output.2)
    }
    #expect(part("first")[0].contains("label-8<") && !part("first")[0].contains("label-9<"))
    #expect(part("rest")[0].matches(of: /label-/).count == 69)
    // The sum stays in sight.
    #expect(part("total")[0].contains("all labels"))
    #expect(report.markdown().contains("label-77 |"))
    #expect(!SampleReport.full().html().contains("more rows</summary>"))
    report.split?.labels = (1...1_500).map { .init(label: "label-\($0)", counts: [8, 1, 1]) }
    for text in [report.html(), report.markdown()] {
      #expect(text.contains("the first 1,000 of 1,500; report.json has all"))
      #expect(text.contains("label-1000") && !text.contains("label-1001"))
      #expect(text.contains("all labels"))
    }
  }

  /// On a narrow page each cell of a wide table with texts says its column.
  @Test func cellsOfStackedTablesNameTheirColumns() {
    let html = SampleReport.full().html()
    let stacked = html.matches(of: /<div class="table stacked".*?<\/table>/.dotMatchesNewlines())
    let topics = stacked.first { $0.output.contains("arcade") }
    #expect(topics?.output.contains(#"data-name="main label""#) == true)
    let bins = html.matches(of: /<div class="table".*?<\/table>/.dotMatchesNewlines())
      .first { $0.output.contains("Histogram of") }
    #expect(bins != nil && bins?.output.contains("data-name") == false)
  }

  @Test func leftOutRecordsAreListedByKind() throws {
    let report = SampleReport.full()
    for text in [report.html(), report.markdown()] {
      #expect(text.contains("exact: 121, 12 of them listed"))
      #expect(text.contains("dropped by hand: 1"))
      #expect(text.contains("copy-12") && text.contains("first-12"))
      #expect(text.contains("exact · longest"))
      #expect(text.contains("13 of 122 records left out"))
      #expect(text.contains("simcurate export indexes/debian --what removals"))
      #expect(text.contains("numbers: 48, 1 of them listed"))
      #expect(text.contains("table conflicts of catalog.sqlite has all"))
    }
    let html = report.html()
    let listing = try #require(
      html.firstMatch(of: /<div class="listing">.*?<\/div>\n/.dotMatchesNewlines()))
    // Folded without a script, which only filters.
    #expect(listing.output.contains("<details><summary>exact: 121"))
    #expect(html.contains("querySelectorAll(\".listing\")"))
  }

  /// Topics and groups are called by their words, in front of the names that commands take.
  @Test func topicsAreCalledByTheirWords() {
    for text in [SampleReport.full().html(), SampleReport.full().markdown()] {
      #expect(text.contains("rust, source, crate"))
      #expect(text.contains("dictionary, english, german (topic 24)"))
    }
  }

  /// Headings, captions and summaries stand in the Markdown text in the order of the page.
  @Test func markdownHasTheSameOrder() throws {
    for report in [SampleReport.full(), SampleReport.dedupOnly()] {
      let places = report.html().matches(
        of: /<(h2|h3|summary|caption|figcaption)>(.*?)<\/(?:h2|h3|summary|caption|figcaption)>/)
      var rest = plain(report.markdown())[...]
      #expect(places.count > 8)
      for place in places where place.output.2 != "as numbers" {
        let words = plain(String(place.output.2))
        let found = try #require(rest.range(of: words), "not in order: \(words)")
        rest = rest[found.upperBound...]
      }
    }
  }

  /// The page holds nothing that its JSON form does not: it can be made from that alone.
  @Test func thePageIsMadeOfItsJSON() throws {
    let report = SampleReport.full()
    let read = try Report(json: report.json())
    #expect(read.html() == report.html())
    #expect(read.markdown() == report.markdown())
  }

  private func plain(_ text: String) -> String {
    var text = text.replacingOccurrences(of: "\\", with: "")
    for (name, sign) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacingOccurrences(of: name, with: sign)
    }
    return text
  }
}
