import Files
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test func appearsWholeAtCommitOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", "before")
    do {
      let file = try AtomicFile(folder["a"])
      try file.write("half".utf8)
      #expect(try folder.names.count == 2)
    }
    #expect(try folder.names == ["a"])
    let file = try AtomicFile(folder["a"])
    try file.write("after".utf8)
    #expect(try folder.text("a") == "before")
    try file.commit()
    #expect(try folder.text("a") == "after")
    #expect(try folder.names == ["a"])
  }

  /// Small and large pieces come out in the order in which they were written.
  @Test func piecesOfAllSizesAndTheStart() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(folder["a"])
    var expected: [UInt8] = []
    for (place, size) in [3, 300_000, 0, 17, 262_144, 100_000, 200_000, 1].enumerated() {
      let piece = [UInt8](repeating: UInt8(place + 1), count: size)
      expected += piece
      if place % 2 == 0 {
        try file.write(piece)
      } else {
        try piece.withUnsafeBytes { try file.write($0) }
      }
    }
    try file.overwriteStart([9, 9])
    expected.replaceSubrange(0..<2, with: [9, 9])
    try file.commit()
    #expect(try Data(contentsOf: folder["a"]) == Data(expected))
  }

  @Test func permissionsAndLinksStay() throws {
    let folder = try TemporaryFolder()
    try folder.write("real/secret", "before")
    chmod(folder["real/secret"].path, 0o600)
    symlink("real/secret", folder["link"].path)
    try AtomicFile.write(Data("after".utf8), to: folder["link"])
    #expect(try folder.text("real/secret") == "after")
    var status = stat()
    #expect(lstat(folder["link"].path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(folder["real/secret"].path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(try folder.names == ["link", "real", "real/secret"])
  }

  @Test func replacedByPath() throws {
    let folder = try TemporaryFolder()
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try AtomicFile.replace(folder["a"]) {
        try Data("half".utf8).write(to: $0)
        throw Stop()
      }
    }
    #expect(try folder.names.isEmpty)
    try AtomicFile.replace(folder["a"]) { try Data("whole".utf8).write(to: $0) }
    #expect(try folder.text("a") == "whole" && folder.names == ["a"])
  }

  /// Before any work is done, and with what to do about it.
  @Test func refusesAtOnceWhatCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: FileError.self) { try AtomicFile(folder["no/such/a"]) }
    #expect(missing?.found == "No such file or directory" && missing?.advice != nil)
    #expect(throws: FileError.self) { try AtomicFile(folder.url) }
    let full = try AtomicFile(URL(fileURLWithPath: "/dev/full"))
    try full.write("a".utf8)
    let error = #expect(throws: FileError.self) { try full.commit() }
    #expect(error?.found == "No space left on device")
  }

  @Test func namesUpToTheLongestAreWritten() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "ä", count: 127)
    try AtomicFile.write(Data("a".utf8), to: folder[name])
    #expect(try folder.names == [name])
  }
}
