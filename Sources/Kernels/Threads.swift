import COneDNN
import COpenBLAS
import Dispatch
import Foundation
import Synchronization

/// The one place that decides how many threads compute.
///
/// Three pools exist in the process: OpenBLAS's, libgomp's (under oneDNN and FAISS) and Dispatch's.
/// Our own kernels split work over Dispatch with ``forEach(_:_:)`` and call the libraries
/// single-threaded inside it, so no two pools ever compete; a call that lets a library use its own
/// threads is wrapped in ``withLibraryThreads(_:)``.
package enum Threads {
  /// How many threads compute; set once at start-up, before any kernel runs.
  package static var count: Int { state.count }

  private final class State: @unchecked Sendable {
    var count = max(1, ProcessInfo.processInfo.activeProcessorCount)
  }
  private static let state: State = {
    openblas_set_num_threads(1)
    return State()
  }()

  /// Sets the number of computing threads (at least 1). Call it once, before any kernel runs.
  package static func configure(count: Int) {
    precondition(count >= 1, "thread count must be at least 1, got \(count)")
    state.count = count
  }

  /// Runs `body(0) … body(count - 1)`, at most ``count`` at a time, and returns when all are done.
  ///
  /// Inside `body` BLAS and oneDNN run on the calling thread alone. Do not nest.
  package static func forEach(_ iterations: Int, _ body: (Int) -> Void) {
    forEach(iterations) { _, index in body(index) }
  }

  /// As ``forEach(_:_:)``, and tells `body` which of the at most ``count`` workers runs it: two
  /// calls at the same time never have the same worker, so a worker's buffers need no lock.
  package static func forEach(_ iterations: Int, _ body: (_ worker: Int, _ index: Int) -> Void) {
    let threads = min(count, iterations)
    if threads <= 1 {
      omp_set_num_threads(1)
      for index in 0..<iterations { body(0, index) }
      return
    }
    let next = Atomic(0)
    // concurrentPerform returns only when every call has, so the closure never outlives this frame;
    // that `body` may run on several threads at once is this function's contract.
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: threads) { worker in
        omp_set_num_threads(1)
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          if index >= iterations { break }
          body(worker, index)
        }
      }
    }
  }

  /// Runs `body` for `0..<count` in blocks of `size`, the last one shorter, as ``forEach(_:_:)`` does:
  /// bounds do not depend on the number of threads.
  package static func forEach(_ count: Int, by size: Int, _ body: (Range<Int>) -> Void) {
    forEach((count + size - 1) / size) { block in
      body(block * size..<min(count, (block + 1) * size))
    }
  }

  /// The results of `body(0) … body(count - 1)` in this order, found as ``forEach(_:_:)`` does.
  package static func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    Array(unsafeUninitializedCapacity: count) { results, done in
      forEach(count) { index in
        (results.baseAddress! + index).initialize(to: body(index))
      }
      done = count
    }
  }

  /// The results of all blocks of ``forEach(_:by:_:)``, one after the other.
  package static func flatMap<Result>(
    _ count: Int, by size: Int, _ body: (Range<Int>) -> [Result]
  ) -> [Result] {
    map((count + size - 1) / size) { block in
      body(block * size..<min(count, (block + 1) * size))
    }.flatMap { $0 }
  }

  /// Runs `body` with OpenBLAS and libgomp allowed ``count`` threads of their own (FAISS, large
  /// single products). Not to be called from inside ``forEach(_:_:)``.
  package static func withLibraryThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    openblas_set_num_threads(Int32(count))
    omp_set_num_threads(Int32(count))
    defer {
      openblas_set_num_threads(1)
      omp_set_num_threads(1)
    }
    return try body()
  }
}
