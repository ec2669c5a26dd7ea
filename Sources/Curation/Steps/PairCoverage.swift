import Files
import Foundation
import Neighbors
import Store

/// Which pairs the catalog holds: of each stage all from a score up, as `dedup` left them.
struct PairCoverage {
  private static let step = "pairs"
  private static let recordsName = "records semantic"
  private static let approximateName = "approximate semantic"

  private var floors: [RemovalStage: Float] = [:]
  /// How texts were cut into shingles for the pairs of the lexical stages.
  private(set) var shingling: Shingling?
  /// Semantic pairs among the first so many records are there: all, unless some were appended.
  private(set) var records: Int
  /// How the semantic pairs were found.
  private(set) var method = JoinMethod.exact

  /// - Throws: `FileError` for figures that no `dedup` left.
  init(_ index: OpenIndex) throws {
    let values = Dictionary(
      try index.catalog.measurements(step: Self.step).map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let count = index.manifest.recordCount
    let covered = values[Self.recordsName] ?? Double(count)
    guard let records = Int(exactly: covered), 0...count ~= records else {
      throw FileError(
        place: index.catalog.url.relativePath,
        expected: "pairs of at most \(count) records", found: "\(covered)",
        advice: "the catalog is damaged; build the index again")
    }
    self.records = records
    for stage in RemovalStage.allCases {
      floors[stage] = values[Self.floorName(stage)].map { Float($0) }
    }
    if values[Self.approximateName] == 1 { method = .ivf }
    if let words = values["shingle words"].flatMap({ Int(exactly: $0) }),
      let characters = values["shingle characters"].flatMap({ Int(exactly: $0) })
    {
      shingling = Shingling(words: words, characters: characters)
    }
    // Catalogs of version 1 had the floor in the options only, and only semantic pairs.
    if floors[.semantic] == nil, try index.catalog.step("dedup") != nil {
      let options = try index.options(of: "dedup", as: DedupOptions.self)
      if options.stages.contains(.semantic) { floors[.semantic] = options.floor }
    }
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

  /// - Parameter count: records of the index that is written.
  func replace(recordCount count: Int?, with editor: CatalogEditor) throws {
    var values = floors.map { (Self.floorName($0.key), $0.value.decimal) }
    if let shingling {
      values.append(("shingle words", Double(shingling.words)))
      values.append(("shingle characters", Double(shingling.characters)))
    }
    if floors[.semantic] != nil {
      if records != count { values.append((Self.recordsName, Double(records))) }
      if method == .ivf { values.append((Self.approximateName, 1)) }
    }
    try editor.replaceMeasurements(
      step: Self.step,
      values.sorted { $0.0 < $1.0 }.map {
        Store.Measurement(step: Self.step, name: $0.0, value: $0.1)
      })
  }

  private static func floorName(_ stage: RemovalStage) -> String { "floor \(stage.rawValue)" }
}
