import Foundation

/// Uninitialized memory for `count` trivial values, aligned to 64 bytes (one cache line, one
/// AVX-512 register), freed with the object.
///
/// Hot loops take ``pointer`` once and index that: indexing through a class property costs 20 to
/// 40 times as much.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>
  package let count: Int

  package init(count: Int) {
    precondition(count >= 0, "buffer size must not be negative, got \(count)")
    self.count = count
    let bytes = max(64, count * MemoryLayout<Element>.stride)
    pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Element.self, capacity: max(1, count))
  }

  package convenience init(repeating value: Element, count: Int) {
    self.init(count: count)
    pointer.initialize(repeating: value, count: count)
  }

  package convenience init(_ values: some Collection<Element>) {
    self.init(count: values.count)
    var index = 0
    for value in values {
      pointer[index] = value
      index += 1
    }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  package var values: UnsafeMutableBufferPointer<Element> { .init(start: pointer, count: count) }
}
