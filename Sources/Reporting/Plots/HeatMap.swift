/// Numbers as depths of color, in rows and columns, from 0 up.
struct HeatMap {
  var title: String
  var rowTitle: String
  var columnTitle: String
  var rows: [String]
  var columns: [String]
  /// `[row][column]`; nil is left empty.
  var values: [[Double?]]
  /// What the deepest color stands for; the largest value if nil.
  var most: Double?
  /// Chooses the color.
  var series = 1

  private static let top = 34.0
  private static let left = 34.0
  private static let tallest = 22.0

  func element() -> String {
    let top = most ?? values.joined().compactMap(\.self).max() ?? 1
    let width = (SVG.width - Self.left - 2) / Double(max(1, columns.count))
    let height = min(width, Self.tallest)
    var svg = SVG()
    svg.text(title, x: 2, y: 12, .tick)
    let bottom = Self.top + height * Double(rows.count)
    let step = max(
      1, (rows.count * 12 + Int(bottom - Self.top) - 1) / max(1, Int(bottom - Self.top)))
    for (row, name) in rows.enumerated() {
      let y = Self.top + Double(row) * height
      if row % step == 0 {
        svg.text(name, x: Self.left - 6, y: y + height / 2 + 4, .tick, anchor: .end)
      }
      for (column, other) in columns.enumerated() {
        guard let value = values[row][column], value.isFinite else { continue }
        svg.cell(
          x: Self.left + Double(column) * width, y: y, width: width - 1, height: height - 1,
          share: top > 0 ? value / top : 0, "fill\(series % 6)",
          title: "\(rowTitle) \(name), \(columnTitle) \(other): \(NumberText.score(value))")
      }
    }
    let room = columns.map { SVG.Style.tick.width(of: $0) }.max() ?? 0
    let stride = max(1, Int(((room + 4) / width).rounded(.up)))
    for (column, name) in columns.enumerated() where column % stride == 0 {
      svg.text(
        name, x: Self.left + (Double(column) + 0.5) * width, y: bottom + 13, .tick, anchor: .middle)
    }
    svg.text(rowTitle, x: 2, y: Self.top - 6, .tick)
    svg.text(columnTitle, x: SVG.width - 2, y: bottom + 29, .tick, anchor: .end)
    drawKey(top, y: bottom + 20, in: &svg)
    return svg.element(
      height: bottom + 36, description: "\(title) by \(rowTitle) and \(columnTitle)")
  }

  /// What the depths stand for.
  private func drawKey(_ top: Double, y: Double, in svg: inout SVG) {
    svg.text("0", x: Self.left, y: y + 9, .tick, anchor: .end)
    for step in 0..<5 {
      let share = Double(step) / 4
      svg.cell(
        x: Self.left + 6 + Double(step) * 18, y: y, width: 17, height: 10, share: share,
        "fill\(series % 6)", title: NumberText.score(share * top))
    }
    svg.text(NumberText.score(top), x: Self.left + 102, y: y + 9, .tick)
  }
}
