/// A drawing under construction. Colors come from the page's style sheet by class name, so that a
/// plot follows the light and the dark scheme.
struct SVG {
  /// Width of every drawing, which the page scales to its own: about 1 on a phone, 1.2 elsewhere.
  static let width = 400.0
  static let labelSize = 11.5
  static let tickSize = 10.5

  enum Anchor: String { case start, middle, end }

  /// The kinds of text, by their class in the style sheet.
  enum Style: String {
    case tick, label
    case strong = "label strong"
    case hot = "label hot"

    /// Height of the font; bold letters are wider, as if it were higher.
    var size: Double {
      switch self {
      case .tick: SVG.tickSize
      case .label, .hot: SVG.labelSize
      case .strong: SVG.labelSize * 1.1
      }
    }

    func width(of text: String) -> Double { TextWidth.estimate(text, size: size) }
  }

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

  /// A rectangle as deep in color as `share` of 1, for maps of numbers.
  mutating func cell(
    x: Double, y: Double, width: Double, height: Double, share: Double, _ style: String,
    title: String
  ) {
    let depth = NumberText.decimal(min(max(share, 0), 1), 2)
    body += "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\""
    body += " class=\"\(style)\" fill-opacity=\"\(depth)\"><title>\(clean(title))</title></rect>"
  }

  /// The area between two lines of equally many points.
  mutating func band(
    _ low: [(x: Double, y: Double)], _ high: [(x: Double, y: Double)], _ style: String
  ) {
    let points = (low + high.reversed()).filter { $0.x.isFinite && $0.y.isFinite }
    guard points.count > 2 else { return }
    let corners = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    body += "<polygon points=\"\(corners)\" class=\"\(style)\" fill-opacity=\"0.18\"/>"
  }

  /// - Parameter width: the room there is; a longer text is cut, and shown whole as a tooltip.
  mutating func text(
    _ text: String, x: Double, y: Double, _ style: Style = .label, anchor: Anchor = .start,
    width: Double = SVG.width
  ) {
    let text = CleanText.shown(text, length: 300)
    let shown = TextWidth.fitted(text, to: width, size: style.size)
    body += "<text x=\"\(n(x))\" y=\"\(n(y))\" class=\"\(style.rawValue)\" "
    body += "text-anchor=\"\(anchor)\">\(clean(shown))"
    body += (shown == text ? "" : "<title>\(clean(text))</title>") + "</text>"
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

  /// A diamond as wide as an interval.
  mutating func diamond(from low: Double, center: Double, to high: Double, y: Double) {
    let points = [(low, y), (center, y - 6), (high, y), (center, y + 6)]
    body += "<polygon points=\"\(points.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " "))\" "
    body += "class=\"fill5\"/>"
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
