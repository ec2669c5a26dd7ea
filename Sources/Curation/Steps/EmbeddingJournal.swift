import Corpus
import Files
import Foundation

/// The vectors of an index that is still being built, in the order they were made: what a killed run
/// has embedded is not embedded again.
///
/// A header line with the embedder's identity, then entries of 16 bytes (content hash of the text)
/// and `dimension` float32 values. A torn last entry is cut off when the journal is opened.
final class EmbeddingJournal {
  let dimension: Int
  private let file: FileHandle
  private let entryBytes: Int
  private var offset: Int
  private(set) var offsets: [ContentHash: Int] = [:]

  /// Opens the journal at `url` if it was written for `identity`, else starts a new one.
  ///
  /// - Throws: `FileError` if it cannot be written.
  init(at url: URL, identity: String, dimension: Int) throws {
    self.dimension = dimension
    entryBytes = 16 + dimension * MemoryLayout<Float>.size
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError.system(url.relativePath, "a file that can be written")
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let header = Data("simcurate vectors 1 \(identity) \(dimension)\n".utf8)
    offset = header.count
    let size = Int(try file.seekToEnd())
    try file.seek(toOffset: 0)
    if size >= header.count, try file.read(upToCount: header.count) == header {
      try readHashes(size: size)
    } else {
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: header)
    }
  }

  private func readHashes(size: Int) throws {
    let entries = (size - offset) / entryBytes
    for entry in 0..<entries {
      try file.seek(toOffset: UInt64(offset + entry * entryBytes))
      guard let hash = try file.read(upToCount: 16), hash.count == 16 else { break }
      offsets[ContentHash(bytes: hash)] = offset + entry * entryBytes + 16
    }
    offset += entries * entryBytes
    try file.truncate(atOffset: UInt64(offset))
  }

  /// Appends the vectors of a chunk, `[hashes.count, dimension]`.
  func append(_ hashes: [ContentHash], _ rows: UnsafePointer<Float>) throws {
    var data = Data(capacity: hashes.count * entryBytes)
    for (index, hash) in hashes.enumerated() {
      data.append(contentsOf: hash.bytes)
      data.append(
        UnsafeBufferPointer(start: rows + index * dimension, count: dimension))
      offsets[hash] = offset + index * entryBytes + 16
    }
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: data)
    offset += data.count
  }

  /// Copies the vector of `hash` to `target`; false where the journal has none.
  func copy(_ hash: ContentHash, to target: UnsafeMutablePointer<Float>) throws -> Bool {
    guard let place = offsets[hash] else { return false }
    let bytes = dimension * MemoryLayout<Float>.size
    guard pread(file.fileDescriptor, target, bytes, off_t(place)) == bytes else {
      throw FileError(
        place: "the journal of the unfinished index", expected: "\(bytes) bytes at \(place)",
        found: "fewer", advice: "delete the .partial folder and index again")
    }
    return true
  }
}
