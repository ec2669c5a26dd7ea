/// Training loss by step: a thin line a seed, colored by arm.
struct LossPlot {
  var curves: [StudySection.Curve]
  var arms: [String]

  /// More points than this a curve are averaged in equal stretches; no screen shows them.
  private static let mostPoints = 80

  func element() -> String {
    let thinned = curves.map { Self.thinned($0.points) }
    let points = thinned.joined()
    let frame = PlotFrame(
      x: Scale.range(of: points.map(\.x), including: [0]),
      y: Scale.range(of: points.map(\.y), including: [0]))
    var svg = SVG()
    frame.draw(in: &svg, xTitle: "optimizer step", yTitle: "training loss")
    for (curve, points) in zip(curves, thinned) {
      let series = (arms.firstIndex(of: curve.arm) ?? 0) % 6
      svg.path(
        points.map { ($0.x.isFinite ? frame.x($0.x) : .nan, $0.y.isFinite ? frame.y($0.y) : .nan) },
        "loss stroke\(series)")
    }
    let drawn = arms.filter { arm in curves.contains { $0.arm == arm } }.prefix(8)
    let height = PlotFrame.drawLegend(
      drawn.map { ($0, arms.firstIndex(of: $0)! % 6) }, in: &svg)
    return svg.element(
      height: height,
      description: "Training loss by optimizer step, one thin line for each seed, colored by arm")
  }

  private static func thinned(_ points: [StudySection.Curve.Point]) -> [(x: Double, y: Double)] {
    let stride = max(1, (points.count + mostPoints - 1) / mostPoints)
    return Swift.stride(from: 0, to: points.count, by: stride).map { start in
      let stretch = points[start..<min(start + stride, points.count)]
      let count = Double(stretch.count)
      return (
        stretch.reduce(0) { $0 + Double($1.step) } / count,
        stretch.reduce(0) { $0 + $1.loss } / count
      )
    }
  }
}
