import Foundation
import Kernels
import Neighbors
import Testing

@Suite struct RowBlocksTests {
  /// The world's rows in a file; the mapping outlives the file's name.
  private func mapped(_ world: World) throws -> VectorFile {
    let folder = try Folder()
    let writer = try VectorFileWriter(to: folder["rows.npy"], dimension: world.dimension)
    try writer.append(world.vectors.pointer, count: world.rows)
    try writer.finish()
    return try VectorFile(contentsOf: folder["rows.npy"])
  }

  /// Every place once, each with its own row, whatever the size of a block and wherever rows lie.
  @Test(arguments: [1, 3, 64, 1000])
  func everyPlaceComesOnceWithItsRow(size: Int) throws {
    let world = World.random(rows: 130, dimension: 5, seed: 4)
    let orders: [[UInt32]] = [
      [], [129], Array(0..<130), (0..<130).reversed(), (0..<90).map { UInt32($0 * 7 % 130) },
    ]
    let mapped = try mapped(world)
    for vectors in [world.vectors, mapped.vectors] {
      for rows in orders {
        var seen: [UInt32] = []
        RowBlocks(vectors, rows: rows, size: size).read { places, block in
          #expect(places.count == block.rows && places.count <= size)
          for (index, place) in places.enumerated() {
            let row = world.vectors[Int(rows[Int(place)])]
            #expect((0..<5).allSatisfy { block[index][$0] == row[$0] })
          }
          seen += places
        }
        #expect(seen.sorted() == Array(0..<UInt32(rows.count)))
      }
    }
  }

  /// Pages handed back come again from the file; rows in memory of our own stay as they are.
  @Test func pagingOutLosesNothing() throws {
    let world = World.random(rows: 4000, dimension: 16, seed: 5)
    let mapped = try mapped(world)
    let values = Array(world.buffer.values)
    for vectors in [mapped.vectors, mapped.vectors[10..<3990], world.vectors] { vectors.pageOut() }
    let read = UnsafeBufferPointer(start: mapped.pointer, count: values.count)
    #expect(values.elementsEqual(read))
    #expect(values.elementsEqual(world.buffer.values))
  }
}
