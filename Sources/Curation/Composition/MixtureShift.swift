import Foundation

/// By how much a selection changed the mixture of groups, and whether chance explains it.
public struct MixtureShift: Codable, Hashable, Sendable {
  /// The least distance worth a warning: below it a shift may be real and still means little.
  public static let leastDistance = 0.02
  /// A shift that chance brings about less often than this is taken for real.
  public static let level = 0.01

  /// Total variation distance of the shares before and after, 0 to 1: the part of the records that
  /// would have to change groups to have the old mixture again.
  public var distance: Double
  /// How often records left out at random, whatever their group, change the mixture as much; 1 where
  /// nothing was left out.
  public var probability: Double

  /// Whether the mixture shifted by more than chance and by enough to matter.
  public var isShift: Bool { distance >= Self.leastDistance && probability < Self.level }

  /// - Parameters:
  ///   - before: records of every group.
  ///   - after: those of them that stayed, at most as many.
  public init(before: [Int], after: [Int]) {
    precondition(before.count == after.count, "the same groups before and after")
    precondition(zip(before, after).allSatisfy { $0 >= $1 && $1 >= 0 }, "more after than before")
    let (all, kept) = (before.reduce(0, +), after.reduce(0, +))
    guard all > kept, kept > 0 else {
      (distance, probability) = (0, 1)
      return
    }
    distance =
      zip(before, after).reduce(0) { sum, group in
        sum + abs(Double(group.0) / Double(all) - Double(group.1) / Double(kept))
      } / 2
    probability = Self.probability(before, after, keptShare: Double(kept) / Double(all))
  }

  /// Pearson's chi-square test that every group keeps the same share. Groups are joined from the
  /// smallest up until at least 5 records are expected on either side.
  private static func probability(_ before: [Int], _ after: [Int], keptShare: Double) -> Double {
    let least = min(keptShare, 1 - keptShare)
    var cells: [(before: Int, after: Int)] = []
    var open = (before: 0, after: 0)
    for group in before.indices.sorted(by: { (before[$0], $0) < (before[$1], $1) }) {
      open.before += before[group]
      open.after += after[group]
      if Double(open.before) * least >= 5 {
        cells.append(open)
        open = (0, 0)
      }
    }
    if let last = cells.indices.last {
      cells[last].before += open.before
      cells[last].after += open.after
    }
    guard cells.count > 1 else { return 1 }
    let statistic = cells.reduce(0.0) { sum, cell in
      let expected = Double(cell.before) * keptShare
      let difference = Double(cell.after) - expected
      return sum + difference * difference / (expected * (1 - keptShare))
    }
    return upperTail(chiSquare: statistic, degrees: Double(cells.count - 1))
  }

  /// The chance that chi-square exceeds a value, by the approximation of Wilson and Hilferty (1931),
  /// within about 0.01 for one degree of freedom and better for more.
  static func upperTail(chiSquare: Double, degrees: Double) -> Double {
    let spread = 2 / (9 * degrees)
    let deviate = (cbrt(chiSquare / degrees) - (1 - spread)) / spread.squareRoot()
    return erfc(deviate / 2.0.squareRoot()) / 2
  }
}
