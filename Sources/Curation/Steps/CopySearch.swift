/// Which records repeat one of some others, by the stages, thresholds and guards of `dedup` and nothing
/// else: neither labels nor what was decided about single records count.
///
/// Being a copy is mutual, so the records that repeat a test item and the test items that are repeated
/// belong together: without the former there is none of the latter.
public struct CopySearch {
  private let index: OpenIndex
  private let table: RecordTable
  private let options: DedupOptions
  private let monitor: StepMonitor

  package init(_ index: OpenIndex, options: DedupOptions, monitor: StepMonitor) throws {
    self.index = index
    self.options = options
    self.monitor = monitor
    table = try index.records(for: options)
  }

  /// Those of `rows` that are the same as one of `others` at some stage.
  ///
  /// - Precondition: no row is in both.
  public func rows(of rows: [UInt32], repeating others: [UInt32]) throws -> Set<UInt32> {
    var options = options
    options.scope = .leakage
    options.conflicts = .ignore
    let isOther = Set(others)
    let both = (rows + others).sorted()
    let removals = try Removals(
      index, table: table.restricted(to: both), options: options,
      isProtected: both.map(isOther.contains), asDecided: false, monitor: monitor)
    return Set(removals.decide().removals.map { both[Int($0.row)] })
  }
}
