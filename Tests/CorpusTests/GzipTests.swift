import Corpus
import Foundation
import Testing

@Suite struct GzipTests {
  let text = (0..<5_000).map { "{\"text\":\"row \($0)\"}" }.joined(separator: "\n") + "\n"

  @Test func readsMembersAndPadding() throws {
    let half = Array(text.utf8)
    let packed = gzip(half) + gzip([]) + gzip(half) + [0, 0, 0]
    let rows = try read(packed, as: "x.jsonl.gz").records
    #expect(rows.count == 10_000)
    #expect(rows.last?.id == "x:10000")
    #expect(try read(gzip(half), as: "x.jsonl").records.count == 5_000)
  }

  @Test func refusesDamage() throws {
    let packed = gzip(Array(text.utf8))
    for length in [3, 12, packed.count / 2, packed.count - 1] {
      let error = failure(bytes: Array(packed[0..<length]), as: "x.jsonl.gz")
      #expect(error?.expected == "a whole gzip stream", "\(length)")
    }
    #expect(failure(bytes: packed + [1, 2], as: "x.jsonl.gz")?.found.contains("after") == true)
    var damaged = packed
    damaged[packed.count - 6] ^= 1
    #expect(failure(bytes: damaged, as: "x.jsonl.gz")?.expected == "a whole gzip stream")
    #expect(failure(text, as: "x.jsonl.gz")?.expected == "gzip data")
  }
}
