import Files
import Foundation
import Neighbors
import Testing

/// A fresh folder that goes away with the object.
final class Folder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  subscript(name: String) -> URL { url.appendingPathComponent(name) }
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] }
}

@Suite struct VectorFileTests {
  private func file(_ header: String, numbers: Int, in folder: Folder) throws -> URL {
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data += Data([UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)])
    data += Data(header.utf8) + Data(count: numbers * 4)
    let url = folder["case.npy"]
    try data.write(to: url)
    return url
  }

  private func padded(_ text: String) -> String {
    text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
  }

  @Test(arguments: [0, 1, 37])
  func roundTrip(rows: Int) throws {
    let folder = try Folder()
    let world = World.random(rows: rows, dimension: 11, seed: 1)
    let writer = try VectorFileWriter(to: folder["v.npy"], dimension: 11)
    for row in 0..<rows { try writer.append(world.vectors[row], count: 1) }
    #expect(!folder.names.contains("v.npy"))
    try writer.finish()
    #expect(folder.names == ["v.npy"])
    let read = try VectorFile(contentsOf: folder["v.npy"])
    #expect(read.rows == rows && read.dimension == 11)
    let same = (0..<rows * 11).allSatisfy { read.pointer[$0] == world.buffer.pointer[$0] }
    #expect(same)
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    let folder = try Folder()
    var writer: VectorFileWriter? = try VectorFileWriter(to: folder["v.npy"], dimension: 2)
    try writer?.append([1, 2], count: 1)
    writer = nil
    #expect(folder.names.isEmpty)
  }

  @Test func readsTheFormsNumpyMayWrite() throws {
    let folder = try Folder()
    for header in [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      "{\"shape\":(2,3),\"descr\":\"<f4\",\"fortran_order\":False}",
    ] {
      let read = try VectorFile(contentsOf: file(padded(header), numbers: 6, in: folder))
      #expect(read.rows == 2 && read.dimension == 3)
    }
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr': '<f4'}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 9223372036854775807), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1), }",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, }",
    "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 3), }",
  ])
  func refuses(header: String) throws {
    let folder = try Folder()
    let url = try file(padded(header), numbers: 6, in: folder)
    #expect(throws: FileError.self) { try VectorFile(contentsOf: url) }
  }

  @Test func refusesTruncationAndDamageOfAnyByteOrReadsTheSameShape() throws {
    let folder = try Folder()
    let good = try Data(
      contentsOf: file(
        padded("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), numbers: 6,
        in: folder))
    for length in 0..<good.count {
      try good.prefix(length).write(to: folder["cut.npy"])
      #expect(throws: FileError.self) { try VectorFile(contentsOf: folder["cut.npy"]) }
    }
    var generator = Generator(1)
    for index in 0..<127 {
      var damaged = good
      damaged[index] = UInt8.random(in: 0...255, using: &generator)
      try damaged.write(to: folder["bad.npy"])
      if let read = try? VectorFile(contentsOf: folder["bad.npy"]) {
        #expect(read.rows * read.dimension == 6)
      }
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    let folder = try Folder()
    #expect(throws: FileError.self) { try VectorFile(contentsOf: folder["missing.npy"]) }
    #expect(throws: FileError.self) { try VectorFile(contentsOf: folder.url) }
    #expect(throws: FileError.self) {
      try VectorFileWriter(to: folder["no/such/folder.npy"], dimension: 2)
    }
  }
}
