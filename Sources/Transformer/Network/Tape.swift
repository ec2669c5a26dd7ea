import Kernels

/// The memory of a pass through a network, last in, first out: what a forward pass leaves for the
/// backward pass lies in the order in which it was made, and working areas on top of it.
///
/// What does not fit opens another chunk; ``reset()`` makes one of them all, so that after the largest
/// batch has been met nothing is allocated any more.
package final class Tape {
  package typealias Pointer = UnsafeMutablePointer<Float>

  private var chunks: [Buffer<Float>] = []
  private var chunk = 0
  private var used = 0

  package init() {}

  /// A place to ``release(to:)``.
  struct Mark {
    fileprivate let chunk: Int
    fileprivate let used: Int
  }

  var mark: Mark { Mark(chunk: chunk, used: used) }

  /// Gives back everything taken since `mark`.
  func release(to mark: Mark) {
    chunk = mark.chunk
    used = mark.used
  }

  /// Uninitialized memory for `count` floats, on a cache line of its own.
  func take(_ count: Int) -> Pointer {
    let size = (count + 15) & ~15
    while chunk < chunks.count, used + size > chunks[chunk].count {
      chunk += 1
      used = 0
    }
    if chunk == chunks.count { chunks.append(Buffer(count: max(size, Self.leastChunk))) }
    defer { used += size }
    return chunks[chunk].pointer + used
  }

  private static let leastChunk = 1 << 18

  /// Gives back everything.
  package func reset() {
    chunk = 0
    used = 0
    guard chunks.count > 1 else { return }
    let size = chunks.reduce(0) { $0 + $1.count }
    chunks.removeAll()
    chunks.append(Buffer(count: size))
  }
}
