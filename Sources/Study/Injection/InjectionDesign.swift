import Corpus
import Curation

/// Which test items are put into training, how often, and what is trained on besides.
struct InjectionDesign {
  /// Copies are at most this part of the records trained on, so that they do not crowd these out.
  private static let mostCopies = 1.0 / 3

  /// Rows that every model is trained on: none repeats a test item, and none is in a group of which paraphrases
  /// are put in.
  let base: [UInt32]
  /// Test rows that are put into training and tested.
  let items: [UInt32]
  let square: InjectionSquare
  private(set) var notes: [String] = []
  private let table: RecordTable
  private let changes: ChangedText
  private let seed: UInt64
  /// Of each item the rows of its paraphrases.
  private let paraphrases: [[UInt32]]

  /// Groups of test items are taken in the order of a hash, those with paraphrases first, as many as the copies
  /// leave room for, and of each block as many.
  init(_ index: OpenIndex, _ design: StudyDesign, seed: UInt64) throws {
    table = design.table
    self.seed = seed
    let training = design.canonical(design.decontaminated)
    let trainingGroups = try design.groups(of: training, index)
    let groups = ItemGroups(design, training: training, trainingGroups, seed: seed)
    func chosen(_ doses: [InjectionDose], of order: [Int], taken: Int = 0) -> [Int] {
      let copies = doses.reduce(0) { $0 + $1.copies }
      let room = Int(Self.mostCopies * Double(training.count)) * doses.count / copies
      return groups.first(order, items: room - taken, multipleOf: doses.count)
    }
    let doses = InjectionDose.all(of: InjectionDose.Kind.allCases)
    var paraphrased = chosen(doses, of: groups.order.filter(groups.hasParaphrases))
    var others: [Int]
    if paraphrased.count >= Comparison.leastGroups {
      others = chosen(
        doses, of: groups.order.filter { !groups.hasParaphrases($0) },
        taken: groups.items(paraphrased).count)
    } else {
      notes.append(
        "No paraphrases are put in: \(paraphrased.count) groups of test items have some in training, where a "
          + "claim needs \(Comparison.leastGroups).")
      paraphrased = []
      others = chosen(InjectionDose.all(of: [.exact, .changed]), of: groups.order)
    }
    items = groups.items(paraphrased + others)
    paraphrases =
      groups.items(paraphrased).map(groups.paraphrases) + groups.items(others).map { _ in [] }
    square = InjectionSquare(
      groups: groups.numbers(paraphrased + others),
      withParaphrases: paraphrases.enumerated().filter { !$1.isEmpty }.map(\.offset))
    let left = Set(paraphrased)
    base = zip(training, trainingGroups).filter { !left.contains($1) }.map(\.0)
    changes = ChangedText(wordsOf: base.map { design.table.texts[Int($0)] })
    if items.count < design.test.count {
      notes.append(
        "Copies are put in of \(items.count) of \(design.test.count) test items: more would crowd out "
          + "what else is trained on.")
    }
  }

  /// What is put into the training of a model: text and row of the record whose label it has.
  func copies(in model: Int) -> [(row: UInt32, text: String)] {
    items.indices.flatMap { item in
      let dose = square.doses[square.dose(of: item, in: model)]
      return (0..<dose.copies).compactMap { self.copy($0, of: item, dose.kind, in: model) }
    }
  }

  /// Nil if there is no such copy. Paraphrases are taken in turn.
  private func copy(_ number: Int, of item: Int, _ kind: InjectionDose.Kind, in model: Int) -> (
    row: UInt32, text: String
  )? {
    let row = items[item]
    let text = table.texts[Int(row)]
    switch kind {
    case .exact: return (row, text)
    case .changed:
      let key = "\(seed) \(model) \(number) \(table.ids[Int(row)]) \(text)"
      return (row, changes.copy(of: text, seed: ContentHash(key).high))
    case .paraphrased:
      let others = paraphrases[item]
      if others.isEmpty { return nil }
      let other = others[number % others.count]
      return (other, table.texts[Int(other)])
    }
  }
}

/// The test items by paraphrase group, and what else there is of a group to train on.
private struct ItemGroups {
  /// In the order of a hash of their texts.
  let order: [Int]
  private let items: [Int: [UInt32]]
  /// Of each test item, those of its group and label that could be trained on, in the order of a hash.
  private let paraphrasesOfItem: [UInt32: [UInt32]]

  init(_ design: StudyDesign, training: [UInt32], _ trainingGroups: [Int], seed: UInt64) {
    func key(_ row: UInt32) -> ContentHash {
      ContentHash("\(seed) \(design.table.texts[Int(row)])")
    }
    let byGroup = Dictionary(grouping: zip(design.testGroups, design.test), by: \.0)
    items = byGroup.mapValues { $0.map(\.1) }
    let keys = items.mapValues { $0.map(key).min()! }
    order = keys.keys.sorted { (keys[$0]!, $0) < (keys[$1]!, $1) }
    let others = Dictionary(grouping: zip(trainingGroups, training), by: \.0)
      .mapValues { group in group.map(\.1).sorted { (key($0), $0) < (key($1), $1) } }
    paraphrasesOfItem = Dictionary(
      uniqueKeysWithValues: zip(design.testGroups, design.test).map { group, row in
        let label = design.table.labelNumbers[Int(row)]
        return (
          row, others[group, default: []].filter { design.table.labelNumbers[Int($0)] == label }
        )
      })
  }

  func paraphrases(of row: UInt32) -> [UInt32] { paraphrasesOfItem[row]! }

  func hasParaphrases(_ group: Int) -> Bool {
    items[group]!.contains { !paraphrases(of: $0).isEmpty }
  }

  /// Items of groups, group by group.
  func items(_ groups: [Int]) -> [UInt32] { groups.flatMap { items[$0]! } }

  /// For each of ``items(_:)`` the place of its group.
  func numbers(_ groups: [Int]) -> [Int] {
    groups.enumerated().flatMap { number, group in items[group]!.map { _ in number } }
  }

  /// The first of some groups that together have no more than so many items.
  func first(_ groups: [Int], items room: Int, multipleOf doses: Int) -> [Int] {
    var (chosen, count) = ([Int](), 0)
    for group in groups where count + items[group]!.count <= room {
      chosen.append(group)
      count += items[group]!.count
    }
    chosen.removeLast(chosen.count % doses)
    return chosen
  }
}
