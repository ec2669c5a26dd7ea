import Foundation
import Neighbors
import Testing

/// The int8 filter must let every pair through whose score reaches the threshold. A join at the
/// exact score of a pair is the sharpest test: a bound too tight by one unit loses that pair.
@Suite struct FilterBoundTests {
  private static let worlds: [World] = [
    .random(rows: 40, dimension: 96, seed: 21),
    .random(rows: 40, dimension: 200, seed: 22),
    .clustered(rows: 60, dimension: 128, clusters: 4, noise: 1.2, seed: 23),
    .adversarial(dimension: 150, threshold: 0.9),
    oneHot(rows: 70, dimension: 70),
    spread(rows: 30, dimension: 90),
  ]

  /// Axes and sums of two axes: nothing about them is evenly spread.
  private static func oneHot(rows: Int, dimension: Int) -> World {
    World(
      "one-hot",
      (0..<rows).map { row in
        (0..<dimension).map { $0 == row % dimension || $0 == (row * 7) % dimension ? 1 : 0 }
      }, dimension: dimension)
  }

  /// Lengths from a thousandth to a thousand: residuals dwarf the typical step.
  private static func spread(rows: Int, dimension: Int) -> World {
    var generator = Generator(24)
    return World(
      "spread",
      (0..<rows).map { row in
        let length = Float(pow(10, Double(row % 7 - 3)))
        return (0..<dimension).map { _ in length * generator.uniform() }
      }, dimension: dimension, normalized: false)
  }

  @Test(arguments: worlds.indices)
  func noPairIsLostAtItsOwnScore(index: Int) throws {
    let world = Self.worlds[index]
    let all = world.pairs(threshold: -.greatestFiniteMagnitude)
    var generator = Generator(UInt64(index))
    for _ in 0..<12 {
      let threshold = all.randomElement(using: &generator)!.score
      let found = try ExactJoin.selfJoin(
        world.vectors, options: JoinOptions(threshold: threshold, filter: .int8))
      #expect(found == all.filter { $0.score >= threshold }, "\(world.name) at \(threshold)")
    }
  }

  @Test func crossJoinOfDifferentDistributions() throws {
    let base = World.clustered(rows: 600, dimension: 100, clusters: 3, noise: 0.2, seed: 31)
    let queries = World.random(rows: 300, dimension: 100, seed: 32)
    let options = { JoinOptions(threshold: 0.1, filter: $0) }
    let slow = try ExactJoin.crossJoin(
      queries: queries.vectors, base: base.vectors, options: options(.float32))
    let fast = try ExactJoin.crossJoin(
      queries: queries.vectors, base: base.vectors, options: options(.int8))
    #expect(slow.count > 100)
    #expect(fast == slow)
  }
}
