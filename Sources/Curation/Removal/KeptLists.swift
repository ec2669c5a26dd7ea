/// The kept rows of every group, as linked lists in two arrays: usually one row, more where labels
/// or guards forbid a removal.
struct KeptLists {
  private static let none = UInt32.max
  private var firstOfGroup: [UInt32] = []
  private var nextOfRow: [UInt32] = []

  init() {}

  init(groups: HashGroups) {
    firstOfGroup = Array(repeating: Self.none, count: groups.count)
    nextOfRow = Array(repeating: Self.none, count: groups.groupOfRow.count)
  }

  mutating func add(_ row: UInt32, to group: UInt32) {
    nextOfRow[Int(row)] = firstOfGroup[Int(group)]
    firstOfGroup[Int(group)] = row
  }

  func first(of group: UInt32) -> UInt32? {
    let row = firstOfGroup[Int(group)]
    return row == Self.none ? nil : row
  }

  func after(_ row: UInt32) -> UInt32? {
    let next = nextOfRow[Int(row)]
    return next == Self.none ? nil : next
  }
}
