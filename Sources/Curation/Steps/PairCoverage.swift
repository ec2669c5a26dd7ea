import Files
import Foundation
import Neighbors
import Store

/// Which pairs the catalog holds: of each stage all from a score up, as `dedup` left them.
package struct PairCoverage: Figures {
  package static let step = "pairs"

  private var floors: [RemovalStage: Float] = [:]
  /// How texts were cut into shingles for the pairs of the lexical stages.
  private(set) var shingling: Shingling?
  /// Semantic pairs among the first so many records are there: all, unless some were appended.
  private(set) var records: Int
  /// How the semantic pairs were found.
  private(set) var method = JoinMethod.exact

  /// - Throws: `FileError` for figures that no `dedup` left.
  init(_ index: OpenIndex) throws {
    let count = index.manifest.recordCount
    records = count
    guard let stored = try index.catalog.figures(PairCoverage.self) else { return }
    guard 0...count ~= stored.records else {
      throw FileError(
        place: index.catalog.url.relativePath,
        expected: "pairs of at most \(count) records", found: "\(stored.records)",
        advice: "the catalog is damaged; build the index again")
    }
    self = stored
  }

  /// The score down to which all pairs of `stage` are there; nil where none were stored.
  func floor(of stage: RemovalStage) -> Float? { floors[stage] }

  /// Takes in pairs found by a new join of all records.
  mutating func setSemantic(floor: Float, method: JoinMethod, records: Int) {
    floors[.semantic] = floor
    self.method = method
    self.records = records
  }

  /// Takes in pairs found by a new lexical join; those of another shingling are of no more use.
  mutating func setLexical(_ found: [RemovalStage: Float], shingling: Shingling) {
    if self.shingling != shingling {
      floors[.lexical] = nil
      floors[.containment] = nil
    }
    self.shingling = shingling
    floors.merge(found) { _, new in new }
  }

  /// What stays true after records are appended: new texts may share words with any old one, but
  /// semantic pairs are looked for among the new ones alone.
  func afterAppend() -> PairCoverage {
    var coverage = self
    coverage.floors = floors.filter { $0.key == .semantic }
    coverage.shingling = nil
    return coverage
  }
}
