import Study

/// Estimates as dots with their 95% intervals as whiskers, one below the other.
struct IntervalPlot {
  struct Row {
    var name: String
    /// Chooses color and shape.
    var series: Int
    var estimate: Estimate
    /// Half-width of a band around zero, in the estimate's unit.
    var band: Double?
  }

  /// Rows under a common heading.
  var groups: [(heading: String, rows: [Row])]
  /// Values are shown as points with a line at zero, instead of as scores.
  var isDifference: Bool
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
  private var right: Double {
    let numbers = groups.flatMap { $0.rows.map { short($0.estimate) } }
    let widest = numbers.map { SVG.Style.tick.width(of: $0) }.max() ?? 0
    return SVG.width - 10 - min(widest, SVG.width / 3)
  }

  func element() -> String {
    let estimates = groups.flatMap { $0.rows.map(\.estimate) }
    let bands = groups.flatMap { $0.rows.compactMap(\.band) }
    let scale = Scale(
      values: Scale.range(
        of: estimates.flatMap { [$0.low, $0.high, $0.value] }.map { $0 * unit },
        including: isDifference ? [0] + bands.flatMap { [$0 * unit, -$0 * unit] } : []),
      positions: (left, right))
    var svg = SVG()
    let bottom =
      6
      + groups.reduce(0) {
        $0 + ($1.heading.isEmpty ? 0 : Self.headingHeight) + Double($1.rows.count) * Self.rowHeight
      }
    for tick in scale.ticksThatFit(.tick) {
      let isZero = isDifference && abs(tick) < 1e-9
      svg.line((scale(tick), 4), (scale(tick), bottom), isZero ? "zero" : "grid")
      svg.text(scale.label(tick), x: scale(tick), y: bottom + 15, .tick, anchor: .middle)
    }
    var y = 6.0
    for group in groups {
      if !group.heading.isEmpty {
        svg.text(group.heading, x: 2, y: y + 15, .strong)
        y += Self.headingHeight
      }
      for row in group.rows {
        draw(row, y: y + Self.rowHeight / 2, in: &svg, scale)
        y += Self.rowHeight
      }
    }
    svg.text(axisTitle, x: (left + right) / 2, y: bottom + 32, .tick, anchor: .middle)
    return svg.element(height: bottom + 40, description: description)
  }

  private var unit: Double { isDifference ? 100 : 1 }

  private func draw(_ row: Row, y: Double, in svg: inout SVG, _ scale: Scale) {
    let estimate = row.estimate
    let (left, right) = scale.positions
    svg.text(row.name, x: left - 10, y: y + 4, anchor: .end, width: left - 10)
    if let band = row.band, band.isFinite {
      let from = scale(-band * unit)
      svg.rectangle(
        x: from, y: y - 6, width: scale(band * unit) - from, height: 12, "band",
        title: "an effect inside this band could have gone unseen")
    }
    guard [estimate.value, estimate.low, estimate.high].allSatisfy(\.isFinite) else {
      svg.text(short(estimate), x: right + 8, y: y + 4, .tick, width: SVG.width - right - 8)
      return
    }
    let (low, high) = (scale(estimate.low * unit), scale(estimate.high * unit))
    svg.line((low, y), (high, y), "whisker stroke\(row.series % 6)")
    for end in [low, high] {
      svg.line((end, y - 3), (end, y + 3), "whisker stroke\(row.series % 6)")
    }
    let interval =
      isDifference
      ? "\(NumberText.points(estimate.value)) (\(NumberText.points(estimate.low)) to "
        + "\(NumberText.points(estimate.high)))"
      : NumberText.scored(estimate)
    svg.mark(row.series, x: scale(estimate.value * unit), y: y, title: "\(row.name): \(interval)")
    svg.text(short(estimate), x: right + 8, y: y + 4, .tick, width: SVG.width - right - 8)
  }

  /// Two places, and the interval in brackets.
  private func short(_ estimate: Estimate) -> String {
    if [estimate.value, estimate.low, estimate.high].contains(where: { !$0.isFinite }) {
      return "not a number"
    }
    if isDifference {
      return "\(NumberText.points(estimate.value)) [\(NumberText.points(estimate.low)), "
        + "\(NumberText.points(estimate.high))]"
    }
    return "\(NumberText.decimal(estimate.value, 2)) [\(NumberText.decimal(estimate.low, 2)), "
      + "\(NumberText.decimal(estimate.high, 2))]"
  }
}
