/// What is proven of a selection, in words for people.
package enum SelectionGuarantee {
  /// - Parameters:
  ///   - cells: k-means cells the neighbors or distances were confined to; 1 if all records were
  ///     seen at once.
  package static func text(
    _ method: SplitOptions.Selection, hasQuotas: Bool, inTokens: Bool, cells: Int
  ) -> String {
    let graph =
      "of the best possible value over each record's \(BalancedSelection.neighborCount) nearest neighbors"
      + (cells > 1 ? " within its cell (\(cells) cells)" : "")
    switch (method, hasQuotas, inTokens) {
    case (.facilityLocation, false, false): return "at least 63% (1 - 1/e) \(graph)"
    case (.facilityLocation, true, false): return "at least 50% \(graph), under the quotas"
    case (.facilityLocation, false, true): return "at least 31% ((1 - 1/e) / 2) \(graph)"
    case (.facilityLocation, true, true): return "none is proven for quotas in tokens"
    case (.stochasticGreedy, false, false):
      let error = FacilityLocation.samplingError
      return "on average at least 62% (1 - 1/e - \(error)) \(graph)"
    case (.stochasticGreedy, _, _):
      return "none is proven for sampling with quotas or tokens"
    case (.kCenter, false, false):
      return
        "no record is farther from the selected ones, as an angle, than twice the least possible"
        + (cells > 1 ? ", within each of \(cells) cells for its share of the budget" : "")
    case (.kCenter, _, _): return "none: the factor 2 holds without quotas and in records only"
    case (.maximalMarginalRelevance, _, _): return "none, it is a heuristic"
    }
  }
}
