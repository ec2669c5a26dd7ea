import CCrypto
import Files
import Foundation

/// SHA-256 (FIPS 180-4) of data that arrives in pieces.
package struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  /// Of nothing so far.
  package init() {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Goes on with `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Hashes `text`'s UTF-8 bytes.
  package mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The 32 bytes of the digest; the hasher is spent.
  package consuming func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    EVP_DigestFinal_ex(context, &digest, &length)
    return digest
  }

  /// The digest in lower-case hexadecimal, of a file read in pieces of 1 MiB.
  ///
  /// - Throws: `FileError` if the file cannot be read or is no regular one.
  package static func hexadecimal(ofFileAt url: URL) throws -> String {
    let file = FileHandle(fileDescriptor: try RegularFile.open(url), closeOnDealloc: true)
    var hasher = SHA256Hasher()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      piece.withUnsafeBytes { hasher.update($0) }
    }
    return hexadecimal(hasher.finish())
  }

  /// `bytes` in lower-case hexadecimal.
  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Identity of a text: the first 128 bits of the SHA-256 of its UTF-8 bytes.
///
/// Two different texts of one corpus share a hash with probability below 1e-24 at 10 million texts.
public struct ContentHash: Hashable, Comparable, Sendable {
  /// The first 64 bits.
  public var high: UInt64
  /// The next 64 bits.
  public var low: UInt64

  /// O(bytes).
  public init(_ text: String) {
    var hasher = SHA256Hasher()
    hasher.update(text)
    self.init(bytes: hasher.finish())
  }

  /// From at least 16 bytes, as ``bytes`` gives them.
  public init(bytes: some Sequence<UInt8>) {
    high = 0
    low = 0
    var index = 0
    for byte in bytes.prefix(16) {
      if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
      index += 1
    }
    precondition(index == 16, "a content hash has 16 bytes, got \(index)")
  }

  /// The 16 bytes, most significant first.
  public var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
  }

  /// In the order of the bits: the same on every machine.
  public static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}
