import Foundation
import Reporting
import Study
import Testing

@Suite struct ProbePageTests {
  private func estimate(_ value: Double) -> [String: Any] {
    [
      "value": value, "low": value - 0.1, "high": value + 0.1, "standardError": 0.05,
      "degreesOfFreedom": 19, "items": 40, "groups": 20, "seeds": 1,
    ]
  }

  private func layers(_ count: Int) -> [[String: Any]] {
    (0...count).map { layer in
      var states: [String: Any] = [:]
      for measure in StateMeasure.allCases { states[measure.rawValue] = estimate(Double(layer)) }
      var attention: [String: Any] = [:]
      for measure in AttentionMeasure.allCases where layer > 0 && measure != .near {
        attention[measure.rawValue] = estimate(0.3)
      }
      return [
        "layer": layer, "states": states, "attention": attention,
        "heads": layer > 0 ? [attention, attention] : [],
      ]
    }
  }

  private func result(_ name: String, arms: Int = 2, layers count: Int = 1) throws -> ProbeResult {
    let arm: [String: Any] = [
      "name": name, "models": [name, name], "repeatedTexts": 3, "cutTexts": 0,
      "layers": layers(count),
      "alignment": (0...count).map { _ in (0...count).map { $0 == 0 ? NSNull() : 0.5 as Any } },
      "alignmentBetweenSeeds": (0...count).map { $0 == 0 ? NSNull() : estimate(0.9) as Any },
    ]
    let difference: [String: Any] = [
      "arm": name, "baseline": name, "layers": layers(count),
      "alignment": (0...count).map { $0 == 0 ? NSNull() : estimate(0.8) as Any },
    ]
    let fields: [String: Any] = [
      "format": 1, "source": name, "texts": 40, "groups": 40, "blocks": 20, "seed": 0, "near": 0.4,
      "arms": Array(repeating: arm, count: arms),
      "differences": Array(repeating: difference, count: arms - 1),
    ]
    return try JSONDecoder().decode(
      ProbeResult.self, from: JSONSerialization.data(withJSONObject: fields))
  }

  @Test(arguments: MarkupTests.attacks)
  func hostileNamesStayText(name: String) throws {
    let html = try result(name).html()
    try expectWellFormed(html)
    let plain = try ["plain", String(repeating: "long ", count: 5_000)].reduce(into: Set()) {
      $0.formUnion(elements(try result($1).html()))
    }
    #expect(elements(html).subtracting(plain) == [])
  }

  @Test func everyFigureHasItsParagraphAndItsNumbers() throws {
    let html = try result("raw").html()
    let figures = html.components(separatedBy: "<figure>").dropFirst()
    // Five of states, five of attention (no token was near), three maps for each arm, alignment of layers for
    // each and of arms, eight differences; those without a value are left out.
    #expect(figures.count == 5 + 5 + 6 + 3 + 7)
    for figure in figures {
      let caption = figure.components(separatedBy: "<figcaption>").last ?? ""
      #expect(caption.prefix { $0 != "<" }.count > 80)
      #expect(figure.contains("<svg") && figure.contains("as numbers"))
    }
    let alone = try result("raw", arms: 1).html()
    #expect(!alone.contains("What differs") && alone.contains("How alike are layers"))
  }

  @Test func deepModelsFit() throws {
    try expectWellFormed(try result("deep", layers: 16).html())
  }
}
