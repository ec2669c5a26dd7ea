import Foundation
import GRDB

/// What a comparison was to be, as it was before its first model was trained.
public struct PlanRow: CatalogRow {
  /// Of the split that it is about.
  public var inputHash: String
  /// What is learned.
  public var task: String
  public var frozenAt: Date
  /// JSON.
  public var plan: String

  public init(inputHash: String, task: String, frozenAt: Date, plan: String) {
    self.inputHash = inputHash
    self.task = task
    self.frozenAt = frozenAt
    self.plan = plan
  }

  public static let table = "plans"
  public static let columns = ["input_hash", "task", "frozen_at", "plan"]

  public init(row: Row) throws {
    inputHash = try row.decode(atIndex: 0)
    task = try row.decode(atIndex: 1)
    frozenAt = try row.decode(atIndex: 2)
    plan = try row.decode(atIndex: 3)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(inputHash)
    values.bind(task)
    values.bind(frozenAt)
    values.bind(plan)
  }
}
