/// The arms of a study. They change the training data and nothing else.
public enum StudyArm: String, Codable, CaseIterable, Sendable {
  /// All training records.
  case raw
  /// Without the records that repeat a test item, and nothing else.
  case decontaminated
  /// What the removal rule keeps of the training records among themselves; copies of test items
  /// stay.
  case deduplicated
  /// As many as `deduplicated` has, chosen for diversity with even quotas by label and topic.
  case balanced
  /// As many as `deduplicated` has, drawn at random, anew for every seed: what mere shrinking does.
  case random
  /// The same of the size of `decontaminated`, where that is another.
  case randomDecontaminated = "random-decontaminated"

  package var title: String {
    switch self {
    case .raw: "all training records"
    case .decontaminated: "without near-copies of test items"
    case .deduplicated: "without near-duplicates of each other"
    case .balanced: "a diverse subset as large as “deduplicated”, even by label and topic"
    case .random: "a random subset as large as “deduplicated”"
    case .randomDecontaminated: "a random subset as large as “decontaminated”"
    }
  }

  /// The arm of the same size that differs in nothing but what was left out, of those that `arms` has.
  func control(among arms: [StudyArm]) -> StudyArm? {
    switch self {
    case .raw, .random, .randomDecontaminated: nil
    case .deduplicated, .balanced: arms.contains(.random) ? .random : nil
    case .decontaminated:
      [.randomDecontaminated, .random].first { arms.contains($0) }
    }
  }
}
