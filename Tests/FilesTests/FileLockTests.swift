import Files
import Foundation
import Testing

/// Two locks of one process stand against each other as those of two.
@Suite struct FileLockTests {
  private struct Held: Error { var holder: FileLock.Holder? }

  private func lock(_ url: URL, _ kind: FileLock.Kind, _ command: String = "test") throws
    -> FileLock
  {
    try FileLock(url, kind, command: command) { throw Held(holder: $0) }
  }

  @Test func readersShareAndWritersDoNot() throws {
    let folder = try TemporaryFolder()
    try folder.write("index/data", "")
    let readers = try (0..<2).map { _ in try lock(folder["index"], .shared) }
    #expect(throws: Held.self) { try lock(folder["index"], .exclusive) }
    readers[0].release()
    #expect(throws: Held.self) { try lock(folder["index"], .exclusive) }
    readers[1].release()
    #expect(try folder.names == ["index", "index/data"])
    let writer = try lock(folder["index"], .exclusive, "simcurate dedup index")
    for kind in [FileLock.Kind.shared, .exclusive] {
      let held = #expect(throws: Held.self) { try lock(folder["index"], kind) }
      #expect(held?.holder?.command == "simcurate dedup index")
      #expect(held?.holder?.process == getpid())
    }
    writer.release()
    _ = try lock(folder["index"], .exclusive)
  }

  @Test func allNamesOfAFolderAreOneLock() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/index/data", "")
    symlink("a/index", folder["link"].path)
    let held = try lock(folder["a/index"], .exclusive)
    for name in ["link", "a/../a/index", "a/index/.", "link/"] {
      #expect(throws: Held.self, "\(name)") { try lock(folder[name], .shared) }
    }
    held.release()
    // A folder that is not there yet can be held as well.
    let fresh = try lock(folder["a/fresh"], .exclusive)
    #expect(throws: Held.self) { try lock(folder["a/../a/fresh"], .exclusive) }
    fresh.release()
    #expect(try folder.names == ["a", "a/index", "a/index/data", "link"])
  }

  /// The folder may change places with another while it is held.
  @Test func outlivesTheExchangeOfItsFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("index/data", "")
    let held = try lock(folder["index"], .exclusive)
    try AtomicFolder.replace(folder["index"]) { _ in }
    #expect(throws: Held.self) { try lock(folder["index"], .exclusive) }
    held.release()
  }

  @Test func waitsUntilItIsFree() throws {
    let folder = try TemporaryFolder()
    let held = try lock(folder["index"], .exclusive)
    var asked = 0
    let next = try FileLock(folder["index"], .exclusive, command: "next") { _ in
      asked += 1
      if asked == 3 { held.release() }
    }
    #expect(asked == 3)
    #expect(throws: Held.self) { try lock(folder["index"], .shared) }
    next.release()
    #expect(try folder.names.isEmpty)
  }

  /// The one who takes the lock file away and the one who opened it just before.
  @Test func manyTakeTurns() throws {
    let folder = try TemporaryFolder()
    let (counter, index) = (Counter(), folder["index"])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<50 {
        guard
          let held = try? FileLock(index, .exclusive, command: "", whileHeld: { _ in })
        else { continue }
        counter.enter()
        counter.leave()
        held.release()
      }
    }
    #expect(counter.total == 400 && counter.most == 1)
    #expect(try folder.names.isEmpty)
  }

  @Test func withoutAPlaceForItNothingIsLocked() throws {
    let folder = try TemporaryFolder()
    _ = try lock(folder["no/such/index"], .shared)
    #expect(try folder.names.isEmpty)
  }

  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var inside = 0
    private(set) var most = 0
    private(set) var total = 0

    func enter() {
      lock.withLock {
        (inside, total) = (inside + 1, total + 1)
        most = max(most, inside)
      }
    }
    func leave() { lock.withLock { inside -= 1 } }
  }
}
