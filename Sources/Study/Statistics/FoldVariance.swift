/// What each model of an arm brings to a statistic, taken apart by fold, seed and group of the fold's
/// items: `cells[fold][seed][group]`, whose sum over folds and groups is the seed's statistic.
///
/// A cell is the group's influence on the statistic and an equal part of the share of it that the fold's
/// items have; for a mean a fold's sum is that of its items by the number of all items.
struct FoldTable {
  var cells: [[[Double]]]

  /// Sum of `sign * table`.
  static func sum(_ terms: [(sign: Double, table: FoldTable)]) -> FoldTable {
    var cells = terms[0].table.cells.map { $0.map { $0.map { _ in 0.0 } } }
    for (sign, table) in terms {
      for fold in cells.indices {
        for seed in cells[fold].indices {
          for group in cells[fold][seed].indices {
            cells[fold][seed][group] += sign * table.cells[fold][seed][group]
          }
        }
      }
    }
    return FoldTable(cells: cells)
  }
}

/// How far models of one fold, trained on the same records, differ between seeds; and how much of that is
/// chance of the items that they are tested on. Both added up over folds: what the models of one seed bring
/// to the variance of its statistic, if they were independent.
package struct FoldVariance {
  package var folds: Int
  package var seeds: Int
  /// Sum over folds of the mean square between seeds of the fold's part of the statistic.
  package var between: Double
  package var betweenFreedom: Double
  /// What of ``between`` is to be expected from seeds' answers to single groups of items.
  package var noise: Double
  package var noiseFreedom: Double

  /// Of one statistic.
  init?(_ table: FoldTable) { self.init([table], scale: 1) }

  /// Of the difference of any two arms, from all of them: twice the mean square of arm by seed, within
  /// folds, as ``SeedVariance`` has it over one test set.
  init?(arms tables: [FoldTable]) {
    guard tables.count > 1 else { return nil }
    let part = 1 / Double(tables.count)
    let center = FoldTable.sum(tables.map { (part, $0) })
    self.init(
      tables.map { FoldTable.sum([(1, $0), (-1, center)]) },
      scale: 2 / Double(tables.count - 1), freedom: Double(tables.count - 1))
  }

  /// - Parameters:
  ///   - scale: of the sum of squares of all tables, over what one table alone has.
  ///   - freedom: of the tables among each other.
  private init?(_ tables: [FoldTable], scale: Double, freedom: Double = 1) {
    folds = tables[0].cells.count
    seeds = tables[0].cells[0].count
    guard folds > 1, seeds > 1 else { return nil }
    (between, betweenFreedom, noise, noiseFreedom) = (0, 0, 0, 0)
    let ofSeeds = Double(seeds - 1)
    for fold in 0..<folds {
      let groups = tables[0].cells[fold][0].count
      if groups == 0 { continue }
      var (bySeed, rest) = (0.0, 0.0)
      for table in tables {
        let squares = Self.squares(table.cells[fold])
        bySeed += squares.bySeed
        rest += squares.rest
      }
      between += scale * bySeed / ofSeeds
      betweenFreedom += freedom * ofSeeds
      // Of a single group nothing tells chance from model: then all counts as the model's.
      if groups > 1 {
        let free = ofSeeds * Double(groups - 1)
        noise += scale * rest / free * Double(groups)
        noiseFreedom += freedom * free
      }
    }
    if betweenFreedom == 0 { return nil }
  }

  /// Sums of squares of `rows[seed][group]`: of the seeds' sums, and of what is left of a cell after seed
  /// and group.
  private static func squares(_ rows: [[Double]]) -> (bySeed: Double, rest: Double) {
    let sums = rows.map { $0.reduce(0, +) }
    let center = mean(sums)
    let groups = Double(rows[0].count)
    let ofGroup = rows[0].indices.map { group in mean(rows.map { $0[group] }) }
    var (bySeed, rest) = (0.0, 0.0)
    for (row, sum) in zip(rows, sums) {
      bySeed += (sum - center) * (sum - center)
      for (cell, ofGroup) in zip(row, ofGroup) {
        let residual = cell - ofGroup - (sum - center) / groups
        rest += residual * residual
      }
    }
    return (bySeed, rest)
  }

  /// Variance between models of one fold, the items' chance taken out: that of one seed's statistic times the
  /// number of folds.
  var ofModel: Double { Double(folds) * max(0, between - noise) }

  /// By what ``between`` less ``noise`` counts in the variance of the mean.
  ///
  /// J models whose training sets overlap have a mean of variance (1/J + n_test / n_train) S², not S² / J
  /// (Nadeau and Bengio, "Inference for the generalization error", 2003). Of K folds and S seeds J is K S,
  /// n_test / n_train is 1 / (K − 1), and S² is K times the difference of the two: K (1 / (K S) + 1 / (K − 1)).
  /// More folds than five have training sets that are more alike, and their mean varies no less: the ratio is
  /// never taken for less than that of five.
  static func factor(seeds: Int, folds: Int) -> Double {
    1 / Double(seeds) + Double(folds) * max(1 / Double(folds - 1), 0.25)
  }
}

extension CrossedTable {
  /// As ``varianceOfMean(pooled:)`` of a study in folds: groups as there, and of models what `folds` says, with
  /// the correction for training sets that overlap; never less than without it, which would be what seeds
  /// common to all folds do.
  func varianceOfMean(pooled: SeedVariance?, folds: FoldVariance)
    -> (variance: Double, degreesOfFreedom: Double)
  {
    let uncorrected = varianceOfMean(pooled: pooled)
    let (byGroup, ofGroups) = byGroup
    let factor = FoldVariance.factor(seeds: folds.seeds, folds: folds.folds)
    let total = byGroup + factor * max(0, folds.between - folds.noise)
    if total < uncorrected.variance { return uncorrected }
    func part(_ square: Double, _ freedom: Double) -> Double {
      freedom > 0 ? square * square / freedom : 0
    }
    let uncertainty =
      part(byGroup, ofGroups) + part(factor * folds.between, folds.betweenFreedom)
      + part(factor * folds.noise, folds.noiseFreedom)
    return (total, uncertainty > 0 ? max(1, total * total / uncertainty) : ofGroups)
  }
}
