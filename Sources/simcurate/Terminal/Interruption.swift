import Foundation

/// Ctrl-C and `kill`: the first asks the running step to stop where it can be resumed, the second
/// ends the process at once.
enum Interruption {
  // Written from a signal handler, where only a plain store is allowed.
  nonisolated(unsafe) private static var requests: sig_atomic_t = 0

  static var isRequested: Bool { requests > 0 }

  static func install() {
    let handler: @convention(c) (Int32) -> Void = { _ in
      Interruption.requests += 1
      if Interruption.requests > 1 { _exit(130) }
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    // A reader that has seen enough (`simcurate … | head`) is no failure.
    signal(SIGPIPE) { _ in _exit(0) }
    // A file past its size limit is a failed write with a message, not a sudden death.
    signal(SIGXFSZ, SIG_IGN)
  }
}
