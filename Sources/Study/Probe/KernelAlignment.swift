/// The inner products of a layer's centered states, prepared for centered kernel alignment: how alike
/// two sets of states of the same texts are, whatever turns or scales either as a whole (Kornblith et
/// al., "Similarity of neural network representations revisited", 2019).
///
/// The unbiased estimate of the Hilbert-Schmidt independence criterion is used (Song et al., "Feature
/// selection via dependence maximization", 2012; Nguyen et al., "Do wide and deep networks learn the same
/// things?", 2021): with fewer texts than dimensions the plain one calls any two layers alike.
public struct AlignmentKernel: Sendable {
  let blocks: TextBlocks
  /// `[texts, texts]`
  private let products: [Float]
  /// Of each row the sum of its products with each block's rows, itself left out: `[texts, blocks]`.
  private let sums: [Double]
  /// With itself.
  private var own: BlockStatistic

  /// O(texts² width).
  public init(_ states: StateMatrix, _ blocks: TextBlocks) {
    self.blocks = blocks
    products = states.centered.products
    let texts = states.texts
    var sums = [Double](repeating: 0, count: texts * blocks.count)
    for row in 0..<texts {
      for column in 0..<texts where column != row {
        sums[row * blocks.count + blocks.ofText[column]] += Double(products[row * texts + column])
      }
    }
    self.sums = sums
    own = BlockStatistic(value: 0, without: [])
    own = dependence(self)
  }

  /// Linear centered kernel alignment with another layer of the same texts: 1 where the states are the
  /// same up to rotation and scale, about 0 where they are unrelated; NaN where a layer has no variance.
  /// O(texts² + texts blocks).
  public func alignment(_ other: AlignmentKernel) -> BlockStatistic {
    let both = dependence(other)
    func share(_ both: Double, _ first: Double, _ second: Double) -> Double {
      first > 0 && second > 0 ? both / (first * second).squareRoot() : .nan
    }
    return BlockStatistic(
      value: share(both.value, own.value, other.own.value),
      without: both.without.indices.map {
        share(both.without[$0], own.without[$0], other.own.without[$0])
      })
  }

  /// The unbiased estimate, HSIC₁: with K and L without their diagonals and m texts
  /// `(tr K L + ΣK ΣL / ((m − 1)(m − 2)) − 2 / (m − 2) 1ᵀ K L 1) / (m (m − 3))`.
  private func dependence(_ other: AlignmentKernel) -> BlockStatistic {
    let (texts, count) = (blocks.texts, blocks.count)
    var traces = [Double](repeating: 0, count: count * count)
    for row in 0..<texts {
      let start = blocks.ofText[row] * count
      for column in 0..<texts where column != row {
        let place = row * texts + column
        traces[start + blocks.ofText[column]] +=
          Double(products[place]) * Double(other.products[place])
      }
    }
    return blocks.statistic { without in
      let size = Double(blocks.size(without: without))
      guard size > 3 else { return .nan }
      var trace = 0.0
      for row in 0..<count where row != without {
        for column in 0..<count where column != without { trace += traces[row * count + column] }
      }
      var (first, second, crossed) = (0.0, 0.0, 0.0)
      for row in 0..<texts where blocks.ofText[row] != without {
        let (x, y) = (sum(row, without), other.sum(row, without))
        first += x
        second += y
        crossed += x * y
      }
      return (trace + first * second / ((size - 1) * (size - 2)) - 2 * crossed / (size - 2))
        / (size * (size - 3))
    }
  }

  private func sum(_ row: Int, _ without: Int?) -> Double {
    var sum = 0.0
    for block in 0..<blocks.count where block != without {
      sum += sums[row * blocks.count + block]
    }
    return sum
  }
}
