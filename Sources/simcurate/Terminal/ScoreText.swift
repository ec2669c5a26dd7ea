import Foundation
import Training

extension MultiLabelReport {
  /// The same of labels of which a record may have several.
  var table: String {
    scoreTable(
      Array(zip(labels, classes)),
      [
        ("micro average", micro), ("macro average", macro), ("weighted average", weighted),
        ("samples average", samples),
      ]) + String(format: "all labels of a record right: %.3f\n", exactMatch)
  }
}

/// A table of scores by label and averaged.
func scoreTable(
  _ classes: [(String, LabelScores)], _ averages: [(String, LabelScores)]
) -> String {
  var table = Table([
    ("", .left), ("precision", .right), ("recall", .right), ("f1-score", .right),
    ("support", .right),
  ])
  for (name, scores) in classes.map({ (excerpt($0.0, limit: 30), $0.1) }) + averages {
    table.add(
      [name] + [scores.precision, scores.recall, scores.f1].map { String(format: "%.3f", $0) }
        + ["\(scores.support)"])
  }
  return table.text
}

extension RelationReport {
  /// Scores by relation, both directions pooled.
  var table: String {
    let left = other.map { ", without \($0)" } ?? ""
    return "relations, both directions pooled and the wrong one an error\(left):\n"
      + scoreTable(
        Array(zip(relations, scores)), [("micro average", micro), ("macro average", macro)])
      + String(format: "macro-F1 of relations %.4f\n", macro.f1)
  }
}

extension BinaryReport {
  var text: String {
    let correlation = spearman.map { String(format: ", Spearman %.3f", $0) } ?? ""
    return String(
      format: "'%@' from a probability of %.3f on (the best F1 of the development part): F1 %.3f, "
        + "precision %.3f, recall %.3f, accuracy %.3f; average precision %.3f%@\n", positive,
      threshold, scores.f1, scores.precision, scores.recall, accuracy, averagePrecision, correlation
    )
  }
}

extension RegressionReport {
  /// Coefficients that are not defined are left out.
  var text: String {
    let coefficients = [
      ("Pearson", pearson), ("Spearman", spearman), ("R²", determination),
    ].compactMap { name, value in value.map { String(format: "%@ %.3f", name, $0) } }
    let errors = String(
      format: "root mean squared error %.4g, mean absolute error %.4g", rootMeanSquaredError,
      meanAbsoluteError)
    return (coefficients + [errors]).joined(separator: ", ") + "\n"
  }
}
