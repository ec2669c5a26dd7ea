import Corpus
import Files
import Foundation
import Neighbors
import Transformer

/// What labels say about thresholds.
public struct CalibrationSummary: Encodable, Sendable {
  /// What a calibration speaks about.
  public enum Basis: String, Encodable, Sendable {
    /// Pairs labeled elsewhere; all shares are of these pairs.
    case pairs
    /// A random sample of an index's stored pairs; shares are of all stored pairs.
    case sample
  }

  /// What it was measured on.
  public var basis: Basis
  /// How many have a label.
  public var labeled: Int
  /// How many of them are duplicates.
  public var duplicates: Int
  /// Left out: the labeler was unsure, or the label is empty.
  public var unsure: Int
  /// Labeled pairs that a guard holds to be different.
  public var vetoed: Int
  /// What holds two near texts apart.
  public var guards: [TextGuard]
  /// The index's stored pairs and their least score.
  public var storedPairs: Int?
  /// The score down to which pairs are stored.
  public var floor: Double?
  /// The strata of the sample.
  public var strata: [PairStratum]?
  /// Precision and recall by threshold.
  public var curve: ThresholdCurve
}

/// How thresholds are judged.
public struct CalibrationOptions: Sendable {
  /// The precision to be reached.
  public var targetPrecision: Double
  /// With which it is to be reached.
  public var confidence: Double
  /// A pair that one of these holds to be different is never called a duplicate.
  public var guards: [TextGuard]

  /// Each parameter is the property of that name.
  public init(
    targetPrecision: Double = 0.95, confidence: Double = 0.95, guards: [TextGuard] = []
  ) {
    self.targetPrecision = targetPrecision
    self.confidence = confidence
    self.guards = guards
  }
}

/// Judges thresholds by pairs labeled elsewhere.
public struct PairCalibration {
  private let options: CalibrationOptions
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(options: CalibrationOptions, monitor: StepMonitor) {
    self.options = options
    self.monitor = monitor
  }

  /// Pairs of texts, each distinct text embedded once and held in memory.
  public func run(_ pairs: [LabeledPair], embedder: some Embedder) throws -> CalibrationSummary {
    var numbers: [String: Int] = [:]
    var texts: [String] = []
    for text in pairs.lazy.flatMap({ [$0.a, $0.b] }) where numbers[text] == nil {
      numbers[text] = texts.count
      texts.append(text)
    }
    let vectors = UnsafeMutablePointer<Float>.allocate(
      capacity: max(1, texts.count * embedder.dimension))
    defer { vectors.deallocate() }
    let (monitor, count) = (monitor, texts.count)
    let readings = try embedder.embed(texts, into: vectors) { done in
      monitor.progress(
        StepProgress(phase: "embedding", completed: done, total: count, unit: "texts"))
    }
    let rows = VectorRows(pointer: vectors, rows: texts.count, dimension: embedder.dimension)
    return summary(
      pairs, features: { GuardFeatures($0, reading: readings[numbers[$0]!]) },
      score: { rows.score(numbers[$0.a]!, numbers[$0.b]!) })
  }

  /// Pairs of ids of an index, scored by its vectors.
  ///
  /// - Throws: `FileError` for an id the index does not have.
  public func run(_ pairs: [LabeledPair], index: OpenIndex) throws -> CalibrationSummary {
    let table = try index.records()
    let rows = Dictionary(
      table.ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for pair in pairs {
      for id in [pair.a, pair.b] where rows[id] == nil {
        throw try LabeledPair.unknown(id, line: pair.line, index)
      }
    }
    let vectors = index.vectors.vectors
    func score(_ pair: LabeledPair) -> Float {
      let (a, b) = (rows[pair.a]!, rows[pair.b]!)
      return table.textHashes[a] == table.textHashes[b] ? 1 : vectors.score(a, b)
    }
    let features = RememberedFeatures()
    return summary(
      pairs, features: { features.of(UInt32(rows[$0]!), in: table) }, score: score)
  }

  private func summary(
    _ pairs: [LabeledPair], features: (String) -> GuardFeatures, score: (LabeledPair) -> Float
  ) -> CalibrationSummary {
    let labels = pairs.compactMap { pair in
      pair.isDuplicate.map { isDuplicate in
        ScoredLabel(
          score: score(pair), isDuplicate: isDuplicate,
          isVetoed: !options.guards.isEmpty
            && TextGuard.firstVeto(
              options.guards, features(pair.a), features(pair.b)) != nil
        )
      }
    }
    return CalibrationSummary(
      basis: .pairs, labeled: labels.count, duplicates: labels.count { $0.isDuplicate },
      unsure: pairs.count - labels.count, vetoed: labels.count { $0.isVetoed },
      guards: options.guards,
      curve: ThresholdCurve(
        labels, target: options.targetPrecision, confidence: options.confidence))
  }
}

extension LabeledPair {
  /// What to say of an id in a file of pairs that the index does not have.
  package static func unknown(_ id: String, line: Int, _ index: OpenIndex) throws -> FileError {
    let near = try index.catalog.ids(near: id)
    return FileError(
      place: "line \(line) of the pairs", expected: "ids of the index",
      found: "'\(id)', which is none of them",
      advice: near.isEmpty ? nil : "ids like it: " + near.joined(separator: ", "))
  }
}
