/// Which block of the jackknife each text is in.
public struct TextBlocks: Equatable, Sendable {
  /// Of each text.
  public let ofText: [Int]
  public let count: Int
  private let sizes: [Int]

  /// Most blocks of a jackknife: more would cost time and narrow intervals little (Student's quantile
  /// with 19 degrees of freedom is 2.09).
  public static let most = 20

  /// Texts in turn, so that sizes differ by one at most.
  public init(texts: Int) {
    let count = max(1, min(Self.most, texts))
    self.init((0..<texts).map { $0 % count })
  }

  package init(_ ofText: [Int]) {
    self.ofText = ofText
    count = (ofText.max() ?? 0) + 1
    var sizes = [Int](repeating: 0, count: count)
    for block in ofText { sizes[block] += 1 }
    self.sizes = sizes
  }

  var texts: Int { ofText.count }

  /// Texts that are left without a block; all of them if nil.
  func size(without block: Int?) -> Int { texts - (block.map { sizes[$0] } ?? 0) }

  /// `statistic` of all texts and without each block.
  func statistic(_ statistic: (_ without: Int?) -> Double) -> BlockStatistic {
    BlockStatistic(value: statistic(nil), without: (0..<count).map { statistic($0) })
  }
}
