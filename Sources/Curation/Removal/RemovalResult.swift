/// A record that goes, and the kept record it goes for; `Ledger` makes the row of the catalog from it.
public struct Removal: Hashable, Sendable {
  package var row: UInt32
  /// A kept record at or above the stage's threshold.
  public var witness: UInt32
  /// 1 at the stages exact and normalized, else the Jaccard index or the cosine of the two.
  public var score: Float
  package var stage: RemovalStage

  package init(row: UInt32, witness: UInt32, score: Float, stage: RemovalStage) {
    self.row = row
    self.witness = witness
    self.score = score
    self.stage = stage
  }
}

/// Two records at or above the threshold that a guard holds to be different.
public struct VetoedPair: Hashable, Sendable {
  /// The record that was being judged.
  public var row: UInt32
  /// The kept record it was compared with.
  public var other: UInt32
  package var score: Float
  package var stage: RemovalStage
  package var veto: GuardVeto

  package init(row: UInt32, other: UInt32, score: Float, stage: RemovalStage, veto: GuardVeto) {
    self.row = row
    self.other = other
    self.score = score
    self.stage = stage
    self.veto = veto
  }
}

/// Two records at or above the threshold whose labels differ.
public struct LabelConflict: Hashable, Sendable {
  package var row: UInt32
  package var other: UInt32
  package var score: Float
  package var stage: RemovalStage
  /// Whether the policy took `row` out of the data because of this conflict.
  public var isDropped: Bool

  package init(row: UInt32, other: UInt32, score: Float, stage: RemovalStage, isDropped: Bool) {
    self.row = row
    self.other = other
    self.score = score
    self.stage = stage
    self.isDropped = isDropped
  }
}

/// What became of every record: kept, removed for a witness, or dropped over its label.
public struct RemovalResult: Sendable {
  /// Kept rows, ascending.
  public var kept: [UInt32]
  /// By ascending row.
  public var removals: [Removal]
  /// By ascending row; both records may be kept although they are at or above the threshold. One
  /// pair speaks for all kept records of the texts and labels of `other`.
  public var vetoes: [VetoedPair]
  /// By ascending row; one pair speaks for all kept records like `other`. Rows with ``LabelConflict/isDropped`` are neither kept nor removed.
  public var conflicts: [LabelConflict]
  /// Rows set aside by hand, ascending.
  public var setAside: [UInt32]
  /// How many protected rows are the same as a protected row before them; all of them are kept.
  public var protectedRepeats = 0

  package init(
    kept: [UInt32], removals: [Removal], vetoes: [VetoedPair] = [],
    conflicts: [LabelConflict] = [], setAside: [UInt32] = []
  ) {
    self.kept = kept
    self.removals = removals
    self.vetoes = vetoes
    self.conflicts = conflicts
    self.setAside = setAside
  }

  /// Rows that went without a witness: set aside by hand, or over a label conflict.
  public var droppedRows: [UInt32] { setAside + conflicts.filter(\.isDropped).map(\.row) }
}
