/// An option by its name, for errors of the library to say which one is meant or what to do.
///
/// How a person gives it is said here and nowhere else in the library: as a flag of the command.
package enum OptionName: String, CaseIterable, CustomStringConvertible, Sendable {
  case append
  case balance
  case batchSize = "batch-size"
  case budget
  case budgetTokens = "budget-tokens"
  case cohesion
  case containment
  case disjoint
  case duplicateField = "duplicate-field"
  case epochs
  case fieldB = "field-b"
  case floor
  case folds
  case force
  case format
  case idField = "id-field"
  case inject
  case keep
  case label
  case labelField = "label-field"
  case labelSeparator = "label-separator"
  case lexicalThreshold = "lexical-threshold"
  case margin
  case marginClean = "margin-clean"
  case marginSlice = "margin-slice"
  case maximumTokens = "maximum-tokens"
  case model
  case out
  case pin
  case positiveFrom = "positive-from"
  case promptText = "prompt-text"
  case protect
  case protectField = "protect-field"
  case qualityField = "quality-field"
  case qualityWeight = "quality-weight"
  case quota
  case reviewed
  case seeds
  case selection
  case shares
  case shingles
  case skipInvalid = "skip-invalid"
  case stages
  case steps
  case studySteps = "study-steps"
  case tagColumn = "tag-column"
  case tagNames = "tag-names"
  case task
  case test
  case testShare = "test-share"
  case textField = "text-field"
  case textSeparator = "text-separator"
  case threshold
  case timeField = "time-field"
  case what

  /// As it is given to a command.
  package var description: String { "--" + rawValue }
}

extension FileError {
  /// What is wrong with an option, or with one value of it.
  package init(
    option: OptionName, _ value: String? = nil, expected: String, found: String,
    advice: String? = nil
  ) {
    self.init(
      place: "\(option)" + (value.map { " " + $0 } ?? ""), expected: expected, found: found,
      advice: advice)
  }
}
