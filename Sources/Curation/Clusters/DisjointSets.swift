/// Union-find with path halving; the root of a set is its lowest member. Amortized O(log n) a call.
package struct DisjointSets {
  private var parents: [UInt32]

  package init(count: Int) { parents = (0..<UInt32(count)).map { $0 } }

  package mutating func root(of member: UInt32) -> UInt32 {
    var place = member
    while parents[Int(place)] != place {
      parents[Int(place)] = parents[Int(parents[Int(place)])]
      place = parents[Int(place)]
    }
    return place
  }

  package mutating func unite(_ a: UInt32, _ b: UInt32) {
    let (left, right) = (root(of: a), root(of: b))
    parents[Int(max(left, right))] = min(left, right)
  }
}
