import Foundation
import Testing

/// Disks that are full, limited or read-only: a clear error, and what was there before stays.
@Suite(.serialized) struct DiskTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
  }

  /// Commands that write, each with the file or folder it would make.
  private static let writers = [
    ("index corpus.jsonl --out PLACE/index", "index"),
    ("embed corpus.jsonl --out PLACE/vectors.npy", "vectors.npy"),
    ("dedup index --threshold 0.8 --export PLACE/kept.jsonl", "kept.jsonl"),
  ]

  private func fail(_ prefix: String, place: String) throws {
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    for (command, made) in Self.writers {
      let line = command.replacingOccurrences(of: "PLACE", with: place)
      let outcome = try sandbox.shell("\(prefix) \"$S\" \(line)")
      outcome.fails(1, saying: "hint: ")
      #expect(!sandbox.exists("\(place)/\(made)"), "\(line) left \(made)")
    }
  }

  /// `ulimit -f` counts blocks of 1,024 bytes; vectors and catalog need more than 16 of them.
  @Test func limitedFileSize() throws {
    try sandbox.write("small/.keep", "")
    try fail("trap '' XFSZ; ulimit -f 16;", place: "small")
  }

  @Test(.enabled(if: Self.canMount, "needs the right to mount"))
  func fullDisk() throws {
    try sandbox.write("full/.keep", "")
    let mounted = try sandbox.shell("mount -t tmpfs -o size=16k tmpfs full")
    #expect(mounted.status == 0)
    defer { _ = try? sandbox.shell("umount full") }
    try fail("", place: "full")
  }

  @Test(.enabled(if: Self.canChangeUser, "needs the right to become another user"))
  func readOnlyFolder() throws {
    try sandbox.write("sealed/.keep", "")
    try sandbox.shell("chmod -R a+rX . && chmod 555 sealed").succeeded()
    try fail("setpriv --reuid 65534 --regid 65534 --clear-groups", place: "sealed")
  }

  /// Reading needs no right to write: explain and search open a sealed index.
  @Test(.enabled(if: Self.canChangeUser, "needs the right to become another user"))
  func readOnlyIndexIsRead() throws {
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.8").succeeded()
    try sandbox.shell("chmod -R a+rX,a-w .").succeeded()
    for command in ["explain index cs-001", "search index parcel -k 1", "verify index"] {
      try sandbox.shell(
        "setpriv --reuid 65534 --regid 65534 --clear-groups \"$S\" \(command)"
      ).succeeded()
    }
    try sandbox.shell(
      "setpriv --reuid 65534 --regid 65534 --clear-groups \"$S\" dedup index "
        + "--threshold 0.95"
    ).fails(1, saying: "hint: ")
    try sandbox.shell("chmod -R u+w .").succeeded()
  }

  private static let canMount = allowed(
    "d=$(mktemp -d) && mount -t tmpfs -o size=16k tmpfs $d && umount $d && rmdir $d")
  private static let canChangeUser = allowed(
    "setpriv --reuid 65534 --regid 65534 --clear-groups \(Sandbox.binary.path) --version")

  private static func allowed(_ script: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
