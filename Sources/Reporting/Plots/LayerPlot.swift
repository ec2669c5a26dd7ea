import Study

/// A measure by layer: a line for each series with its 95% interval as a band.
struct LayerPlot {
  struct Series {
    var name: String
    /// Chooses color and shape.
    var number: Int
    var points: [(layer: Int, estimate: Estimate)]
  }

  var series: [Series]
  var title: String
  /// A value that is drawn as a line across: what says nothing.
  var reference: Double?

  func element() -> String {
    let points = series.flatMap(\.points)
    let layers = points.map { Double($0.layer) }
    let frame = PlotFrame(
      x: (layers.min() ?? 0)...max((layers.max() ?? 0), (layers.min() ?? 0) + 1),
      y: Scale.range(
        of: points.flatMap { [$0.estimate.low, $0.estimate.high, $0.estimate.value] },
        including: reference.map { [$0] } ?? []))
    var svg = SVG()
    frame.draw(in: &svg, xTitle: "layer", yTitle: title)
    if let reference {
      svg.line((frame.left, frame.y(reference)), (frame.right, frame.y(reference)), "zero")
    }
    for line in series {
      func places(_ value: KeyPath<Estimate, Double>) -> [(x: Double, y: Double)] {
        line.points.map { (frame.x(Double($0.layer)), frame.y($0.estimate[keyPath: value])) }
      }
      svg.band(places(\.low), places(\.high), "fill\(line.number % 6)")
      svg.path(places(\.value), "loss stroke\(line.number % 6)")
      for (point, place) in zip(line.points, places(\.value)) {
        svg.mark(
          line.number, x: place.x, y: place.y,
          title: "\(line.name), layer \(point.layer): \(NumberText.scored(point.estimate))")
      }
    }
    let height =
      series.count > 1
      ? PlotFrame.drawLegend(series.prefix(8).map { ($0.name, $0.number % 6) }, in: &svg)
      : PlotFrame.height
    return svg.element(height: height, description: "\(title) by layer, with 95% intervals")
  }
}
