/// Something in an index that is not as its makers promise.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// The ledger names a row that does not exist.
    case unknownRow
    /// A row is in none or in several of kept, removed and dropped.
    case unaccounted
    /// A removed record's witness is not kept.
    case witnessNotKept
    /// A removal's score, recomputed, is below the threshold of its stage.
    case belowThreshold
    /// A stored score differs from the recomputed one.
    case scoreMismatch
    /// Two kept records are the same and neither listed as vetoed or in conflict nor out of scope.
    case keptPair
    /// A group of records connected by what was removed for what keeps none.
    case emptyGroup
    /// A listed veto that the guard does not give.
    case unfoundedVeto
    /// A listed conflict between records whose labels do not differ.
    case unfoundedConflict
    /// A protected record was removed or dropped.
    case protectedRemoved
    /// A record that was dropped by hand is kept.
    case decisionIgnored
    /// A record dropped without a witness, for which neither a decision by hand nor a listed conflict
    /// under a policy that drops gives the reason.
    case unfoundedDrop
    /// A stage that was not run, or a pair that was out of scope, removed a record.
    case outOfScope
    /// A record was removed for one that a guard holds to be different.
    case guardIgnored
    /// A record was removed for one with another label under a policy that keeps both.
    case labelsIgnored
    /// A record was removed for one that comes after it by the keep rule.
    case keepOrder
    /// A cheaper stage finds the same witness.
    case otherStage
    /// The ledger's rule, scope or guards are not those of the options.
    case otherRule

    /// Two records have one id.
    case repeatedID
    /// A text is not the one that was hashed when it was indexed.
    case changedText
    /// A vector is neither of unit length nor zero.
    case vectorLength
    /// Two records of equal text have different vectors.
    case vectorsDiffer
    /// Embedded again, a text has another vector.
    case otherVector
    /// A file is not the one the manifest describes.
    case changedFile
    /// The records are not those the manifest describes.
    case changedCorpus
    /// A step started from something else than what is there.
    case staleStep
    /// Options of `dedup` that contradict what it left.
    case otherOptions

    /// A record that is not kept has a part, or one outside training was selected for it.
    case misplaced
    /// A given test or development record is in another part.
    case givenPartIgnored
    /// Two near records are in different parts.
    case crossingPair
    /// Records of one group are in different parts.
    case dividedGroup

    /// A prediction whose label is not the record's, or that is wrongly said to be right or wrong.
    case falsePrediction
    /// Figures of a run or a comparison that do not follow from the predictions.
    case falseFigures
    /// What a step, done again from its input and options, decides otherwise.
    case otherOutcome

    /// Whether ``Violation/rows`` name records; else ``Violation/detail`` says what it is about.
    package var isAboutRecords: Bool {
      switch self {
      case .changedFile, .changedCorpus, .staleStep, .otherOptions, .falseFigures, .otherOutcome:
        false
      default: true
      }
    }

    /// What to do about it.
    public var advice: String {
      switch self {
      case .repeatedID, .changedText, .vectorLength, .vectorsDiffer, .otherVector, .changedFile,
        .changedCorpus:
        "records or vectors are not those that were indexed: build the index again from the corpus"
      case .misplaced, .givenPartIgnored, .crossingPair, .dividedGroup:
        "the split is not what its rules make: run simcurate split again, with other options first if "
          + "it says there is nothing to do"
      case .falsePrediction, .falseFigures:
        "predictions or figures were changed: delete the runs and run simcurate compare again"
      default:
        "the ledger does not follow from texts, vectors and options: run simcurate dedup again, with "
          + "other options first if it says there is nothing to do"
      }
    }
  }

  /// Of what kind it is.
  public var kind: Kind
  /// The rows concerned: the record and its witness, or the two records of a pair.
  public var rows: [UInt32]
  /// The stage whose score it is.
  public var stage: RemovalStage?
  /// As it was stored.
  public var stored: Float?
  /// As it comes out.
  public var recomputed: Float?
  /// The file, step, run or figure concerned, for people.
  public var detail: String?

  /// Each parameter is the property of that name.
  public init(
    kind: Kind, rows: [UInt32] = [], stage: RemovalStage? = nil, stored: Float? = nil,
    recomputed: Float? = nil, detail: String? = nil
  ) {
    self.kind = kind
    self.rows = rows
    self.stage = stage
    self.stored = stored
    self.recomputed = recomputed
    self.detail = detail
  }

  /// A sentence for people, with rows by number.
  public var description: String { sentence { "row \($0)" } }

  /// A sentence for people; `name` says what a row is called.
  public func sentence(naming name: (UInt32) -> String) -> String {
    let first = rows.first.map(name) ?? "?"
    let second = rows.count > 1 ? name(rows[1]) : "?"
    let stage = stage?.rawValue ?? "?"
    let stored = stored.map { "\($0)" } ?? "none"
    let recomputed = recomputed.map { "\($0)" } ?? "none"
    let detail = detail ?? "something"
    switch kind {
    case .unknownRow: return "the ledger names \(first), which does not exist"
    case .unaccounted: return "\(first) must be exactly one of kept, removed and dropped"
    case .witnessNotKept: return "\(first) was removed for \(second), which is not kept"
    case .belowThreshold:
      return "\(first) was removed for \(second) at stage \(stage), but their score is only "
        + recomputed
    case .scoreMismatch:
      return "\(first) and \(second), stage \(stage): stored score \(stored), recomputed "
        + recomputed
    case .keptPair:
      return "\(first) and \(second) are both kept, but the same at stage \(stage) with score "
        + recomputed
    case .emptyGroup: return "nothing is kept of the group of \(first) (\(rows.count) records)"
    case .unfoundedVeto: return "no guard tells \(first) from \(second), though one is listed"
    case .unfoundedConflict:
      return "\(first) and \(second) are listed with different labels, but have none that differ"
    case .protectedRemoved: return "\(first) is protected but was taken out"
    case .decisionIgnored: return "\(first) was dropped by hand but is kept"
    case .unfoundedDrop: return "\(first) was dropped, but nothing says why"
    case .outOfScope: return "\(first) and \(second): stage \(stage) was not to compare them"
    case .guardIgnored:
      return "\(first) was removed for \(second), though a guard holds them to be different"
    case .labelsIgnored: return "\(first) was removed for \(second), which has another label"
    case .keepOrder:
      return "\(first) was removed for \(second), though by the keep rule it is the one to keep"
    case .otherStage:
      return "\(first) was removed for \(second) at stage \(stage), though a cheaper one finds it"
    case .otherRule:
      return "\(first): its rule, scope or guards in the ledger are not those of the options"
    case .repeatedID: return "\(first) is an id that another record has too"
    case .changedText: return "\(first) has a text or a hash that is not the one indexed"
    case .vectorLength: return "\(first) has a vector that is not of unit length"
    case .vectorsDiffer: return "\(first) and \(second) have one text but different vectors"
    case .otherVector:
      return "\(first): embedded again, its text has cosine \(recomputed) to the stored vector"
    case .changedFile: return "a file is not the one the manifest describes: \(detail)"
    case .changedCorpus: return "not what the manifest describes: \(detail)"
    case .staleStep: return "the step \(detail) started from something else than what is here now"
    case .otherOptions: return "options of dedup that cannot be: \(detail)"
    case .misplaced:
      return "\(first) is in the split but not kept, or selected but not in training"
    case .givenPartIgnored: return "\(first) is not in the part it was given for"
    case .crossingPair:
      return "\(first) and \(second) are in different parts, with score \(recomputed) at stage "
        + stage
    case .dividedGroup: return "\(first) and \(second) are of one group but in different parts"
    case .falsePrediction:
      return "\(first): a prediction does not agree with its label (run \(detail))"
    case .falseFigures: return "figures that do not follow from the predictions: \(detail)"
    case .otherOutcome: return "done again, it comes out otherwise: \(detail)"
    }
  }
}
