/// What the data support, in plain words.
public struct Verdict: Codable, Equatable, Sendable {
  /// What a statement claims.
  public enum Finding: String, Codable, Sendable {
    /// The arms differ; the sign of the difference says which way.
    case changed
    /// The arms differ by less than the margin, if at all.
    case equivalent
    /// The data support neither.
    case inconclusive
    /// Models are not trained well enough to say anything about their data.
    case underfit
    /// Which share of the test items has a near-copy in training, where no more can be said.
    case nearCopies
    /// Items with a near-copy are easier or harder; no claim about training data.
    case difficulty
  }

  package struct Statement: Codable, Equatable, Sendable {
    package var finding: Finding
    /// The claim as a sentence.
    public var text: String
    /// The numbers behind it: difference, interval, p-value.
    public var evidence: String

    package init(finding: Finding, text: String, evidence: String) {
      self.finding = finding
      self.text = text
      self.evidence = evidence
    }
  }

  /// The answer in one or two sentences.
  public var headline: String
  /// The claims, most important first, each with its numbers.
  package var statements: [Statement]
  /// What the reader must know to not over-read them.
  public var caveats: [String]

  package init(headline: String, statements: [Statement], caveats: [String]) {
    self.headline = headline
    self.statements = statements
    self.caveats = caveats
  }

  /// Says what ``Comparison/finding`` is of the primary comparisons. Where an arm is underfit the
  /// verdict says so, and nothing else.
  init(_ analysis: StudyAnalysis) {
    let arms = analysis.scores.map(\.arm).uniqued
    let underfit = arms.compactMap { Underfit(arm: $0, analysis: analysis) }
    if underfit.isEmpty {
      self.init(trained: analysis)
    } else {
      self.init(underfit: underfit)
    }
    caveats += [analysis.deviation, analysis.unfinished].compactMap(\.self)
    caveats += analysis.notes
  }

  private init(underfit: [Underfit]) {
    let names = underfit.map { "“\($0.arm)”" }.joined(separator: ", ")
    headline =
      "No verdict: the models of \(names) are underfit; plain classifiers on the frozen vectors do "
      + "better. Train longer, or with another learning rate."
    statements = underfit.map {
      Statement(finding: .underfit, text: $0.text, evidence: $0.evidence)
    }
    caveats = []
  }

  private init(trained analysis: StudyAnalysis) {
    let leak = analysis.leakStatement
    let generalization = analysis.generalizationStatement
    statements = [leak, generalization, analysis.difficulty].compactMap(\.self)
    let sentences = [leak, generalization].compactMap(\.self).map(\.text)
    headline =
      sentences.isEmpty
      ? "The test set has no items that tell the arms apart." : sentences.joined(separator: " ")
    caveats = Self.caveats(
      seeds: analysis.scores.map(\.score.seeds).min(), inFolds: analysis.folds != nil,
      primary: analysis.comparisons.count { $0.family == .primary })
  }

  private static func caveats(seeds: Int?, inFolds: Bool, primary: Int) -> [String] {
    var caveats: [String] = []
    let place = inFolds ? " in every fold" : ""
    if let seeds, seeds < 5 {
      caveats.append(
        seeds == 1
          ? "Each arm was trained once\(place): the intervals cover the choice of test items, not what "
            + "training again with another seed would change."
          : "Each arm was trained with \(seeds) seeds\(place); five or more would narrow the intervals."
      )
    }
    if primary > 1 {
      caveats.append(
        "\(primary) comparisons were planned; their p-values are corrected for that (Holm). "
          + "Other slices and metrics are exploratory.")
    }
    return caveats
  }
}

extension Array where Element: Hashable {
  /// Each element once, in order of first appearance.
  fileprivate var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
