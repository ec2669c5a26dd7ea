import Foundation
import Synchronization

/// Ctrl-C and `kill`: the first asks the running step to stop where it can be resumed, the second
/// ends the process at once.
///
/// The signals are blocked in every thread that may compute, and waited for in one of their own. A
/// handler would run on the stack of whichever thread computes, and oneDNN's generated kernels use the
/// stack pointer as one more register while they run: the system then writes the handler's frame into
/// whatever memory it points at. (That ended one interrupted training in four with a corrupted heap.)
/// There is a handler all the same, for the threads that OpenBLAS starts while it is loaded: those run
/// none of oneDNN's kernels.
enum Interruption {
  private static let requests = Atomic(0)

  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }

  private static func note() {
    if requests.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
  }

  /// Call it before any thread is started: threads inherit what is blocked.
  static func install() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.note() } }
    var blocked = signals
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let waiter = Thread {
      var awaited = signals
      var signal: Int32 = 0
      while sigwait(&awaited, &signal) == 0 { note() }
    }
    waiter.start()
    // A reader that has seen enough (`simcurate … | head`) is no failure.
    signal(SIGPIPE) { _ in _exit(0) }
    // A file past its size limit is a failed write with a message, not a sudden death.
    signal(SIGXFSZ, SIG_IGN)
  }
}
