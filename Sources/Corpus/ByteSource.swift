import CZlib
import Files
import Foundation

/// The bytes of a file or of standard input, unpacked where they are gzip (RFC 1952, any number of
/// members).
final class ByteSource {
  private let descriptor: Int32
  private let place: String
  private var inflater: Inflater?
  private var isStarted = false

  init(url: URL, place: String) throws {
    self.place = place
    if url == CorpusReader.standardInput {
      descriptor = 0
      return
    }
    try Self.check(url, place)
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      throw FileError(
        place: place, expected: "a readable file", found: String(cString: strerror(errno)))
    }
  }

  deinit { if descriptor > 0 { close(descriptor) } }

  /// A corpus may come through a pipe, as `<(zcat x.gz)` is one; a device may have no end.
  private static func check(_ url: URL, _ place: String) throws {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFIFO: return
    case S_IFDIR:
      throw FileError(
        place: place, expected: "a file", found: "a folder",
        advice: "name the files in it, for example \(place)/*.jsonl")
    default:
      throw FileError(
        place: place, expected: "a file, a pipe or - for standard input",
        found: RegularFile.kind(status.st_mode))
    }
  }

  /// Fills `target` with at least one byte and returns how many; 0 at the end.
  func read(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    if !isStarted { try start() }
    if let inflater {
      return try inflater.read(into: target, from: readRaw)
    }
    let taken = takePeeked(into: target)
    return try taken > 0 ? taken : readRaw(target)
  }

  private var peeked: [UInt8] = []

  /// Looks at the first two bytes: gzip's magic number decides, not the file's name.
  private func start() throws {
    isStarted = true
    var two: [UInt8] = [0, 0]
    while peeked.count < 2 {
      let count = try two.withUnsafeMutableBufferPointer {
        try readRaw(UnsafeMutableBufferPointer(rebasing: $0[0..<(2 - peeked.count)]))
      }
      if count == 0 { break }
      peeked += two[0..<count]
    }
    if peeked == [0x1f, 0x8b] {
      inflater = Inflater(place: place, first: peeked)
    } else if place.lowercased().hasSuffix(".gz") {
      throw FileError(
        place: place, expected: "gzip data", found: "a file without gzip's first bytes",
        advice: "rename it without .gz if it is not packed")
    }
  }

  private func takePeeked(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let count = min(peeked.count, target.count)
    for index in 0..<count { target[index] = peeked[index] }
    peeked.removeFirst(count)
    return count
  }

  private func readRaw(_ target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    while true {
      let count = Foundation.read(descriptor, target.baseAddress, target.count)
      if count >= 0 { return count }
      if errno != EINTR {
        throw FileError(
          place: place, expected: "to read on", found: String(cString: strerror(errno)))
      }
    }
  }
}

/// A gzip stream being unpacked with zlib.
private final class Inflater {
  typealias Supply = (UnsafeMutableBufferPointer<UInt8>) throws -> Int

  private let place: String
  // zlib keeps a pointer to the stream it was started with, so it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let packed = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
  private var isBetweenMembers = false
  private var isAtEnd = false

  init(place: String, first: [UInt8]) {
    self.place = place
    stream.initialize(to: z_stream())
    // 15 bits of window, +16: gzip headers only.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib could not start: \(status)")
    for (index, byte) in first.enumerated() { packed[index] = byte }
    stream.pointee.next_in = packed.baseAddress
    stream.pointee.avail_in = UInt32(first.count)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    packed.deallocate()
  }

  func read(into target: UnsafeMutableBufferPointer<UInt8>, from supply: Supply) throws -> Int {
    stream.pointee.next_out = target.baseAddress
    stream.pointee.avail_out = UInt32(clamping: target.count)
    let room = Int(stream.pointee.avail_out)
    while !isAtEnd, Int(stream.pointee.avail_out) == room {
      if stream.pointee.avail_in == 0 { try refill(from: supply) }
      if isBetweenMembers { try startNextMember() }
      if isAtEnd { break }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: isBetweenMembers = true
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "data zlib cannot unpack"
        throw broken(found: "\(reason)")
      }
    }
    return room - Int(stream.pointee.avail_out)
  }

  private func refill(from supply: Supply) throws {
    let count = try supply(packed)
    if count == 0 {
      guard isBetweenMembers else { throw broken(found: "its end in the middle") }
      isAtEnd = true
    }
    stream.pointee.next_in = packed.baseAddress
    stream.pointee.avail_in = UInt32(count)
  }

  /// After a member: zero bytes are padding, 1f begins another member, all else is an error.
  private func startNextMember() throws {
    while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
      stream.pointee.next_in += 1
      stream.pointee.avail_in -= 1
    }
    guard stream.pointee.avail_in > 0 else { return }
    guard stream.pointee.next_in.pointee == 0x1f else {
      throw broken(found: "other bytes after it")
    }
    inflateReset(stream)
    isBetweenMembers = false
  }

  private func broken(found: String) -> FileError {
    FileError(
      place: place, expected: "a whole gzip stream", found: found,
      advice: "check it with gzip -t and fetch it again")
  }
}
