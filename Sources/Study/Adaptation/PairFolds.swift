import Corpus
import Curation

/// Judged pairs divided into folds so that no text of a fold is in another one.
///
/// Pairs that share a text, however indirectly, are one group. Where that joins too much (each text was
/// judged against many), only duplicates and equal texts make groups, and a pair of texts of two folds
/// is not tested.
///
/// Curation's `GroupSplit` does not serve: it places rows of one group each by shares of labels, and here a pair
/// may be of two groups, and duplicates go before all else.
package struct PairFolds {
  /// The fold of each pair's two texts.
  private let folds: [(a: Int, b: Int)]
  /// The group of each pair, for resampling; of a pair of two groups the lower one.
  package let groups: [Int]
  let count: Int

  /// Deterministic: depends on the pairs, not on their order. O(n log n) of n pairs.
  ///
  /// - Parameter count: folds, at least 3.
  package init(_ pairs: [JudgedPair], count: Int, seed: UInt64) {
    precondition(count >= 3, "folds to train, to choose and to test by")
    self.count = count
    var numbers: [String: Int] = [:]
    for text in Set(pairs.flatMap { [$0.a, $0.b] }).sorted() { numbers[text] = numbers.count }
    let ends = pairs.map { (a: numbers[$0.a]!, b: numbers[$0.b]!) }
    var sets = DisjointSets(count: numbers.count)
    for end in ends { sets.unite(UInt32(end.a), UInt32(end.b)) }
    let whole = Self.sizes(ends, &sets)
    if (whole.values.max() ?? 0) * count > pairs.count {
      sets = DisjointSets(count: numbers.count)
      for (pair, end) in zip(pairs, ends) where pair.isDuplicate {
        sets.unite(UInt32(end.a), UInt32(end.b))
      }
    }
    let roots = ends.map { end in
      (a: Int(sets.root(of: UInt32(end.a))), b: Int(sets.root(of: UInt32(end.b))))
    }
    let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
    let placed = Self.place(pairs, roots, names, count, seed)
    folds = roots.map { (placed[$0.a]!, placed[$0.b]!) }
    groups = roots.map { min($0.a, $0.b) }
  }

  /// Pairs of each set, by its root.
  private static func sizes(_ ends: [(a: Int, b: Int)], _ sets: inout DisjointSets) -> [Int: Int] {
    var sizes: [Int: Int] = [:]
    for end in ends { sizes[Int(sets.root(of: UInt32(end.a))), default: 0] += 1 }
    return sizes
  }

  /// The fold of each group: the largest first, each to where duplicates, if it has some, then pairs, are fewest.
  private static func place(
    _ pairs: [JudgedPair], _ roots: [(a: Int, b: Int)], _ names: [Int: String], _ count: Int,
    _ seed: UInt64
  ) -> [Int: Int] {
    var sizes: [Int: (duplicates: Int, pairs: Int)] = [:]
    for (pair, root) in zip(pairs, roots) {
      for group in Set([root.a, root.b]) {
        sizes[group, default: (0, 0)].pairs += 1
        if pair.isDuplicate { sizes[group]!.duplicates += 1 }
      }
    }
    let order = sizes.map { group, size in
      (group: group, size: size, key: ContentHash("\(seed) \(names[group]!)"))
    }.sorted {
      ($0.size.duplicates, $0.size.pairs) == ($1.size.duplicates, $1.size.pairs)
        ? $0.key < $1.key
        : ($0.size.duplicates, $0.size.pairs) > ($1.size.duplicates, $1.size.pairs)
    }
    var loads = [(duplicates: Int, pairs: Int)](repeating: (0, 0), count: count)
    return order.reduce(into: [:]) { placed, item in
      let isOfDuplicates = item.size.duplicates > 0
      func load(_ fold: Int) -> (Int, Int, Int) {
        (isOfDuplicates ? loads[fold].duplicates : 0, loads[fold].pairs, fold)
      }
      let fold = loads.indices.min { load($0) < load($1) }!
      loads[fold].duplicates += item.size.duplicates
      loads[fold].pairs += item.size.pairs
      placed[item.group] = fold
    }
  }

  /// Pairs in whose fold both texts are.
  package var tested: [Int] { folds.indices.filter { folds[$0].a == folds[$0].b } }

  /// Pairs, by number, of which both texts are in `fold`.
  package func within(_ fold: Int) -> [Int] {
    folds.indices.filter { folds[$0].a == fold && folds[$0].b == fold }
  }

  /// Pairs of which neither text is in one of `excluded`.
  package func outside(_ excluded: Set<Int>) -> [Int] {
    folds.indices.filter { !excluded.contains(folds[$0].a) && !excluded.contains(folds[$0].b) }
  }
}
