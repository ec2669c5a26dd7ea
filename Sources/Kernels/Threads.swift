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
public enum Threads {
  /// How many threads compute; set once at start-up, before any kernel runs.
  public static var count: Int { state.count }

  private final class State: @unchecked Sendable {
    var count = max(1, ProcessInfo.processInfo.activeProcessorCount)
  }
  private static let state: State = {
    openblas_set_num_threads(1)
    return State()
  }()

  /// Sets the number of computing threads (at least 1). Call it once, before any kernel runs.
  public static func configure(count: Int) {
    precondition(count >= 1, "thread count must be at least 1, got \(count)")
    state.count = count
  }

  /// Runs `body(0) … body(count - 1)`, at most ``count`` at a time, and returns when all are done.
  ///
  /// Inside `body` BLAS and oneDNN run on the calling thread alone. Do not nest.
  public static func forEach(_ iterations: Int, _ body: (Int) -> Void) {
    forEach(iterations) { _, index in body(index) }
  }

  /// As ``forEach(_:_:)``, and tells `body` which of the at most ``count`` workers runs it: two
  /// calls at the same time never have the same worker, so a worker's buffers need no lock.
  public static func forEach(_ iterations: Int, _ body: (_ worker: Int, _ index: Int) -> Void) {
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

  /// Runs `body` with OpenBLAS and libgomp allowed ``count`` threads of their own (FAISS, large
  /// single products). Not to be called from inside ``forEach(_:_:)``.
  public static func withLibraryThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    openblas_set_num_threads(Int32(count))
    omp_set_num_threads(Int32(count))
    defer {
      openblas_set_num_threads(1)
      omp_set_num_threads(1)
    }
    return try body()
  }
}
