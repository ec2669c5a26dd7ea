/// Holm's step-down adjustment (Holm, "A simple sequentially rejective multiple test procedure",
/// 1979): rejecting where the adjusted value is below alpha keeps the probability of any false
/// claim in the family below alpha, whatever the dependence. Order is kept; O(n log n).
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var adjusted = pValues
  var largest = 0.0
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = largest
  }
  return adjusted
}
