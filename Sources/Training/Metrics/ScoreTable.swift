import Foundation

/// Scores as a table of text, in the layout of scikit-learn's `classification_report`, which seqeval
/// has too: names to the right, three decimals, the averages below.
enum ScoreTable {
  static func text(
    _ rows: [(name: String, scores: LabelScores)], micro: LabelScores, macro: LabelScores,
    weighted: LabelScores
  ) -> String {
    let averages = [("micro avg", micro), ("macro avg", macro), ("weighted avg", weighted)]
    let names = rows.map(\.name) + averages.map(\.0)
    let width = names.map(\.unicodeScalars.count).max()!
    let heads = ["precision", "recall", "f1-score", "support"].map { padded($0, to: 9) }
    let head = padded("", to: width) + " " + heads.map { " " + $0 }.joined()
    func lines(_ rows: [(name: String, scores: LabelScores)]) -> String {
      rows.map { line($0.name, $0.scores, width: width) + "\n" }.joined()
    }
    return head + "\n\n" + lines(rows) + "\n" + lines(averages)
  }

  private static func line(_ name: String, _ scores: LabelScores, width: Int) -> String {
    let cells =
      [scores.precision, scores.recall, scores.f1].map { String(format: "%.3f", $0) } + [
        String(scores.support)
      ]
    return padded(name, to: width) + " " + cells.map { " " + padded($0, to: 9) }.joined()
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
  }
}
