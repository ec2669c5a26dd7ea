import Kernels

/// Selections that keep the chosen items far from each other.
///
/// Both start from the best item in canonical order (or of highest quality) and add one item at a
/// time; ties go to the earlier item in canonical order. O(items · selected) scores, on all threads:
/// the functions given are called from several at once.
package struct DispersedSelection: Sendable {
  package let order: CanonicalOrder

  package init(order: CanonicalOrder) { self.order = order }

  /// k-center by farthest-first traversal (Gonzalez 1985): the next item is the one least similar to
  /// all selected ones. Without quotas and costs the largest distance of any item to its nearest
  /// selected one is at most twice the least possible, if distance is a metric (the angle is; 1 - cosine
  /// gives the same traversal).
  ///
  /// - Parameter score: the cosine of two items.
  /// - Returns: ``Selection/objective`` is the lowest score of any item to its nearest selected one.
  package func kCenter(_ budget: SelectionBudget, score: (UInt32, UInt32) -> Float) -> Selection {
    let (items, cost, nearest) = traverse(budget, score) { _, nearest in -Double(nearest) }
    let lowest = items.isEmpty ? -1 : nearest.min().map(Double.init) ?? -1
    return Selection(items: items, cost: cost, objective: lowest)
  }

  /// Maximal marginal relevance (Carbonell and Goldstein 1998): the next item maximizes
  /// λ · quality - (1 - λ) · (highest score with a selected item).
  ///
  /// - Parameters:
  ///   - quality: of every item, on the scale of the scores (0 to 1).
  ///   - balance: λ from 0 (k-center) to 1 (the best items, however alike).
  /// - Returns: ``Selection/objective`` is the sum of the quality of the items.
  package func maximalMarginalRelevance(
    _ budget: SelectionBudget, quality: [Double], balance: Double,
    score: (UInt32, UInt32) -> Float
  ) -> Selection {
    precondition(quality.count == order.rows.count, "one quality per item")
    precondition((0...1).contains(balance), "balance must be from 0 to 1, got \(balance)")
    let (items, cost, _) = traverse(budget, score) { item, nearest in
      balance * quality[Int(item)] - (1 - balance) * Double(nearest)
    }
    return Selection(
      items: items, cost: cost, objective: items.reduce(0) { $0 + quality[Int($1)] })
  }

  /// Adds the item of highest utility until none fits; `nearest` ends as the highest score of every
  /// item with a selected one (1 for selected items).
  ///
  /// Each step goes once over all items, blocks of them at a time on all threads: an item's nearest
  /// score is brought up to date, then its utility compared.
  private func traverse(
    _ budget: SelectionBudget, _ score: (UInt32, UInt32) -> Float,
    _ utility: (UInt32, Float) -> Double
  ) -> (items: [UInt32], cost: Int, nearest: [Float]) {
    var remaining = RemainingBudget(budget)
    // All start as far away as a cosine can say.
    var nearest = [Float](repeating: -1, count: order.rows.count)
    var isSelected = [Bool](repeating: false, count: order.rows.count)
    var items: [UInt32] = []
    let blocks = (order.rows.count + Self.blockSize - 1) / Self.blockSize
    var best = [(item: UInt32, utility: Double)?](repeating: nil, count: blocks)
    while true {
      let (last, open) = (items.last, remaining)
      order.rows.withUnsafeBufferPointer { rows in
        nearest.withUnsafeMutableBufferPointer { nearest in
          isSelected.withUnsafeBufferPointer { isSelected in
            best.withUnsafeMutableBufferPointer { best in
              // Each block writes its own slots alone.
              nonisolated(unsafe) let (nearest, best) = (nearest, best)
              Threads.forEach(blocks) { block in
                var found: (item: UInt32, utility: Double)?
                let start = block * Self.blockSize
                for place in start..<min(rows.count, start + Self.blockSize) {
                  let item = rows[place]
                  if isSelected[Int(item)] { continue }
                  if let last { nearest[Int(item)] = max(nearest[Int(item)], score(last, item)) }
                  guard open.fits(item) else { continue }
                  let value = utility(item, nearest[Int(item)])
                  if value > found?.utility ?? -.infinity { found = (item, value) }
                }
                best[block] = found
              }
            }
          }
        }
      }
      // Of equal ones the earlier in canonical order, as in one thread.
      var chosen: (item: UInt32, utility: Double)?
      for case let found? in best where found.utility > chosen?.utility ?? -.infinity {
        chosen = found
      }
      guard let item = chosen?.item else { return (items, remaining.spent, nearest) }
      items.append(item)
      remaining.take(item)
      isSelected[Int(item)] = true
      nearest[Int(item)] = 1
    }
  }

  private static let blockSize = 4096
}
