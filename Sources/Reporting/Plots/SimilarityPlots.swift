extension SimilaritySection {
  /// Counts per bin, with what the threshold calls near-duplicates set apart.
  func histogramPlot() -> String {
    let counts = bins.map { Double($0.count) }
    let frame = PlotFrame(
      x: Scale.range(of: bins.map(\.low) + bins.map(\.high)),
      y: Scale.range(of: counts, including: [0, 1]))
    var svg = SVG()
    frame.draw(in: &svg, xTitle: "cosine similarity", yTitle: "records")
    for bin in bins where bin.low.isFinite && bin.high.isFinite && bin.count > 0 {
      let left = frame.x(bin.low)
      svg.rectangle(
        x: left + 0.5, y: frame.y(Double(bin.count)), width: frame.x(bin.high) - left - 1,
        height: PlotFrame.bottom - frame.y(Double(bin.count)),
        bin.low >= threshold - 1e-9 ? "bar hot" : "bar",
        title: "\(NumberText.score(bin.low)) to \(NumberText.score(bin.high)): "
          + NumberText.integer(bin.count))
    }
    drawThreshold(in: &svg, frame)
    return svg.element(
      height: PlotFrame.height,
      description: "Histogram of \(quantity); the threshold \(NumberText.decimal(threshold, 2)) "
        + "is marked")
  }

  /// Share of records kept at each threshold.
  func retentionPlot() -> String {
    let points = retention.sorted { $0.threshold < $1.threshold }
    let share = { (kept: Int) in 100 * Double(kept) / Double(max(1, records)) }
    let frame = PlotFrame(
      x: Scale.range(of: points.map(\.threshold), including: [threshold]),
      y: Scale.range(of: points.map { share($0.kept) }, including: [100]), yUnit: "%")
    var svg = SVG()
    frame.draw(in: &svg, xTitle: "threshold of the stage semantic", yTitle: "records kept")
    svg.path(points.map { (frame.x($0.threshold), frame.y(share($0.kept))) }, "curve")
    drawThreshold(in: &svg, frame)
    if let here = points.min(by: { abs($0.threshold - threshold) < abs($1.threshold - threshold) }),
      abs(here.threshold - threshold) < 0.005
    {
      let (x, y) = (frame.x(here.threshold), frame.y(share(here.kept)))
      svg.mark(5, x: x, y: y)
      frame.note(
        "\(NumberText.decimal(share(here.kept), 1))% kept", x: x, y: y + 18, .strong, in: &svg)
    }
    return svg.element(
      height: PlotFrame.height,
      description: "Share of records kept at each threshold of the stage semantic")
  }

  private func drawThreshold(in svg: inout SVG, _ frame: PlotFrame) {
    guard threshold.isFinite else { return }
    let x = frame.x(threshold)
    svg.line((x, PlotFrame.top - 16), (x, PlotFrame.bottom), "threshold")
    frame.note(
      "threshold \(NumberText.decimal(threshold, 2))", x: x, y: PlotFrame.top - 8, .hot, in: &svg)
  }
}
