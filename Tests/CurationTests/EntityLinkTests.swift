import Curation
import Testing

@Suite struct EntityLinkTests {
  private func world(_ random: inout TestRandom) -> (entities: [[String]], groups: RowGroups) {
    let count = Int.random(in: 4...30, using: &random)
    let entities = (0..<count).map { _ in
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        // Few frequent names, many rare ones.
        "e\(min(Int.random(in: 0..<40, using: &random), Int.random(in: 0..<40, using: &random)))"
      }
    }
    let links = (0..<3).map { _ in
      (
        UInt32.random(in: 0..<UInt32(count), using: &random),
        UInt32.random(in: 0..<UInt32(count), using: &random)
      )
    }
    return (entities, RowGroups(rowCount: count, links: links))
  }

  @Test func groupsStayTogetherWithinTheBoundAndEntitiesWhereItAllows() {
    var random = TestRandom(3)
    for _ in 0..<200 {
      let (entities, groups) = world(&random)
      let rows = (0..<UInt32(entities.count)).filter { _ in
        Int.random(in: 0..<5, using: &random) > 0
      }
      let largest = Int.random(in: 1...entities.count, using: &random)
      let united = EntityLinks.unite(
        entities: entities, groups: groups, rows: rows, largestGroup: largest)
      for (a, b) in allPairs(entities.count)
      where groups.groupOfRow[Int(a)] == groups.groupOfRow[Int(b)] {
        #expect(united.groups.groupOfRow[Int(a)] == united.groups.groupOfRow[Int(b)])
      }
      func size(_ group: UInt32, _ groups: RowGroups) -> Int {
        rows.count { groups.groupOfRow[Int($0)] == group }
      }
      for group in Set(united.groups.groupOfRow) where size(group, united.groups) > largest {
        // It was as large before any entity.
        let before = Set(
          rows.filter { united.groups.groupOfRow[Int($0)] == group }.map {
            groups.groupOfRow[Int($0)]
          })
        #expect(before.count == 1)
      }
      let torn = Set(rows.flatMap { entities[Int($0)] }).filter { entity in
        Set(
          rows.filter { entities[Int($0)].contains(entity) }.map {
            united.groups.groupOfRow[Int($0)]
          }
        ).count > 1
      }
      #expect(torn.count <= united.passedOver)
      if largest == entities.count { #expect(torn.isEmpty && united.passedOver == 0) }
    }
  }

  @Test func theOrderOfRowsHasNoInfluence() {
    var random = TestRandom(5)
    for _ in 0..<50 {
      let (entities, groups) = world(&random)
      let rows = (0..<UInt32(entities.count)).map { $0 }
      let one = EntityLinks.unite(
        entities: entities, groups: groups, rows: rows, largestGroup: entities.count / 2)
      let other = EntityLinks.unite(
        entities: entities.map { $0.reversed() }, groups: groups,
        rows: rows.shuffled(using: &random), largestGroup: entities.count / 2)
      #expect(one.groups == other.groups && one.passedOver == other.passedOver)
    }
  }
}
