import Study

/// Estimates as dots with their 95% intervals as whiskers, one below the other, names at the left and
/// numbers at the right: a forest plot, where they are differences.
struct IntervalPlot {
  struct Row {
    var name: String
    /// Chooses color and shape.
    var series: Int
    var estimate: Estimate
    /// Half-width of a band around zero, in the estimate's unit: the margin of equivalence.
    var band: Double?
    /// A few characters behind the numbers.
    var note = ""
    /// Drawn as a diamond as wide as its interval, as the sum of other rows.
    var isSum = false
  }

  /// Rows under a common heading.
  var groups: [(heading: String, rows: [Row])]
  /// Values are shown with their sign and a line at zero, instead of as scores.
  var isDifference: Bool
  /// What differences are of is a share: they are shown in points.
  var isShare = true
  /// The score that says nothing, where there is one: a line is drawn there.
  var reference: Double?
  var axisTitle: String
  var description: String

  private static let rowHeight = 19.0
  private static let headingHeight = 22.0

  /// Where the axis starts: right of the longest name, of those up to a third of the drawing.
  private var left: Double {
    let names = groups.flatMap { $0.rows.map(\.name) }
    let widest = names.map { SVG.Style.label.width(of: CleanText.shown($0)) }.max() ?? 0
    return min(widest, SVG.width / 3) + 12
  }

  /// Where it ends: left of the longest numbers.
  private var right: Double { notesLeft - 10 - widest(SVG.width * 0.37) { short($0.estimate) } }

  /// Where the notes start.
  private var notesLeft: Double {
    let widest = widest(SVG.width / 6, \.note)
    return SVG.width - (widest > 0 ? widest + 8 : 0)
  }

  /// Width of the longest text of all rows, up to `most`.
  private func widest(_ most: Double, _ text: (Row) -> String) -> Double {
    min(most, groups.flatMap { $0.rows.map { SVG.Style.tick.width(of: text($0)) } }.max() ?? 0)
  }

  func element() -> String {
    let estimates = groups.flatMap { $0.rows.map(\.estimate) }
    let bands = groups.flatMap { $0.rows.compactMap(\.band) }
    let scale = Scale(
      values: Scale.range(
        of: estimates.flatMap { [$0.low, $0.high, $0.value] }.map { $0 * unit },
        including: [line].compactMap { $0 } + bands.flatMap { [$0 * unit, -$0 * unit] }),
      positions: (left, right))
    var svg = SVG()
    let ticks = scale.ticksThatFit(.tick)
    var y = 6.0
    for group in groups {
      if !group.heading.isEmpty {
        svg.text(group.heading, x: 2, y: y + 15, .strong)
        y += Self.headingHeight
      }
      // No line runs through a heading.
      let end = y + Double(group.rows.count) * Self.rowHeight
      for (place, row) in group.rows.enumerated() {
        drawBand(row, y: y + (Double(place) + 0.5) * Self.rowHeight, in: &svg, scale)
      }
      for tick in ticks {
        let isLine = line.map { abs(tick - $0) < 1e-9 } ?? false
        svg.line((scale(tick), y - 2), (scale(tick), end), isLine ? "zero" : "grid")
      }
      for row in group.rows {
        draw(row, y: y + Self.rowHeight / 2, in: &svg, scale)
        y += Self.rowHeight
      }
    }
    let bottom = y
    for tick in ticks {
      svg.text(scale.label(tick), x: scale(tick), y: bottom + 15, .tick, anchor: .middle)
    }
    svg.text(axisTitle, x: (left + right) / 2, y: bottom + 32, .tick, anchor: .middle)
    return svg.element(height: bottom + 40, description: description)
  }

  private var unit: Double { isDifference && isShare ? 100 : 1 }

  private var line: Double? { isDifference ? 0 : reference }

  private func signed(_ value: Double) -> String {
    NumberText.difference(value, isShare ? .accuracy : .meanScore)
  }

  /// Before the lines, which go through it.
  private func drawBand(_ row: Row, y: Double, in svg: inout SVG, _ scale: Scale) {
    guard let band = row.band, band.isFinite else { return }
    let from = scale(-band * unit)
    svg.rectangle(
      x: from, y: y - 6, width: scale(band * unit) - from, height: 12, "band",
      title: "the margin: differences surely inside this band count as none")
  }

  private func draw(_ row: Row, y: Double, in svg: inout SVG, _ scale: Scale) {
    let estimate = row.estimate
    let (left, right) = scale.positions
    svg.text(row.name, x: left - 10, y: y + 4, anchor: .end, width: left - 10)
    svg.text(short(estimate), x: right + 8, y: y + 4, .tick, width: notesLeft - right - 8)
    if !row.note.isEmpty {
      svg.text(row.note, x: notesLeft + 8, y: y + 4, .tick, width: SVG.width - notesLeft - 8)
    }
    guard [estimate.value, estimate.low, estimate.high].allSatisfy(\.isFinite) else { return }
    let (low, high) = (scale(estimate.low * unit), scale(estimate.high * unit))
    if row.isSum {
      svg.diamond(from: low, center: scale(estimate.value * unit), to: high, y: y)
      return
    }
    svg.line((low, y), (high, y), "whisker stroke\(row.series % 6)")
    for end in [low, high] {
      svg.line((end, y - 3), (end, y + 3), "whisker stroke\(row.series % 6)")
    }
    let interval =
      isDifference
      ? "\(signed(estimate.value)) (\(signed(estimate.low)) to \(signed(estimate.high)))"
      : NumberText.scored(estimate)
    svg.mark(row.series, x: scale(estimate.value * unit), y: y, title: "\(row.name): \(interval)")
  }

  /// Two places, and the interval in brackets.
  private func short(_ estimate: Estimate) -> String {
    if [estimate.value, estimate.low, estimate.high].contains(where: { !$0.isFinite }) {
      return "not a number"
    }
    if isDifference {
      return "\(signed(estimate.value)) [\(signed(estimate.low)), \(signed(estimate.high))]"
    }
    return "\(NumberText.decimal(estimate.value, 2)) [\(NumberText.decimal(estimate.low, 2)), "
      + "\(NumberText.decimal(estimate.high, 2))]"
  }
}
