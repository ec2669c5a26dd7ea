import ArgumentParser
import Curation
import Files
import Foundation
import Synchronization

/// How a command shares an index with others: one that writes has it alone from its beginning to its
/// end, those that read have it together.
struct LockOptions: ParsableArguments {
  @Flag(
    name: .long,
    help: "Fail at once if another command is at work on the index, instead of waiting for it.")
  var noWait = false

  /// Held until the process ends: a command's result is of one state of its index.
  private static let held = Mutex<[FileLock]>([])
  private static let made = Mutex<[MadeFolders]>([])

  /// Makes the folder that a lock is to lie in, beside what it locks; at the end of the command it is taken
  /// away again if nothing else came to lie there.
  static func make(_ folder: URL) {
    let new = MadeFolders(folder)
    made.withLock { $0.append(new) }
  }

  /// Waits until `url` is free, and keeps it for this command.
  ///
  /// - Throws: `FileError` if it is not free and `--no-wait` was given; ``Interrupted`` at Ctrl-C.
  func hold(_ url: URL, _ kind: FileLock.Kind, _ console: Console) throws {
    var told: FileLock.Holder?
    var isTold = false
    let lock = try FileLock(url, kind, command: commandLine) { holder in
      let who = holder.map(Self.text) ?? "another simcurate"
      if noWait {
        throw FileError(
          place: url.relativePath, expected: "no other command at work on it", found: who,
          advice: "wait for it to end, or leave out --no-wait")
      }
      if !isTold || holder != told {
        console.remark("waiting for \(url.relativePath), on which \(who) is at work")
        (told, isTold) = (holder, true)
      }
      try console.monitor.checkpoint()
    }
    Self.held.withLock { $0.append(lock) }
    // Nobody else is at work here: what is half was left by a command that was killed.
    if kind == .exclusive {
      Leftover.sweep(url.deletingLastPathComponent())
      Leftover.sweep(url, recursively: true)
    }
  }

  /// Gives back all that this process holds, and takes away what it made in vain.
  static func releaseAll() {
    held.withLock { locks in
      for lock in locks { lock.release() }
      locks.removeAll()
    }
    made.withLock { folders in
      for folder in folders { folder.removeEmpty() }
      folders.removeAll()
    }
  }

  private static func text(_ holder: FileLock.Holder) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd HH:mm:ss"
    let since = format.string(from: holder.since)
    return "'\(holder.command)' (process \(holder.process), since \(since))"
  }
}

/// The index folder a command works on.
struct IndexArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Index folder.", valueName: "index"))
  var index: String
  @OptionGroup var locks: LockOptions

  var url: URL { URL(fileURLWithPath: index) }

  /// The index, once no other command stands against it.
  func open(_ kind: FileLock.Kind, _ console: Console) throws -> OpenIndex {
    try locks.hold(url, kind, console)
    return try OpenIndex(at: url, readOnly: kind == .shared)
  }
}
