/// Which block of the jackknife each text is in. Texts of one group, which say the same, are in one block:
/// left out apart, they would stand in for each other and intervals would be too narrow.
public struct TextBlocks: Equatable, Sendable {
  /// Of each text.
  public let ofText: [Int]
  /// How many blocks there are.
  public let count: Int
  /// Of each text.
  private let groups: [Int]
  private let sizes: [Int]

  /// Most blocks of a jackknife: more would cost time and narrow intervals little (Student's quantile
  /// with 19 degrees of freedom is 2.09).
  public static let most = 20

  /// Texts in turn, each a group of its own, so that sizes differ by one at most.
  public init(texts: Int) { self.init(groups: Array(0..<texts)) }

  /// Each group, in the order of its first text, goes to the block with the fewest texts so far.
  ///
  /// - Parameter groups: of each text, by any numbers.
  public init(groups: [Int]) {
    var sizes = [Int](repeating: 0, count: max(1, min(Self.most, Set(groups).count)))
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    var ofText = [Int](repeating: 0, count: groups.count)
    var isPlaced: Set<Int> = []
    for group in groups where isPlaced.insert(group).inserted {
      let block = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) }!
      for text in members[group]! { ofText[text] = block }
      sizes[block] += members[group]!.count
    }
    (self.ofText, self.groups, self.sizes, count) = (ofText, groups, sizes, sizes.count)
  }

  /// Texts of one group, the earlier one first. As many as squares of the groups' sizes.
  var pairs: [(Int, Int)] {
    var earlier: [Int: [Int]] = [:]
    var pairs: [(Int, Int)] = []
    for (text, group) in groups.enumerated() {
      pairs += earlier[group, default: []].map { ($0, text) }
      earlier[group, default: []].append(text)
    }
    return pairs
  }

  var texts: Int { ofText.count }

  /// Texts that are left without a block; all of them if nil.
  func size(without block: Int?) -> Int { texts - (block.map { sizes[$0] } ?? 0) }

  /// `statistic` of all texts and without each block.
  func statistic(_ statistic: (_ without: Int?) -> Double) -> BlockStatistic {
    BlockStatistic(value: statistic(nil), without: (0..<count).map { statistic($0) })
  }
}
