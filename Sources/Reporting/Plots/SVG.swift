/// A drawing under construction. Colors come from the page's style sheet by class name, so that a
/// plot follows the light and the dark scheme.
struct SVG {
  static let width = 480.0

  enum Anchor: String { case start, middle, end }

  private var body = ""

  mutating func line(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ style: String
  ) {
    body += "<line x1=\"\(n(from.x))\" y1=\"\(n(from.y))\" x2=\"\(n(to.x))\" y2=\"\(n(to.y))\""
    body += " class=\"\(style)\"/>"
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ style: String, title: String? = nil
  ) {
    let size = "width=\"\(n(max(0, width)))\" height=\"\(n(max(0, height)))\""
    let tip = title.map { "<title>\(clean($0))</title>" } ?? ""
    body += "<rect x=\"\(n(x))\" y=\"\(n(y))\" \(size) class=\"\(style)\">\(tip)</rect>"
  }

  mutating func text(
    _ text: String, x: Double, y: Double, _ style: String = "label", anchor: Anchor = .start
  ) {
    body += "<text x=\"\(n(x))\" y=\"\(n(y))\" class=\"\(style)\" text-anchor=\"\(anchor)\">"
    body += clean(text) + "</text>"
  }

  /// A polyline through `points`; what is not finite interrupts it.
  mutating func path(_ points: [(x: Double, y: Double)], _ style: String) {
    var commands = ""
    var isDrawing = false
    for point in points {
      guard point.x.isFinite, point.y.isFinite else {
        isDrawing = false
        continue
      }
      commands += "\(isDrawing ? "L" : "M")\(n(point.x)) \(n(point.y))"
      isDrawing = true
    }
    body += "<path d=\"\(commands)\" class=\"\(style)\"/>"
  }

  /// A mark whose shape, not only its color, tells series apart.
  mutating func mark(_ series: Int, x: Double, y: Double, title: String? = nil) {
    let r = 4.5
    let corners: [(Double, Double)] =
      switch series % 5 {
      case 1: [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
      case 2: [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
      case 3: [(0, -1.2), (1.15, 0.85), (-1.15, 0.85)]
      case 4: [(0, 1.2), (1.15, -0.85), (-1.15, -0.85)]
      default: []
      }
    let tip = title.map { "<title>\(clean($0))</title>" } ?? ""
    let style = "class=\"fill\(series % 6)\""
    if corners.isEmpty {
      body += "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(r)\" \(style)>\(tip)</circle>"
    } else {
      let points = corners.map { "\(n(x + r * $0.0)),\(n(y + r * $0.1))" }.joined(separator: " ")
      body += "<polygon points=\"\(points)\" \(style)>\(tip)</polygon>"
    }
  }

  /// The finished element, described for those who cannot see it.
  func element(height: Double, description: String) -> String {
    "<svg viewBox=\"0 0 \(n(Self.width)) \(n(height))\" role=\"img\" "
      + "aria-label=\"\(clean(description))\">"
      + "<title>\(clean(description))</title>\(body)</svg>"
  }

  private func clean(_ text: String) -> String {
    escapedMarkup(CleanText.shown(text, length: 300))
  }

  private func n(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() && abs(rounded) < 1e9
      ? String(Int(rounded)) : String(rounded)
  }
}

/// The frame of a plot with both axes.
struct PlotFrame {
  let x: Scale
  let y: Scale
  static let left = 48.0
  static let right = SVG.width - 12
  static let top = 26.0
  static let bottom = 222.0
  static let height = 262.0

  init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.x = Scale(values: x, positions: (Self.left, Self.right))
    self.y = Scale(values: y, positions: (Self.bottom, Self.top))
  }

  /// Horizontal grid lines with their values, and values under the base line.
  func draw(
    in svg: inout SVG, xTitle: String, yTitle: String, yLabel: ((Double) -> String)? = nil
  ) {
    for tick in y.ticks(count: 4) {
      svg.line((Self.left, y(tick)), (Self.right, y(tick)), "grid")
      svg.text(
        yLabel?(tick) ?? y.label(tick), x: Self.left - 6, y: y(tick) + 4, "tick", anchor: .end)
    }
    for tick in x.ticks() {
      svg.line((x(tick), Self.bottom), (x(tick), Self.bottom + 4), "axis")
      svg.text(x.label(tick), x: x(tick), y: Self.bottom + 17, "tick", anchor: .middle)
    }
    svg.line((Self.left, Self.bottom), (Self.right, Self.bottom), "axis")
    svg.text(yTitle, x: 4, y: 12, "tick")
    svg.text(
      xTitle, x: (Self.left + Self.right) / 2, y: Self.bottom + 34, "tick", anchor: .middle)
  }
}
