import Files
import Foundation
import Neighbors
import Testing

@Suite struct FaissIndexTests {
  private func index(_ factory: String, _ world: World) throws -> FaissIndex {
    let index = try FaissIndex(factory: factory, dimension: world.dimension)
    if !index.isTrained { try index.train(world.vectors) }
    try index.add(world.vectors)
    return index
  }

  @Test func flatSearchAgreesWithExactNeighbors() throws {
    let world = World.random(rows: 200, dimension: 17, seed: 41)
    let index = try index("Flat", world)
    #expect(index.count == 200 && index.dimension == 17 && index.metric == .innerProduct)
    let found = try index.search(world.vectors, count: 3)
    let exact = try NearestNeighbor.search(queries: world.vectors, base: world.vectors, count: 3)
    for query in 0..<200 {
      #expect(exact[query].map { Int64($0.row) } == Array(found.rows[query * 3..<query * 3 + 3]))
    }
  }

  @Test func fewerRowsThanAsked() throws {
    let world = World.random(rows: 2, dimension: 4, seed: 42)
    let found = try index("Flat", world).search(world.vectors[0..<1], count: 3)
    #expect(found.rows.prefix(2).sorted() == [0, 1])
    #expect(found.rows[2] == -1)
  }

  @Test func rangeSearchAgreesWithTheJoin() throws {
    let world = World.clustered(rows: 150, dimension: 16, clusters: 9, noise: 0.3, seed: 43)
    let found = try index("Flat", world).rangeSearch(world.vectors, radius: 0.9)
    let pairs = Set(found.filter { $0.a < $0.b }.map { [$0.a, $0.b] })
    #expect(pairs == Set(world.pairs(threshold: 0.9).map { [$0.a, $0.b] }))
  }

  @Test(arguments: ["Flat", "IVF8,Flat", "HNSW8", "IVF4,PQ4x4"])
  func survivesItsFile(factory: String) throws {
    let folder = try Folder()
    let world = World.random(rows: 400, dimension: 16, seed: 44)
    let built = try index(factory, world)
    try built.write(to: folder["index.faiss"])
    #expect(folder.names == ["index.faiss"])
    let read = try FaissIndex(contentsOf: folder["index.faiss"], expectedDimension: 16)
    #expect(read.count == 400)
    let queries = world.vectors[0..<20]
    #expect(try read.search(queries, count: 5).rows == built.search(queries, count: 5).rows)
    #expect(throws: FileError.self) {
      try FaissIndex(contentsOf: folder["index.faiss"], expectedDimension: 17)
    }
  }

  /// The file written row by row is to the byte the one that FAISS writes.
  @Test(arguments: [0, 1, 301]) func streamedFlatIndexIsFaissesOwn(rows: Int) throws {
    let world = World.random(rows: max(1, rows), dimension: 12, seed: 8)
    let folder = try Folder()
    let index = try FaissIndex(factory: "Flat", dimension: 12)
    try index.add(world.vectors[0..<rows])
    try index.write(to: folder["whole.faiss"])
    let writer = try VectorFileWriter(
      to: folder["streamed.faiss"], dimension: 12, format: .faiss)
    for row in 0..<rows { try writer.append(world.vectors[row], count: 1) }
    try writer.finish()
    #expect(
      try Data(contentsOf: folder["streamed.faiss"]) == Data(contentsOf: folder["whole.faiss"]))
  }

  @Test func searchParameters() throws {
    let world = World.random(rows: 400, dimension: 8, seed: 45)
    let index = try index("IVF16,Flat", world)
    try index.set(parameters: "nprobe=16")
    let all = try index.search(world.vectors, count: 1)
    let exact = try NearestNeighbor.search(queries: world.vectors, base: world.vectors)
    #expect(all.rows == exact.map { Int64($0!.row) })
    #expect(throws: FileError.self) { try index.set(parameters: "colour=blue") }
    #expect(throws: FileError.self) { try FaissIndex(factory: "No such", dimension: 8) }
  }

  @Test(arguments: ["Flat", "IVF8,Flat", "HNSW8"])
  func truncatedFilesThrow(factory: String) throws {
    let folder = try Folder()
    let world = World.random(rows: 100, dimension: 8, seed: 46)
    try index(factory, world).write(to: folder["good"])
    let good = try Data(contentsOf: folder["good"])
    for length in stride(from: 0, to: good.count, by: max(1, good.count / 150)) {
      try good.prefix(length).write(to: folder["cut"])
      #expect(throws: FileError.self) { try FaissIndex(contentsOf: folder["cut"]) }
    }
  }

  /// Each 8-byte word of the header in turn claims a terabyte or more; nothing may be allocated
  /// for it (the test would take the machine's memory) and nothing may trap.
  @Test(arguments: ["Flat", "IVF8,Flat", "HNSW8"], [UInt64(1) << 38, UInt64(1) << 62, .max])
  func hugeClaimsThrowOrAreHarmless(factory: String, claim: UInt64) throws {
    let folder = try Folder()
    let world = World.random(rows: 60, dimension: 8, seed: 47)
    try index(factory, world).write(to: folder["good"])
    let good = try Data(contentsOf: folder["good"])
    for offset in 4..<min(120, good.count - 8) {
      var damaged = good
      withUnsafeBytes(of: claim.littleEndian) {
        damaged.replaceSubrange(offset..<offset + 8, with: $0)
      }
      try damaged.write(to: folder["bad"])
      _ = try? FaissIndex(contentsOf: folder["bad"])
    }
    #expect(throws: FileError.self) { try FaissIndex(contentsOf: folder["missing"]) }
  }

  @Test func aFolderThatCannotBeWrittenThrows() throws {
    let folder = try Folder()
    let index = try index("Flat", .random(rows: 3, dimension: 2, seed: 48))
    #expect(throws: FileError.self) { try index.write(to: folder["no/such/index"]) }
  }
}
