import Kernels
import Neighbors

/// A small reproducible generator (SplitMix64).
struct Generator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
  mutating func uniform() -> Float { Float.random(in: -1...1, using: &self) }
}

/// Rows that own their memory.
struct World {
  let name: String
  let buffer: Buffer<Float>
  let rows: Int
  let dimension: Int
  var vectors: VectorRows {
    VectorRows(pointer: UnsafePointer(buffer.pointer), rows: rows, dimension: dimension)
  }

  init(_ name: String, _ rows: [[Float]], dimension: Int, normalized: Bool = true) {
    self.name = name
    self.rows = rows.count
    self.dimension = dimension
    buffer = Buffer(
      rows.flatMap { row in
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return normalized && norm > 0 ? row.map { $0 / norm } : row
      })
  }

  static func random(rows: Int, dimension: Int, seed: UInt64) -> World {
    var generator = Generator(seed)
    return World(
      "random \(rows)x\(dimension)",
      (0..<rows).map { _ in (0..<dimension).map { _ in generator.uniform() } },
      dimension: dimension)
  }

  /// Rows around a few centers, so that scores crowd around any threshold.
  static func clustered(
    rows: Int, dimension: Int, clusters: Int, noise: Float, seed: UInt64
  ) -> World {
    var generator = Generator(seed)
    let centers = (0..<clusters).map { _ in (0..<dimension).map { _ in generator.uniform() } }
    return World(
      "clustered \(rows)x\(dimension)",
      (0..<rows).map { row in
        centers[row % clusters].map { $0 + noise * generator.uniform() }
      }, dimension: dimension)
  }

  /// Pairs in the plane of two axes at angles a hair around the threshold, mixed with axes, equal
  /// rows, opposite rows, zero rows and rows of one large and many tiny values.
  static func adversarial(dimension: Int, threshold: Float) -> World {
    var rows: [[Float]] = []
    func axis(_ index: Int, _ value: Float = 1) -> [Float] {
      (0..<dimension).map { $0 == index ? value : 0 }
    }
    for step in -20...20 {
      var row = axis(0, threshold + Float(step) * 3e-8)
      row[1] = (1 - row[0] * row[0]).squareRoot()
      rows.append(row)
    }
    rows += [axis(0), axis(0), axis(1), axis(dimension - 1), axis(0, -1)]
    rows += [axis(0, 0), axis(0, 0)]
    rows += (0..<8).map { spike in
      (0..<dimension).map { $0 == spike ? 1 : 1e-3 * Float(($0 + spike) % 3 - 1) }
    }
    rows += [Array(repeating: 1, count: dimension), Array(repeating: 1, count: dimension)]
    rows += [(0..<dimension).map { $0 % 2 == 0 ? 1 : -1 }]
    return World("adversarial x\(dimension)", rows, dimension: dimension)
  }

  static func allSmall(threshold: Float) -> [World] {
    [
      random(rows: 90, dimension: 8, seed: 1),
      random(rows: 33, dimension: 1, seed: 2),
      clustered(rows: 700, dimension: 70, clusters: 9, noise: 0.6, seed: 3),
      clustered(rows: 300, dimension: 384, clusters: 5, noise: 0.5, seed: 4),
      adversarial(dimension: 5, threshold: threshold),
      adversarial(dimension: 130, threshold: threshold),
      random(rows: 1, dimension: 16, seed: 5),
      World("empty", [], dimension: 4),
      World("equal", Array(repeating: [1, 2, 3], count: 600), dimension: 3),
      World(
        "not unit", (0..<80).map { row in (0..<20).map { Float(row * $0 % 7) * 0.3 } },
        dimension: 20, normalized: false),
    ]
  }

  /// Every pair at or above the threshold, the slow way.
  func pairs(threshold: Float) -> [ScoredPair] {
    var pairs: [ScoredPair] = []
    for a in 0..<rows {
      for b in a + 1..<max(rows, a + 1) {
        let score = canonicalDot(vectors[a], vectors[b], count: dimension)
        if score >= threshold { pairs.append(ScoredPair(a: UInt32(a), b: UInt32(b), score: score)) }
      }
    }
    return pairs
  }
}
