import Foundation

/// The reference values of Golden/generate.py.
struct GoldenStatistics: Decodable {
  struct Adjustment: Decodable {
    var given: [Double]
    var adjusted: [Double]
  }

  struct Scores: Decodable {
    var classes: Int
    var truth: [Int]
    var predicted: [Int]
    var accuracy: Double
    var macroF1: Double
  }

  struct Mean: Decodable {
    var hits: [Int]
    var standardError: Double
    var low: Double
    var high: Double
  }

  struct Crossed: Decodable {
    var hits: [[Int]]
    var variance: Double
    var degreesOfFreedom: Double
  }

  struct Permutation: Decodable {
    var first: [Int]
    var second: [Int]
    var p: Double
  }

  struct Correlations: Decodable {
    var predicted: [Double]
    var gold: [Double]
    var weights: [Int]
    var pearson: Double
    var spearman: Double
  }

  struct Differences: Decodable {
    var groups: [Int]
    var labels: [Int]
    var gold: [Double]
    /// By model: three seeds of the first arm, three of the second.
    var classes: [[Int]]
    var numbers: [[Double]]
    var entities: [[[Int]]]
    /// By metric: difference, standard error, degrees of freedom, ends of the interval.
    var results: [String: [Double]]
  }

  struct Sets: Decodable {
    var groups: [Int]
    var classes: Int
    var labels: [[Int]]
    /// By model, as above.
    var predictions: [[[Int]]]
    var results: [String: [Double]]
  }

  struct Pooled: Decodable {
    var scores: [[Double]]
    var variance: Double
    var pairs: [Double]
  }

  struct RandomEffects: Decodable {
    var values: [Double]
    var errors: [Double]
    var value: Double
    var error: Double
    var low: Double
    var high: Double
    var p: Double
    var deviation: Double
    var q: Double
    var inconsistency: Double
  }

  var normal: [[Double]]
  var studentP: [[Double]]
  var studentQuantile: [[Double]]
  var wilson: [[Double]]
  var holm: [Adjustment]
  var scores: [Scores]
  var mean: Mean
  var crossed: Crossed
  var permutation: Permutation
  var correlations: Correlations
  var noncentralT: [[Double]]
  var detectable: [[Double]]
  var equivalence: [[Double]]
  var pooled: Pooled
  var differences: Differences
  var sets: Sets
  var generator: [String]
  var randomEffects: [RandomEffects]

  static let shared: GoldenStatistics = {
    let url = Bundle.module.url(forResource: "Golden/statistics", withExtension: "json")!
    return try! JSONDecoder().decode(GoldenStatistics.self, from: Data(contentsOf: url))
  }()
}
