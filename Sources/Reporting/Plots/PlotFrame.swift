/// The frame of a plot with both axes.
struct PlotFrame {
  let x: Scale
  let y: Scale
  let left: Double
  let right: Double
  private let yLabel: (Double) -> String
  static let top = 30.0
  static let bottom = 206.0
  static let height = 244.0

  /// - Parameter yUnit: what follows the values of the vertical axis.
  init(x: ClosedRange<Double>, y: ClosedRange<Double>, yUnit: String = "") {
    let vertical = Scale(values: y, positions: (Self.bottom, Self.top))
    let yLabel = { vertical.label($0) + yUnit }
    self.y = vertical
    self.yLabel = yLabel
    // Room for the widest value at the left, and for half of the last one at the right.
    left = 10 + (vertical.ticks(count: 4).map { SVG.Style.tick.width(of: yLabel($0)) }.max() ?? 0)
    let across = Scale(values: x, positions: (left, SVG.width - 12))
    let last = SVG.Style.tick.width(of: across.label(x.upperBound))
    right = SVG.width - max(4, last / 2)
    self.x = Scale(values: x, positions: (left, right))
  }

  /// Horizontal grid lines with their values, and values under the base line.
  func draw(in svg: inout SVG, xTitle: String, yTitle: String) {
    for tick in y.ticks(count: 4) {
      svg.line((left, y(tick)), (right, y(tick)), "grid")
      svg.text(yLabel(tick), x: left - 6, y: y(tick) + 4, .tick, anchor: .end)
    }
    for tick in x.ticksThatFit(.tick) {
      svg.line((x(tick), Self.bottom), (x(tick), Self.bottom + 4), "axis")
      svg.text(x.label(tick), x: x(tick), y: Self.bottom + 17, .tick, anchor: .middle)
    }
    svg.line((left, Self.bottom), (right, Self.bottom), "axis")
    svg.text(yTitle, x: 2, y: 12, .tick)
    svg.text(xTitle, x: (left + right) / 2, y: Self.bottom + 33, .tick, anchor: .middle)
  }

  /// Names of series under the plot, in as many lines as it takes.
  ///
  /// - Returns: the drawing's height.
  static func drawLegend(_ names: [(name: String, series: Int)], in svg: inout SVG) -> Double {
    let swatch = 24.0
    var (x, y) = (2.0, height + 10)
    for (name, series) in names {
      let width = min(SVG.Style.label.width(of: CleanText.shown(name)), 130)
      if x > 2, x + swatch + width > SVG.width { (x, y) = (2, y + 18) }
      svg.line((x, y - 4), (x + 18, y - 4), "legend stroke\(series)")
      svg.text(name, x: x + swatch, y: y, width: width)
      x += swatch + width + 16
    }
    return y + 8
  }

  /// A text at `x`, on the side of it where there is room.
  func note(_ text: String, x: Double, y: Double, _ style: SVG.Style, in svg: inout SVG) {
    let isRight = x + 6 + style.width(of: text) <= SVG.width
    svg.text(text, x: isRight ? x + 6 : x - 6, y: y, style, anchor: isRight ? .start : .end)
  }
}
