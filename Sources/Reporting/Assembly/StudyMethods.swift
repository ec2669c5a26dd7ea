import Curation
import Foundation
import Store
import Study

/// What was done, with what parameters and at what cost, as the catalog has it.
struct StudyMethods {
  let index: OpenIndex
  /// The study's finished runs.
  let runs: [Run]
  /// Whether the user gave a test set.
  let hasGivenTest: Bool

  /// How test items, arms and models were made, as running text.
  func paragraph() throws -> String? {
    guard let first = runs.first else { return nil }
    let study = try options()
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let training = try parameters(first)
    func trained(_ name: String) -> String { training[name] ?? NumberText.none }
    func asked(_ name: String) -> String { study[name] ?? NumberText.none }
    let seeds = Set(runs.map(\.seed)).sorted().map(String.init).joined(separator: ", ")
    let model = index.manifest.model
    let folds = study["foldCount"].flatMap(Int.init) ?? 1
    return
      "The task is \(asked("task")). The test set was "
      + testSet(folds, share: asked("testShare"))
      + "A training record repeats a test item by the stages "
      + "\(dedup.stages.map(\.rawValue).joined(separator: ", ")) at cosine "
      + "\(NumberText.decimal(Double(dedup.threshold), 2))"
      + (dedup.guards.isEmpty
        ? " without guards"
        : ", less what the guards \(dedup.guards.map(\.rawValue).joined(separator: ", ")) hold apart")
      + "; an item is near from \(asked("nearThreshold")) on, by the vectors of "
      + "\(model.name). Of each arm a model was trained "
      + (folds > 1 ? "for every fold " : "") + "with every seed (\(seeds)): "
      + "\(trained("maximumSteps")) updates of \(trained("batchSize")) texts of up to "
      + "\(asked("maximumTokens")) tokens, AdamW with "
      + (study["tunesLearningRate"] == "yes"
        ? "the learning rate that a development part of its training records chose, "
        : "learning rate \(trained("learningRate")), ")
      + "\(trained("schedule")) after a warm-up over \(trained("warmupFraction")) of the updates, decay "
      + "\(trained("weightDecay")), no development set and no early stopping. "
      + (try frozen(asked("task")) ?? "No plan was written down before the first model.")
  }

  /// Where test items came from, as the end of a sentence and what there is to say of it.
  private func testSet(_ folds: Int, share: String) -> String {
    if hasGivenTest { return "given. " }
    if folds == 1 {
      return
        "drawn at random, record by record and within labels, a share of \(share) of the records, "
        + "before any filtering. "
    }
    return
      "every record once: the records were dealt at random, one by one and within labels, into \(folds) "
      + "folds before any filtering, and each fold was tested by models trained on the others. A seed’s "
      + "score is that of its \(folds) models together. As the training sets of folds overlap, the variance "
      + "between models of a fold, less what single groups of items explain, counts 1/J + "
      + "\(folds > 5 ? "1/4" : "1/\(folds - 1)") times for a mean of J models (Nadeau and Bengio, 2003). "
  }

  /// Options of the step and of its first run, name by name.
  func parameters() throws -> [Provenance.Fact] {
    guard let first = runs.first else { return [] }
    func facts(_ of: String, _ values: [String: String]) -> [Provenance.Fact] {
      values.sorted { $0.key < $1.key }.map { .init(name: "\(of): \($0.key)", value: $0.value) }
    }
    return facts("compare", try options())
      + facts("model", try parameters(first).filter { $0.key != "seed" })
  }

  /// What a study's models took.
  static func cost(_ runs: [Run]) throws -> StudySection.Cost? {
    let metrics = try runs.compactMap { try $0.recordedMetrics() }
    if metrics.isEmpty { return nil }
    return StudySection.Cost(
      models: metrics.count, updates: metrics.reduce(0) { $0 + $1.updates },
      seconds: metrics.reduce(0) { $0 + $1.seconds })
  }

  private func options() throws -> [String: String] {
    try index.catalog.step("compare").map {
      try Self.flat($0.options, "options of the step compare")
    } ?? [:]
  }

  private func parameters(_ run: Run) throws -> [String: String] {
    try Self.flat(run.options, "table runs, options of \(run.id)")
  }

  private func frozen(_ task: String) throws -> String? {
    let input = try StepAccount.outcomeHash(of: "split", in: index)
    guard let plan = try index.catalog.plan(inputHash: input, task: task) else {
      return nil
    }
    return
      "Endpoint, margins, seeds and arms were written down before the first model was trained, on "
      + plan.frozenAt.formatted(.iso8601.year().month().day()) + "."
  }

  /// Numbers, texts and lists of a JSON object as text, keys of objects in it joined by points; options come
  /// and go, and all there are shall be shown.
  static func flat(_ json: String, _ place: String) throws -> [String: String] {
    let object = try StoredJSON.decode(
      [String: JSONValue].self, from: Data(json.utf8), place: place)
    return Dictionary(
      uniqueKeysWithValues: object.flatMap { name, value in
        value.leaves.map {
          ([name, $0.key].filter { !$0.isEmpty }.joined(separator: "."), $0.text)
        }
      })
  }
}

/// Any JSON value, for showing it.
enum JSONValue: Decodable {
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .text(flag ? "yes" : "no")
    } else if let whole = try? container.decode(Int.self) {
      self = .text("\(whole)")
    } else if let number = try? container.decode(Double.self) {
      // Single precision is what most options are stored from.
      self = .text("\(Float(number))")
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else if let object = try? container.decode([String: JSONValue].self) {
      self = .object(object)
    } else {
      self = .text((try? container.decode(String.self)) ?? NumberText.none)
    }
  }

  /// What it holds by its keys, empty for itself.
  var leaves: [(key: String, text: String)] {
    switch self {
    case .text(let text): [("", text)]
    case .list(let values):
      [("", values.flatMap(\.leaves).map(\.text).joined(separator: ", "))]
    case .object(let values):
      values.flatMap { name, value in
        value.leaves.map {
          ([name, $0.key].filter { !$0.isEmpty }.joined(separator: "."), $0.text)
        }
      }
    }
  }
}
