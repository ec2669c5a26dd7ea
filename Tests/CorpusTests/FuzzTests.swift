import Corpus
import Files
import Foundation
import Testing

/// Mutations of valid files: reading gives records or a `FileError`, and never anything else.
@Suite struct FuzzTests {
  static let seeds: [(name: String, bytes: [UInt8])] = [
    (
      "x.jsonl",
      Array(
        "{\"id\":\"a\",\"text\":\"x\\u00e9 y\",\"n\":[1,{\"k\":-2e3}]}\n{\"text\":\"b\"}\n".utf8)
    ),
    ("x.csv", Array("id,text,label\na,\"b, \"\"c\"\"\nd\",e\nf,g,h\n".utf8)),
    ("x.tsv", Array("id\ttext\na\tb\nc\td\n".utf8)),
    ("x.txt", Array("one é\ntwo 漢\r\n\nthree 😀".utf8)),
    ("x.conll", Array("-DOCSTART- O\n\na\tO\nb\tB-X\n\n# id 3\nc O\n".utf8)),
    ("x.jsonl.gz", gzip(Array("{\"text\":\"one\"}\n{\"text\":\"two\"}\n".utf8))),
  ]

  @Test(arguments: 0..<6) func neverTraps(_ index: Int) throws {
    let (name, valid) = Self.seeds[index]
    var generator = SeededGenerator(seed: UInt64(index))
    let folder = try TemporaryFolder()
    var readCount = 0
    for round in 0..<1_000 {
      var bytes = valid
      mutate(&bytes, &generator)
      let options = ReadingOptions(skipInvalid: round % 2 == 0, maximumRowBytes: 4_096)
      do {
        let file = try folder.file(name, bytes)
        let summary = try CorpusReader(options: options).read(file) { record in
          #expect(!record.id.isEmpty && !record.text.utf8.contains(0))
        }
        readCount += summary.recordCount
      } catch {
        #expect(error is FileError, "\(error)")
      }
    }
    #expect(readCount > 0)
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let special: [UInt8] = [
      0, 0x0a, 0x0d, 0x22, 0x2c, 0x5c, 0x7b, 0x7d, 0x5b, 0x09, 0xff, 0xe2, 0x1f,
    ]
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[at] = special.randomElement(using: &generator)!
      case 2: bytes.insert(special.randomElement(using: &generator)!, at: at)
      case 3: bytes.remove(at: at)
      case 4: bytes.removeSubrange(at...)
      default:
        let end = Int.random(in: at...bytes.count, using: &generator)
        bytes.insert(contentsOf: bytes[at..<end], at: at)
      }
    }
  }
}
