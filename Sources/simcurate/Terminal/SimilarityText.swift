import Foundation
import Study
import Training

extension SimilarityScores {
  /// What the vectors were worth before and after, and the main score's gain with its interval.
  var text: String {
    var table = Table([("", .left), ("before", .right), ("after", .right)])
    func add(_ name: String, _ score: (SimilarityReport) -> Double?) {
      guard let old = score(before), let new = score(after) else { return }
      table.add([name, String(format: "%.3f", old), String(format: "%.3f", new)])
    }
    add("Spearman") { $0.spearman }
    add("Pearson") { $0.pearson }
    add("average precision") { $0.averagePrecision }
    add("positive nearest") { $0.accuracy }
    add("mean reciprocal rank") { $0.retrieval?.meanReciprocalRank }
    add("nDCG at 10") { $0.retrieval?.gainAt10 }
    add("recall at 1") { $0.retrieval?.recallAt1 }
    add("recall at 5") { $0.retrieval?.recallAt5 }
    add("recall at 10") { $0.retrieval?.recallAt10 }
    var text = "vectors on \(after.items) test \(items):\n" + table.text
    if let gain {
      let interval = String(format: "%+.3f [%+.3f, %+.3f]", gain.value, gain.low, gain.high)
      text += "gain of the \(mainScore): \(interval)"
      text += gain.low > 0 ? "\n" : gain.high < 0 ? ", a loss\n" : ", which may be nothing\n"
    }
    return text
  }

  private var items: String { loss.usesScores ? "pairs" : "queries" }

  private var mainScore: String {
    switch loss {
    case .cosent, .cosine, .contrastive: "Spearman correlation"
    case .ranking: "mean reciprocal rank"
    case .triplet: "share of nearest positives"
    }
  }
}
