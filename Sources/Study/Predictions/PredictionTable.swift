import Files
import Foundation

/// The predictions of several arms, paired by item and seed: only items that every model answered.
struct PredictionTable {
  /// By arm in order of first appearance, then by seed ascending, then by item.
  let arms: [(name: String, models: [[ForeignPrediction.Answer]])]
  let seeds: [UInt64]
  /// Whether the files say which training a prediction is of.
  let hasSeeds: Bool
  /// Ids of the items, in the order of the first model.
  let ids: [String]
  /// What is missing on either side, in sentences.
  let notes: [String]

  private struct Model {
    var arm: String
    var seed: UInt64?
    var answers: [String: ForeignPrediction] = [:]
    var ids: [String] = []
  }

  private struct Key: Hashable {
    var arm: String
    var seed: UInt64?
  }

  /// - Parameter files: in the order they were named; an arm whose rows do not name it is called after
  ///   its file.
  /// - Throws: `FileError` where a row cannot be read, an item is answered twice by one model or right in
  ///   two ways, or where there is nothing to pair.
  init(_ files: [PredictionFile]) throws {
    let names = Self.names(of: files)
    var models: [Model] = []
    var numbers: [Key: Int] = [:]
    for (file, name) in zip(files, names) {
      for row in try file.read() {
        let key = Key(arm: row.arm ?? name, seed: row.seed)
        if numbers[key] == nil {
          numbers[key] = models.count
          models.append(Model(arm: key.arm, seed: key.seed))
        }
        let number = numbers[key]!
        if let first = models[number].answers[row.id] {
          throw FileError(
            place: row.place, expected: "one answer of “\(key.arm)” to '\(row.id)'",
            found: "another at \(first.place)",
            advice: "tell models of one arm apart by 'seed', and arms by 'arm'")
        }
        models[number].answers[row.id] = row
        models[number].ids.append(row.id)
      }
    }
    try self.init(models: models, place: files.map(\.url.relativePath).joined(separator: " "))
  }

  private init(models: [Model], place: String) throws {
    hasSeeds = models.contains { $0.seed != nil }
    var names: [String] = []
    for model in models where !names.contains(model.arm) { names.append(model.arm) }
    guard names.count > 1 else {
      throw FileError(
        place: place, expected: "predictions of two arms or more",
        found: names.first.map { "those of “\($0)” alone" } ?? "none",
        advice: "give a file an arm, or name arms in the field 'arm'")
    }
    var notes: [String] = []
    let (seeds, used) = try Self.paired(models, names, place, &notes)
    ids = try Self.common(used, place, &notes)
    let ids = ids
    self.seeds = seeds
    arms = try names.map { name in
      (
        name,
        try seeds.map { seed in
          let model = used.first { $0.arm == name && ($0.seed ?? 0) == seed }!
          return try ids.map { id in
            let answer = model.answers[id]!
            try Self.check(answer, against: used[0].answers[id]!)
            return answer.answer
          }
        }
      )
    }
    self.notes = notes
  }

  /// File names without extensions, or whole paths where two of these are the same.
  private static func names(of files: [PredictionFile]) -> [String] {
    let short = files.map(\.name)
    return Set(short).count == short.count ? short : files.map(\.url.relativePath)
  }

  /// The seeds that every arm has, and the models of these.
  private static func paired(
    _ models: [Model], _ names: [String], _ place: String, _ notes: inout [String]
  ) throws -> ([UInt64], [Model]) {
    let seedsOf = names.map { name in Set(models.filter { $0.arm == name }.map(\.seed)) }
    for (name, seeds) in zip(names, seedsOf)
    where seeds.contains(nil) && seedsOf.contains(where: { $0 != [nil] }) {
      throw FileError(
        place: place, expected: "a seed in every row, or in none",
        found: "rows of “\(name)” without one")
    }
    let all = Set(seedsOf.joined().map { $0 ?? 0 })
    let common = seedsOf.reduce(all) { $0.intersection($1.map { $0 ?? 0 }) }.sorted()
    guard !common.isEmpty else {
      throw FileError(
        place: place, expected: "a seed that every arm has",
        found: zip(names, seedsOf).map { name, seeds in
          "“\(name)” with \(seeds.compactMap(\.self).sorted().map(String.init).joined(separator: ", "))"
        }.joined(separator: "; "),
        advice: "models are paired by seed: number those of every arm alike")
    }
    if common.count < all.count {
      let left = all.subtracting(common).sorted().map(String.init).joined(separator: ", ")
      notes.append("Not every arm has the seeds \(left): they are left out.")
    }
    return (common, models.filter { common.contains($0.seed ?? 0) })
  }

  /// Ids that all models have, in the order of the first.
  private static func common(_ models: [Model], _ place: String, _ notes: inout [String]) throws
    -> [String]
  {
    let all = models.reduce(into: Set<String>()) { $0.formUnion($1.answers.keys) }
    let ids = models[0].ids.filter { id in models.allSatisfy { $0.answers[id] != nil } }
    guard !ids.isEmpty else {
      throw FileError(
        place: place, expected: "items that every model answered", found: "no id that all have",
        advice: "predictions are paired by 'id': write the same ids for the same items")
    }
    for model in models {
      let missing = all.filter { model.answers[$0] == nil }.sorted()
      if missing.isEmpty { continue }
      let shown = missing.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
      let name = "“\(model.arm)”" + (model.seed.map { " with seed \($0)" } ?? "")
      notes.append("\(name) has no answer to \(shown)\(more): left out for all.")
    }
    return ids
  }

  /// - Throws: `FileError` if two rows about one item are of two kinds, or say two things to be right.
  private static func check(_ answer: ForeignPrediction, against first: ForeignPrediction) throws {
    func fault(_ expected: String, _ found: String) -> FileError {
      FileError(
        place: answer.place, expected: "\(expected) for '\(answer.id)', as at \(first.place)",
        found: found)
    }
    switch (answer.answer, first.answer) {
    case (.value(_, let gold), .value(_, let known)):
      if gold != known, Double(gold).map({ $0 != Double(known) }) ?? true {
        throw fault("'\(known)' in 'gold'", "'\(gold)'")
      }
    case (.entities(let counts), .entities(let known)):
      if counts.gold != known.gold {
        throw fault("\(Int(known.gold)) in 'gold'", "\(Int(counts.gold))")
      }
    case (.score, .score): break
    default: throw fault(first.answer.kind, answer.answer.kind)
    }
  }
}
