extension TrainingSection {
  var section: Section {
    let figures = [lossFigure, scoreFigure].compactMap(\.self)
    return Section(
      name: "training", title: "How was the model trained?",
      blocks: [.paragraph(sentence), .figures(figures)]
        + (evaluations.isEmpty ? [] : [.details("Evaluations", [.table(evaluationTable)])]),
      source: source)
  }

  private var sentence: String {
    "\(run) made \(NumberText.integer(updates)) updates; the model has the weights after update "
      + "\(NumberText.integer(bestStep))"
      + (evaluations.isEmpty
        ? "." : ", which did best on the development part (\(best), \(metric)).")
  }

  private var best: String {
    let score = evaluations.first { $0.step == bestStep }?.score
    return score.map(NumberText.score) ?? NumberText.none
  }

  private var lossFigure: Figure? {
    Figure(
      caption: "Loss by update: a line on the training data"
        + (evaluations.isEmpty ? "." : ", marks on the development part.")
        + " The weights at the dashed line were kept.",
      drawing: TrainingPlot(
        line: losses.map { (Double($0.step), $0.loss) },
        marks: evaluations.map { (Double($0.step), $0.loss) }, best: bestStep, title: "loss"
      ).element())
  }

  private var scoreFigure: Figure? {
    let scores = evaluations.compactMap { evaluation in
      evaluation.score.map { (Double(evaluation.step), $0) }
    }
    if scores.isEmpty { return nil }
    return Figure(
      caption: "Score on the development part by update.",
      drawing: TrainingPlot(line: scores, marks: scores, best: bestStep, title: metric).element())
  }

  private var evaluationTable: Table {
    Table(
      caption: "Evaluations on the development part",
      columns: [.number("update"), .number("loss"), .number(metric)],
      rows: evaluations.map {
        [
          NumberText.integer($0.step), NumberText.score($0.loss),
          $0.score.map(NumberText.score) ?? NumberText.none,
        ]
      })
  }
}
