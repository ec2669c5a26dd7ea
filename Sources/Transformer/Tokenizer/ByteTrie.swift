import Kernels

/// Byte strings to non-negative numbers, with longest-match search.
///
/// A node's edges lie in one hash table for the whole trie, keyed by (node, byte): building needs
/// no sorting, a step down costs one multiplication and usually one memory access. Memory: about
/// 16 bytes per node.
struct ByteTrie: @unchecked Sendable {
  /// Slots of `node << 8 | byte` (high 32 bits) and child (low 32 bits); 0 is an empty slot, since
  /// no edge leads to the root.
  private let edges: Buffer<UInt64>
  private let values: Buffer<Int32>
  private let edgePointer: UnsafeMutablePointer<UInt64>
  private let valuePointer: UnsafeMutablePointer<Int32>
  private let shift: UInt64
  /// Length of the longest key.
  let longest: Int

  /// Nodes are numbered in 24 bits.
  static let mostNodes = 1 << 24

  struct Builder {
    fileprivate var edges = [UInt64](repeating: 0, count: 1 << 10)
    fileprivate var shift: UInt64 = 54
    fileprivate var values: [Int32] = [-1]
    fileprivate var longest = 0

    /// - Parameter bytes: how many bytes the keys have in all, about; only a hint.
    init(bytes: Int = 0) {
      while edges.count < min(bytes, 1 << 22) { grow() }
    }

    /// Inserts a key that was not there before; the empty key is ignored.
    ///
    /// - Returns: false, with nothing changed, if the key was there or the trie is full.
    mutating func insert(_ key: some Collection<UInt8>, _ value: Int32) -> Bool {
      guard !key.isEmpty, values.count + key.count < ByteTrie.mostNodes else { return false }
      var node: UInt32 = 0
      for byte in key { node = child(of: node, byte) }
      guard values[Int(node)] < 0 else { return false }
      values[Int(node)] = value
      longest = max(longest, key.count)
      return true
    }

    private mutating func child(of node: UInt32, _ byte: UInt8) -> UInt32 {
      let key = node << 8 | UInt32(byte)
      var slot = ByteTrie.slot(key, shift)
      while edges[slot] != 0 {
        if edges[slot] >> 32 == UInt64(key) { return UInt32(truncatingIfNeeded: edges[slot]) }
        slot = (slot + 1) & (edges.count - 1)
      }
      let child = UInt32(values.count)
      edges[slot] = UInt64(key) << 32 | UInt64(child)
      values.append(-1)
      if values.count * 2 > edges.count { grow() }
      return child
    }

    private mutating func grow() {
      let old = edges
      edges = [UInt64](repeating: 0, count: old.count * 2)
      shift -= 1
      for edge in old where edge != 0 {
        var slot = ByteTrie.slot(UInt32(edge >> 32), shift)
        while edges[slot] != 0 { slot = (slot + 1) & (edges.count - 1) }
        edges[slot] = edge
      }
    }
  }

  init(_ builder: Builder) {
    edges = Buffer(builder.edges)
    values = Buffer(builder.values)
    edgePointer = edges.pointer
    valuePointer = values.pointer
    shift = builder.shift
    longest = builder.longest
  }

  @inline(__always)
  private static func slot(_ key: UInt32, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// The node below `node` along `byte`, 0 if there is none. The root is node 0.
  @inline(__always)
  func child(of node: UInt32, _ byte: UInt8) -> UInt32 {
    let key = node << 8 | UInt32(byte)
    let mask = (1 << (64 &- Int(truncatingIfNeeded: shift))) &- 1
    var slot = Self.slot(key, shift)
    while true {
      let edge = edgePointer[slot]
      if edge >> 32 == UInt64(key), edge != 0 { return UInt32(truncatingIfNeeded: edge) }
      if edge == 0 { return 0 }
      slot = (slot &+ 1) & mask
    }
  }

  /// The value of the key that ends in `node`, negative if none does.
  @inline(__always)
  func value(at node: UInt32) -> Int32 { valuePointer[Int(node)] }

  /// The longest key that `bytes[start..<end]` starts with: where it ends and its value; nil if
  /// there is none.
  @inline(__always)
  func longestMatch(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, from node: UInt32 = 0
  ) -> (end: Int, value: Int32)? {
    var node = node
    var position = start
    var best: (end: Int, value: Int32)?
    while position < end {
      node = child(of: node, bytes[position])
      if node == 0 { break }
      position &+= 1
      let value = value(at: node)
      if value >= 0 { best = (position, value) }
    }
    return best
  }

  /// The value of exactly `key`, nil if it is no key.
  func exact(_ key: some Collection<UInt8>) -> Int32? {
    guard let node = node(of: key), value(at: node) >= 0 else { return nil }
    return value(at: node)
  }

  /// The node that `prefix` leads to, nil if no key starts with it.
  func node(of prefix: some Collection<UInt8>) -> UInt32? {
    var node: UInt32 = 0
    for byte in prefix {
      node = child(of: node, byte)
      if node == 0 { return nil }
    }
    return node
  }
}
