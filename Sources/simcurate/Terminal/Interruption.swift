import Foundation
import Synchronization

/// Ctrl-C and `kill`: the first asks the running step to stop where it can be resumed, the second
/// ends the process at once.
///
/// The signals are blocked in every thread and waited for in one of their own. A handler would run on
/// the stack of whichever thread computes, and oneDNN's generated kernels use the stack pointer as one
/// more register while they run: the kernel then writes the handler's frame into whatever memory it
/// points at. (That ended one interrupted training in four with a corrupted heap.)
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

  /// Call it before any thread is started: threads inherit what is blocked.
  static func install() {
    // A shell starts what it runs in the background with SIGINT ignored, and what is ignored is never
    // waited for.
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    var blocked = signals
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let waiter = Thread {
      var awaited = signals
      var signal: Int32 = 0
      while sigwait(&awaited, &signal) == 0 {
        if requests.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
      }
    }
    waiter.stackSize = 1 << 16
    waiter.start()
    // A reader that has seen enough (`simcurate … | head`) is no failure.
    signal(SIGPIPE) { _ in _exit(0) }
    // A file past its size limit is a failed write with a message, not a sudden death.
    signal(SIGXFSZ, SIG_IGN)
  }
}
