import CZlib
import Corpus
import Files
import Foundation

/// A folder that is gone when its test ends.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "corpus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file
  }

  func file(_ name: String, _ text: String) throws -> URL { try file(name, Array(text.utf8)) }
}

/// Records and summary of one file's content.
func read(
  _ bytes: [UInt8], as name: String, _ options: ReadingOptions = ReadingOptions()
) throws -> (records: [Record], summary: ReadingSummary) {
  let folder = try TemporaryFolder()
  var records: [Record] = []
  let summary = try CorpusReader(options: options).read(folder.file(name, bytes)) {
    records.append($0)
  }
  return (records, summary)
}

func records(
  _ text: String, as name: String, _ options: ReadingOptions = ReadingOptions()
) throws -> [Record] {
  try read(Array(text.utf8), as: name, options).records
}

/// The error that reading must end with.
func failure(
  _ text: String, as name: String, _ options: ReadingOptions = ReadingOptions()
) -> FileError? {
  failure(bytes: Array(text.utf8), as: name, options)
}

func failure(
  bytes: [UInt8], as name: String, _ options: ReadingOptions = ReadingOptions()
) -> FileError? {
  do {
    _ = try read(bytes, as: name, options)
    return nil
  } catch {
    return error as? FileError
  }
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
  input.withUnsafeMutableBufferPointer { source in
    packed.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      deflate(&stream, Z_FINISH)
    }
  }
  return Array(packed[0..<Int(stream.total_out)])
}

/// SplitMix64: the same numbers on every machine and run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A text of up to 12 pieces chosen for the trouble they make.
  mutating func text() -> String {
    let pieces = [
      "a", "Ab", "7", " ", "\t", "\n", "\r", "\r\n", "\"", "\"\"", ",", "\\", "\\n", "{", "}", "é",
      "e\u{301}", "ß", "İ", "ς", "ı", "漢字", "😀", "👩‍👩‍👧", "\u{2028}", "\u{85}", "\u{feff}",
      "\u{200b}", "\u{1}", "ﬁ", "½", ".", "...", "。", "؟", "'", "/", "\u{7f}",
    ]
    return (0..<Int.random(in: 0...12, using: &self))
      .map { _ in pieces.randomElement(using: &self)! }.joined()
  }
}
