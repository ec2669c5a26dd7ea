import Foundation
import GRDB

/// What a comparison was to be, as it was before its first model was trained.
package struct PlanRow: CatalogRow {
  /// Of the split that it is about.
  package var inputHash: String
  /// What is learned.
  package var task: String
  package var frozenAt: Date
  /// JSON.
  package var plan: String

  package init(inputHash: String, task: String, frozenAt: Date, plan: String) {
    self.inputHash = inputHash
    self.task = task
    self.frozenAt = frozenAt
    self.plan = plan
  }

  package static let table = "plans"
  package static let columns = ["input_hash", "task", "frozen_at", "plan"]

  package init(row: Row) throws {
    inputHash = try row.decode(atIndex: 0)
    task = try row.decode(atIndex: 1)
    frozenAt = try row.decode(atIndex: 2)
    plan = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(inputHash)
    values.bind(task)
    values.bind(frozenAt)
    values.bind(plan)
  }
}
