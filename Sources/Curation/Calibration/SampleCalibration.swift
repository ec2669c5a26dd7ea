import Files
import Foundation
import Store

/// Has a random sample of an index's stored pairs labeled, and judges thresholds by it.
public struct SampleCalibration {
  private let index: OpenIndex
  private let options: CalibrationOptions
  private let size: Int
  private let seed: UInt64

  /// - Parameter size: labels wanted in all, those of earlier runs included.
  public init(_ index: OpenIndex, options: CalibrationOptions, size: Int, seed: UInt64) {
    self.index = index
    self.options = options
    self.size = size
    self.seed = seed
  }

  /// Asks about the pairs drawn that `file` does not know yet, until all are labeled or the answer
  /// is to quit, and estimates from the labels of the pairs drawn.
  ///
  /// - Throws: `FileError` if `dedup` has stored no pairs.
  package func run(file: URL, ask: (PairQuestion) throws -> PairAnswer) throws
    -> CalibrationSummary
  {
    let stored = try storedPairs()
    let table = try index.records()
    let sample = try BorderlineSample(
      pairs: stored.each, table: table, floor: stored.floor, size: size, guards: options.guards,
      seed: seed)
    guard !sample.pairs.isEmpty else {
      throw FileError(
        place: index.folder.url.relativePath, expected: "stored pairs to label",
        found: "none at or above \(stored.floor)",
        advice: "run dedup again with a lower \(OptionName.floor)")
    }
    var decisions = try DecisionFile(file)
    try label(sample, table, &decisions, ask)
    return summary(sample, table, decisions, floor: stored.floor)
  }

  private func label(
    _ sample: BorderlineSample, _ table: RecordTable, _ decisions: inout DecisionFile,
    _ ask: (PairQuestion) throws -> PairAnswer
  ) throws {
    for (place, pair) in sample.pairs.enumerated() {
      let (a, b) = (Int(pair.a), Int(pair.b))
      if decisions.decision(table.ids[a], table.ids[b]) != nil { continue }
      let question = PairQuestion(
        number: place + 1, count: sample.pairs.count, idA: table.ids[a], idB: table.ids[b],
        textA: table.texts[a], textB: table.texts[b])
      let answer = try ask(question)
      if answer == .quit { return }
      let isDuplicate: Bool? = answer == .unsure ? nil : answer == .duplicate
      try decisions.decide(question, isDuplicate: isDuplicate, score: pair.score)
    }
  }

  private func summary(
    _ sample: BorderlineSample, _ table: RecordTable, _ decisions: DecisionFile, floor: Float
  ) -> CalibrationSummary {
    var strata = sample.strata
    var (unsure, vetoed) = (0, 0)
    for pair in sample.pairs {
      let known = decisions.decision(table.ids[Int(pair.a)], table.ids[Int(pair.b)])
      guard let decision = known else { continue }
      guard let isDuplicate = decision else {
        unsure += 1
        continue
      }
      strata[pair.stratum].labeled += 1
      if isDuplicate { strata[pair.stratum].duplicates += 1 }
      if strata[pair.stratum].isVetoed { vetoed += 1 }
    }
    return CalibrationSummary(
      basis: .sample, labeled: strata.reduce(0) { $0 + $1.labeled },
      duplicates: strata.reduce(0) { $0 + $1.duplicates }, unsure: unsure, vetoed: vetoed,
      guards: options.guards, storedPairs: strata.reduce(0) { $0 + $1.pairs },
      floor: floor.decimal, strata: strata,
      curve: ThresholdCurve(
        strata: strata, target: options.targetPrecision, confidence: options.confidence))
  }

  private func storedPairs() throws
    -> (floor: Float, each: ((StoredPair) throws -> Void) throws -> Void)
  {
    _ = try StepAccount.outcomeHash(of: "dedup", in: index)
    let stage = RemovalStage.semantic
    guard let floor = try PairCoverage(index).floor(of: stage) else {
      throw FileError(
        place: index.folder.url.relativePath, expected: "stored pairs to label",
        found: "none: dedup ran without the stage semantic",
        advice: "run simcurate dedup with it")
    }
    return (floor, { try index.catalog.forEachPair(stage: stage.rawValue, $0) })
  }
}
