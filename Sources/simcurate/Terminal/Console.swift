import Curation
import Foundation

/// Talks to the person at the terminal, on standard error: remarks, progress, errors. Standard output
/// is left to data.
final class Console: @unchecked Sendable {
  private let lock = NSLock()
  private let quiet: Bool
  private let interactive: Bool
  private var bar = ProgressBar()
  private var barIsShown = false

  init(quiet: Bool) {
    self.quiet = quiet
    interactive =
      isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// A line that a person should see unless `--quiet` was given.
  func remark(_ text: String) {
    guard !quiet else { return }
    lock.withLock {
      clearBar()
      write(text + "\n")
    }
  }

  /// Shows `progress`: a bar redrawn in place on a terminal, a line every ten seconds elsewhere.
  func progress(_ progress: StepProgress) {
    guard !quiet else { return }
    lock.withLock {
      guard let text = bar.update(progress, interactive: interactive, width: terminalWidth()) else {
        return
      }
      if interactive {
        write("\r\u{1B}[K" + text)
        barIsShown = true
        if progress.completed == progress.total { clearBar() }
      } else {
        write(text + "\n")
      }
    }
  }

  /// Removes a bar that still stands, before something else is printed.
  func finish() {
    lock.withLock { clearBar() }
  }

  private func clearBar() {
    if barIsShown { write("\r\u{1B}[K") }
    barIsShown = false
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  private func terminalWidth() -> Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
      ? Int(size.ws_col) : 80
  }

  /// A monitor whose progress and remarks end here and which stops at Ctrl-C.
  var monitor: StepMonitor {
    StepMonitor(
      progress: { self.progress($0) }, remark: { self.remark($0) },
      shouldStop: { Interruption.isRequested })
  }
}
