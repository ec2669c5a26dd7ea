/// How much may be selected: a number of records, or of tokens (or any cost), and from which cells.
public struct SelectionBudget: Sendable {
  package let total: Int
  /// What every item takes from the budget, at least 1; nil means 1 each.
  public let costs: [Int]?
  package let quotas: Quotas?

  package init(total: Int, costs: [Int]? = nil, quotas: Quotas? = nil) {
    precondition(total >= 0, "a budget cannot be negative")
    precondition(costs?.allSatisfy { $0 >= 1 } ?? true, "every item costs at least 1")
    self.total = total
    self.costs = costs
    self.quotas = quotas
  }

  func cost(of item: UInt32) -> Int { costs?[Int(item)] ?? 1 }
}

/// What a selection took, in the order in which it did.
public struct Selection: Hashable, Sendable {
  package var items: [UInt32]
  /// Sum of the costs of the items.
  public var cost: Int
  /// The value of the method's objective: see each method.
  public var objective: Double
}

/// What is left of a budget during a selection. What does not fit once never fits later.
struct RemainingBudget {
  private let budget: SelectionBudget
  private var rest: Int
  private var limits: [Int]

  init(_ budget: SelectionBudget) {
    self.budget = budget
    rest = budget.total
    limits = budget.quotas?.limits ?? []
  }

  var spent: Int { budget.total - rest }

  func fits(_ item: UInt32) -> Bool {
    let cost = budget.cost(of: item)
    if cost > rest { return false }
    guard let quotas = budget.quotas else { return true }
    return cost <= limits[Int(quotas.cellOfItem[Int(item)])]
  }

  mutating func take(_ item: UInt32) {
    let cost = budget.cost(of: item)
    rest -= cost
    if let quotas = budget.quotas { limits[Int(quotas.cellOfItem[Int(item)])] -= cost }
  }
}
