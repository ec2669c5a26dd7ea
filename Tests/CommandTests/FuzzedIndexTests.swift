import Foundation
import Testing

/// Index folders with damaged files: every command that reads them works or says what is wrong.
///
/// `SIMCURATE_FUZZ=20` tries so many times as many.
@Suite struct FuzzedIndexTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["SIMCURATE_FUZZ"].flatMap { Int($0) } ?? 1

  private static let commands = [
    "search index parcel -k 3", "verify index", "dedup index --threshold 0.85 --join ivf",
    "dedup index --threshold 0.7", "cluster index", "split index", "explain index cs-001",
    "export index --out kept.jsonl", "report index", "index more.txt --append --out index",
  ]

  /// Some bytes of the file are other ones, missing, or too many.
  private func damaged(_ data: Data, _ random: inout Random) -> (String, Data) {
    var data = data
    func place(_ random: inout Random) -> Int { Int(random.next() % UInt64(max(1, data.count))) }
    // Headers decide what is read where, so half of the damage is done there.
    func header(_ random: inout Random) -> Int {
      random.next() % 2 == 0 ? place(&random) % min(256, data.count) : place(&random)
    }
    switch random.next() % 6 {
    case 0:
      data = data.prefix(place(&random))
      return ("cut to \(data.count) bytes", Data(data))
    case 1:
      let bit = (header(&random), UInt8(1) << UInt8(random.next() % 8))
      data[bit.0] ^= bit.1
      return ("bit \(bit.1) of byte \(bit.0)", data)
    case 2:
      let start = header(&random)
      let values: [UInt64] = [0, 1, .max, 1 << 31, 1 << 40, 1 << 62, random.next()]
      let value = values[Int(random.next() % 7)]
      for index in 0..<min(8, data.count - start) {
        data[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
      }
      return ("\(value) at byte \(start)", data)
    case 3:
      let (from, to) = (place(&random), place(&random))
      let count = min(64, data.count - max(from, to))
      data.replaceSubrange(to..<to + count, with: Data(data[from..<from + count]))
      return ("\(count) bytes of \(from) at \(to)", data)
    case 4:
      data.append(Data(repeating: UInt8(random.next() % 256), count: 300))
      return ("300 bytes more", data)
    default:
      let start = place(&random)
      let end = min(data.count, start + 4096)
      data.replaceSubrange(start..<end, with: Data(repeating: 0, count: end - start))
      return ("zeros from \(start) to \(end)", data)
    }
  }

  @Test(arguments: ["manifest.json", "vectors.npy", "index.faiss", "catalog.sqlite"])
  func damagedFilesNeverTrap(name: String) throws {
    let sandbox = try Sandbox().deduplicated()
    for command in ["cluster", "split"] { try sandbox.run(command, "index").succeeded() }
    try FileManager.default.copyItem(at: sandbox.url("index"), to: sandbox.url("whole"))
    try sandbox.write("more.txt", "My parcel came late\nNobody calls me back\n")
    let whole = try sandbox.data("whole/\(name)")
    var random = Random(state: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var refused = 0
    func run(_ command: String, _ change: String) throws -> Int32 {
      // What a header claims is not allocated: 4 GB of addresses must do, and a minute of time.
      let outcome = try sandbox.shell("ulimit -v 4000000; timeout 60 \"$S\" \(command)")
      #expect(
        [0, 1, 3].contains(outcome.status),
        "\(name), \(change): \(command): exit \(outcome.status): \(outcome.errors)")
      if outcome.status == 1 {
        #expect(outcome.errors.contains("error: "), "\(name), \(change): \(command)")
      }
      return outcome.status
    }
    for command in Self.commands { #expect(try run(command, "nothing") == 0, "\(command)") }
    for round in 0..<12 * Self.rounds {
      let (change, data) = damaged(whole, &random)
      try FileManager.default.removeItem(at: sandbox.url("index"))
      try FileManager.default.copyItem(at: sandbox.url("whole"), to: sandbox.url("index"))
      try sandbox.write("index/\(name)", data)
      for offset in 0..<3 {
        let command = Self.commands[(round * 3 + offset) % Self.commands.count]
        if try run(command, change) != 0 { refused += 1 }
      }
    }
    #expect(refused > 0)
  }
}
