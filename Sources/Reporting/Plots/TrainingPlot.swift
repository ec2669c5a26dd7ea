/// A quantity of a training by update: a line, marks, and a vertical rule at the update that was kept.
struct TrainingPlot {
  var line: [(x: Double, y: Double)]
  var marks: [(x: Double, y: Double)]
  var best: Int
  var title: String

  /// More marks hide each other.
  private static let mostMarks = 40

  func element() -> String {
    let points = line + marks
    let frame = PlotFrame(
      x: Scale.range(of: points.map(\.x), including: [0]), y: Scale.range(of: points.map(\.y)))
    var svg = SVG()
    frame.draw(in: &svg, xTitle: "optimizer step", yTitle: title)
    let kept = frame.x(Double(best))
    svg.line((kept, PlotFrame.top), (kept, PlotFrame.bottom), "threshold")
    svg.path(
      line.map { ($0.x.isFinite ? frame.x($0.x) : .nan, $0.y.isFinite ? frame.y($0.y) : .nan) },
      "curve")
    let stride = max(1, (marks.count + Self.mostMarks - 1) / Self.mostMarks)
    for (number, mark) in marks.enumerated() where mark.y.isFinite && mark.x.isFinite {
      guard number % stride == 0 || mark.x == Double(best) else { continue }
      svg.mark(
        0, x: frame.x(mark.x), y: frame.y(mark.y),
        title: "\(NumberText.score(mark.y)) after \(NumberText.decimal(mark.x, 0))")
    }
    return svg.element(
      height: PlotFrame.height,
      description:
        "\(title) by optimizer step; a dashed line marks the step whose weights were kept")
  }
}
