import Files
import Foundation
import Testing

@Suite struct AtomicFolderTests {
  @Test func replacesAsAWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    struct Stop: Error {}
    try folder.write("a/old", "1")
    chmod(folder["a"].path, 0o700)
    #expect(throws: Stop.self) {
      try AtomicFolder.replace(folder["a"]) {
        try Data().write(to: $0.appendingPathComponent("new"))
        throw Stop()
      }
    }
    #expect(throws: Stop.self) {
      try AtomicFolder.replace(folder["d/e/f"]) { _ in throw Stop() }
    }
    #expect(try folder.names == ["a", "a/old"])
    for target in ["a", "b/c"] {
      try AtomicFolder.replace(folder[target]) {
        try Data().write(to: $0.appendingPathComponent("new"))
      }
    }
    #expect(try folder.names == ["a", "a/new", "b", "b/c", "b/c/new"])
    var status = stat()
    #expect(stat(folder["a"].path, &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  /// As on a file system that cannot exchange; a folder `a.old` of somebody else is not touched.
  @Test func byMoves() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/old", "1")
    try folder.write("a.old/mine", "2")
    try folder.write("new/new", "3")
    try AtomicFolder.placeByMoves(folder["new"], at: folder["a"])
    #expect(try folder.names == ["a", "a.old", "a.old/mine", "a/new"])
    #expect(throws: FileError.self) {
      try AtomicFolder.placeByMoves(folder["nothing"], at: folder["a"])
    }
    #expect(try folder.names == ["a", "a.old", "a.old/mine", "a/new"])
  }

  @Test func behindALink() throws {
    let folder = try TemporaryFolder()
    try folder.write("real/old", "1")
    symlink("real", folder["link"].path)
    try AtomicFolder.replace(folder["link"]) {
      try Data().write(to: $0.appendingPathComponent("new"))
    }
    #expect(try folder.names == ["link", "real", "real/new"])
  }

  @Test func aFileIsNotReplacedByAFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("new/a", "a")
    try folder.write("precious", "text")
    #expect(throws: FileError.self) {
      try AtomicFolder.place(folder["new"], at: folder["precious"])
    }
    #expect(throws: FileError.self) {
      try AtomicFolder.replace(folder["precious"]) { _ in }
    }
    #expect(try folder.text("precious") == "text")
    #expect(try folder.text("new/a") == "a")
  }

  @Test func aFileInTheWayIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", "1")
    let error = #expect(throws: FileError.self) { try AtomicFolder.replace(folder["a/b"]) { _ in } }
    #expect(error?.found == "Not a directory")
  }

  @Test func foreignNames() throws {
    let folder = try TemporaryFolder()
    #expect(AtomicFolder.foreign(in: folder["none"]) { _ in false } == nil)
    for name in ["b", "a", ".x.1-1.simcurate"] { try folder.write(name, "") }
    #expect(AtomicFolder.foreign(in: folder.url) { $0 == "a" } == "b")
    #expect(AtomicFolder.foreign(in: folder.url) { _ in true } == nil)
  }
}
