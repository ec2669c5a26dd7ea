/// A part of the test set by where its items stand towards the raw training records.
public enum TestSlice: String, Codable, CaseIterable, Sendable {
  /// Every test item.
  case all
  /// A near-copy of the item was there to train on, by the rule that the arms are made by.
  case leaked
  /// None, but a training record somewhat alike, or one that a guard holds apart.
  case near
  /// Neither: what a model has to generalize to.
  case clean
}

/// The test items that every arm of a study is scored on.
public struct TestItems: Sendable {
  /// What is right for each item.
  public enum Truth: Sendable {
    /// The class per item, in `0..<count`.
    case classes([Int], count: Int)
    /// The class per item, and the relation that each class is a direction of; nil for what is none.
    case relations([Int], ofClass: [Int?])
    /// The classes per item, any number of them in `0..<count`, each once.
    case sets([[Int]], count: Int)
    /// The number per item.
    case numbers([Double])
    /// The arms bring scores or counts that hold it already.
    case counted(items: Int)
  }

  package let truth: Truth
  /// Paraphrase group per item (any numbers). Items of a group are resampled together, because
  /// they are not independent observations.
  public let groups: [Int]
  /// Where each item stands towards the training data; no item is `all`.
  public let slices: [TestSlice]
  /// The fold of each item, from 0: models that answered items of different folds were trained on
  /// different records. All 0 where one model a seed answered everything.
  package let folds: [Int]
  /// How many folds there are.
  package var foldCount: Int { (folds.max() ?? 0) + 1 }

  /// - Parameter folds: nil for one.
  /// - Precondition: the arrays have one length; classes lie in `0..<count`.
  public init(truth: Truth, groups: [Int], slices: [TestSlice], folds: [Int]? = nil) {
    switch truth {
    case .classes(let labels, let count):
      precondition(labels.count == groups.count)
      precondition(labels.allSatisfy { (0..<count).contains($0) }, "label out of range")
    case .relations(let labels, let kinds):
      precondition(labels.count == groups.count)
      precondition(labels.allSatisfy(kinds.indices.contains), "label out of range")
    case .sets(let sets, let count):
      precondition(sets.count == groups.count)
      precondition(sets.joined().allSatisfy { (0..<count).contains($0) }, "label out of range")
    case .numbers(let numbers): precondition(numbers.count == groups.count)
    case .counted(let items): precondition(items == groups.count)
    }
    precondition(groups.count == slices.count)
    precondition(!slices.contains(.all), "an item lies in one slice, not in all")
    precondition(folds == nil || folds?.count == groups.count)
    self.truth = truth
    self.groups = groups
    self.slices = slices
    self.folds = folds ?? groups.map { _ in 0 }
  }

  /// Items with classes; preconditions as above.
  public init(labels: [Int], classCount: Int, groups: [Int], slices: [TestSlice]) {
    self.init(truth: .classes(labels, count: classCount), groups: groups, slices: slices)
  }

  package var count: Int { groups.count }

  /// True class per item.
  ///
  /// - Precondition: the items have classes.
  public var labels: [Int] {
    switch truth {
    case .classes(let labels, _), .relations(let labels, _): return labels
    default: preconditionFailure("no classes")
    }
  }

  /// How many classes there are; precondition as above.
  var classCount: Int {
    switch truth {
    case .classes(_, let count): return count
    case .relations(_, let kinds): return kinds.count
    default: preconditionFailure("no classes")
    }
  }

  /// Indices of the items in `slice`, ascending.
  public func indices(in slice: TestSlice) -> [Int] {
    slice == .all ? Array(groups.indices) : slices.indices.filter { slices[$0] == slice }
  }
}

/// What the models of one arm said of the test items: one model a seed, or one a seed and fold, of which
/// each answered the items of its fold.
public struct ArmPredictions: Sendable {
  /// By model, then by item.
  public enum Answers: Sendable {
    /// Classes, as in the labels.
    case classes([[Int]])
    /// Any number of classes an item, each once.
    case sets([[[Int]]])
    case numbers([[Double]])
    /// Entities found and right, found, and there to be found.
    case entities([[EntityCounts]])
    /// The same of entities whose surface form training had, and of those it had not.
    case surfaces([[SurfaceCounts]])
    /// A score of each item.
    case scores([[Double]])
    /// How well each question is answered.
    case texts([[AnswerScore]])

    /// The answers to items that follow each other, as one.
    ///
    /// - Precondition: of one kind, and of equally many models.
    package static func joined(_ parts: [Answers]) -> Answers {
      if parts.count == 1 { return parts[0] }
      func rows<Answer>(_ own: (Answers) -> [[Answer]]?) -> [[Answer]]? {
        let found = parts.compactMap(own)
        guard found.count == parts.count else { return nil }
        return found[0].indices.map { model in found.flatMap { $0[model] } }
      }
      let joined: [Answers?] = [
        rows { if case .classes(let own) = $0 { own } else { nil } }.map(Answers.classes),
        rows { if case .sets(let own) = $0 { own } else { nil } }.map(Answers.sets),
        rows { if case .numbers(let own) = $0 { own } else { nil } }.map(Answers.numbers),
        rows { if case .entities(let own) = $0 { own } else { nil } }.map(Answers.entities),
        rows { if case .surfaces(let own) = $0 { own } else { nil } }.map(Answers.surfaces),
        rows { if case .scores(let own) = $0 { own } else { nil } }.map(Answers.scores),
        rows { if case .texts(let own) = $0 { own } else { nil } }.map(Answers.texts),
      ]
      guard let answers = joined.compactMap(\.self).first else {
        preconditionFailure("answers of different kinds")
      }
      return answers
    }

    fileprivate var itemCounts: [Int] {
      switch self {
      case .classes(let rows): rows.map(\.count)
      case .numbers(let rows): rows.map(\.count)
      case .sets(let rows): rows.map(\.count)
      case .entities(let rows): rows.map(\.count)
      case .surfaces(let rows): rows.map(\.count)
      case .scores(let rows): rows.map(\.count)
      case .texts(let rows): rows.map(\.count)
      }
    }
  }

  package let name: String
  /// One per trained model. Arms are paired by position, so compared arms list equal seeds.
  public let seeds: [UInt64]
  package let answers: Answers

  /// - Precondition: as many rows as seeds, at least one, all of one length.
  public init(name: String, seeds: [UInt64], answers: Answers) {
    let counts = answers.itemCounts
    precondition(!seeds.isEmpty && seeds.count == counts.count)
    precondition(counts.allSatisfy { $0 == counts[0] })
    self.name = name
    self.seeds = seeds
    self.answers = answers
  }

  /// Models that predict classes: `predictions[model][item]`.
  public init(name: String, seeds: [UInt64], predictions: [[Int]]) {
    self.init(name: name, seeds: seeds, answers: .classes(predictions))
  }
}

/// How many entities of an item a model found.
public struct EntityCounts: Equatable, Sendable {
  package var right: Double
  package var predicted: Double
  package var gold: Double

  package init(right: Double, predicted: Double, gold: Double) {
    self.right = right
    self.predicted = predicted
    self.gold = gold
  }

  static func + (a: EntityCounts, b: EntityCounts) -> EntityCounts {
    EntityCounts(
      right: a.right + b.right, predicted: a.predicted + b.predicted, gold: a.gold + b.gold)
  }
}

/// Entities of an item by whether their surface form was there to train on.
public struct SurfaceCounts: Equatable, Sendable {
  package var seen: EntityCounts
  package var unseen: EntityCounts

  package init(seen: EntityCounts, unseen: EntityCounts) {
    self.seen = seen
    self.unseen = unseen
  }
}

/// How well one question is answered.
public struct AnswerScore: Equatable, Sendable {
  /// Whether the answer's words are those of a right one.
  public var isExact: Bool
  /// Of the words it shares with the right answer that it shares most with.
  public var f1: Double

  /// Each parameter is the property of that name.
  public init(isExact: Bool, f1: Double) {
    self.isExact = isExact
    self.f1 = f1
  }
}
