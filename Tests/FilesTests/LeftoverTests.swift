import Files
import Foundation
import Testing

@Suite struct LeftoverTests {
  private let dead = TemporaryFolder.deadProcess

  @Test func onlyWhatDeadProcessesLeftIsSwept() throws {
    let folder = try TemporaryFolder()
    let gone = [
      ".a.jsonl.\(dead)-1.simcurate", ".b.\(dead)-22.simcurate-old", "below/.c.\(dead)-3.simcurate",
    ]
    let stays = [
      ".a.jsonl.\(getpid())-1.simcurate", ".a.1-1.simcurate", "a.\(dead)-1.simcurate",
      ".a.\(dead).simcurate", ".a.\(dead)-x.simcurate", ".a.x-1.simcurate", ".a.\(dead)-1.partial",
      ".a.-\(dead)-1.simcurate", "b",
    ]
    for name in gone + stays { try folder.write(name, "x") }
    try folder.write(".model.\(dead)-4.simcurate/weights", "x")
    Leftover.sweep(folder.url)
    #expect(try Set(folder.names) == Set(stays + ["below", gone[2]]))
    Leftover.sweep(folder.url, recursively: true)
    #expect(try Set(folder.names) == Set(stays + ["below"]))
  }

  @Test func linksAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try other.write(".a.\(dead)-1.simcurate", "x")
    symlink(other.url.path, folder["link"].path)
    Leftover.sweep(folder.url, recursively: true)
    #expect(try other.names.count == 1)
  }

  /// A crash between the two moves of an exchange: what was moved aside comes back.
  @Test func whatWasMovedAsideComesBack() throws {
    let folder = try TemporaryFolder()
    try folder.write(".index.\(dead)-1.simcurate-old/data", "old")
    Leftover.sweep(folder.url)
    #expect(try folder.names == ["index", "index/data"])
  }

  /// The next file in the folder is written by this process for the first time.
  @Test func theNextFileSweepsItsFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write(".other.jsonl.\(dead)-1.simcurate", "half")
    try AtomicFile.write(Data("whole".utf8), to: folder["a"])
    #expect(try folder.names == ["a"])
  }

  @Test func ownNamesAreKnownAndDistinct() throws {
    let folder = try TemporaryFolder()
    let places = (0..<10).map { _ in Leftover.place(for: folder["a.b"]) }
    #expect(Set(places).count == 10)
    #expect(places.allSatisfy { Leftover.isOne($0.lastPathComponent) })
  }
}
