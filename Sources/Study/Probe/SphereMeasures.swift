import Foundation

/// What the directions of states say, as points on the sphere (Wang and Isola, "Understanding contrastive
/// representation learning through alignment and uniformity on the hypersphere", 2020).
extension StateMatrix {
  /// Rows of length 1; those of zeros stay.
  private var unit: StateMatrix {
    var result = self
    for row in 0..<texts {
      let range = row * width..<(row + 1) * width
      let length = values[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      if length > 0 { for place in range { result.values[place] /= Float(length) } }
    }
    return result
  }

  /// Uniformity: the logarithm of the mean of exp(−2 d²) over all pairs of different rows, d the distance of
  /// their directions. 0 where all are the same, lower the more evenly they are spread; the least is about −4
  /// in many dimensions. Rows of zeros have cosine 0 with all. O(texts² width).
  public func uniformity(_ blocks: TextBlocks) -> BlockStatistic {
    let cosines = unit.products
    // Of pairs within two blocks, or one.
    var sums = [Double](repeating: 0, count: blocks.count * blocks.count)
    for row in 0..<texts {
      for column in 0..<row {
        // d² = 2 − 2 cosine
        let value = exp(4 * Double(cosines[row * texts + column]) - 4)
        sums[blocks.ofText[row] * blocks.count + blocks.ofText[column]] += value
      }
    }
    return blocks.statistic { without in
      let count = Double(blocks.size(without: without))
      guard count > 1 else { return .nan }
      var sum = 0.0
      for first in 0..<blocks.count where first != without {
        for second in 0..<blocks.count where second != without {
          sum += sums[first * blocks.count + second]
        }
      }
      return log(sum / (count * (count - 1) / 2))
    }
  }

  /// Alignment: the mean of d² over all pairs of texts of one group, d the distance of their directions, from
  /// 0 to 4; not a number where no group has two. O(pairs width).
  public func alignment(withinGroupsOf blocks: TextBlocks) -> BlockStatistic {
    let unit = unit
    var (sums, counts) = (
      [Double](repeating: 0, count: blocks.count), [Double](repeating: 0, count: blocks.count)
    )
    for (first, second) in blocks.pairs {
      var square = 0.0
      for column in 0..<width {
        let difference = unit.values[first * width + column] - unit.values[second * width + column]
        square += Double(difference) * Double(difference)
      }
      sums[blocks.ofText[first]] += square
      counts[blocks.ofText[first]] += 1
    }
    return BlockStatistic(ratioOf: sums, to: counts)
  }
}
