/// Which records must stay together so that no entity is in two parts.
///
/// Every entity links all records that name it. In most corpora a few frequent names chain nearly
/// everything, so entities are taken from the rarest on (ties by name), and one that would make a
/// group larger than `largestGroup` is passed over: what it costs is measured as residual.
package enum EntityLinks {
  /// - Parameters:
  ///   - entities: of every row, in any order.
  ///   - groups: rows that are together already.
  ///   - rows: those that take part; a group's size is counted among them.
  /// - Returns: the coarser groups, and how many entities were passed over.
  package static func unite(
    entities: [[String]], groups: RowGroups, rows: [UInt32], largestGroup: Int
  ) -> (groups: RowGroups, passedOver: Int) {
    var rowsOfEntity: [String: [UInt32]] = [:]
    for row in rows {
      for entity in Set(entities[Int(row)]) { rowsOfEntity[entity, default: []].append(row) }
    }
    var sets = DisjointSets(count: groups.count)
    var sizes = [Int](repeating: 0, count: groups.count)
    for row in rows { sizes[Int(groups.groupOfRow[Int(row)])] += 1 }
    var links: [(UInt32, UInt32)] = []
    var passedOver = 0
    let byRarity = rowsOfEntity.filter { $0.value.count > 1 }.sorted {
      ($0.value.count, $0.key) < ($1.value.count, $1.key)
    }
    for (_, members) in byRarity {
      let roots = Set(members.map { sets.root(of: groups.groupOfRow[Int($0)]) })
      if roots.count < 2 { continue }
      let size = roots.reduce(0) { $0 + sizes[Int($1)] }
      if size > largestGroup {
        passedOver += 1
        continue
      }
      for member in members.dropFirst() {
        links.append((members[0], member))
        sets.unite(groups.groupOfRow[Int(members[0])], groups.groupOfRow[Int(member)])
      }
      sizes[Int(sets.root(of: groups.groupOfRow[Int(members[0])]))] = size
    }
    let united = RowGroups(
      rowCount: groups.groupOfRow.count, partitions: [groups.groupOfRow], links: links)
    return (united, passedOver)
  }
}
