import Curation
import Foundation

/// Turns progress into a line of text with rate and time left, at a bearable pace.
struct ProgressBar {
  private var phase = ""
  private var startedAt = Date()
  private var startedWith = 0
  private var shownAt = Date.distantPast

  /// The line to show now, or `nil` if the last one is too recent to be replaced.
  mutating func update(_ progress: StepProgress, interactive: Bool, width: Int) -> String? {
    let now = Date()
    if progress.phase != phase {
      phase = progress.phase
      startedAt = now
      startedWith = progress.completed
      // An interactive bar appears at once; a log gets its first line only from work that lasts.
      shownAt = interactive ? .distantPast : now
    }
    let isLast = progress.completed == progress.total
    let pause = interactive ? 0.1 : 10
    let due = now.timeIntervalSince(shownAt) >= pause
    let lasted = now.timeIntervalSince(startedAt) >= 10
    guard due || (isLast && (interactive || lasted)) else { return nil }
    shownAt = now
    return line(progress, elapsed: now.timeIntervalSince(startedAt), width: width)
  }

  private func line(_ progress: StepProgress, elapsed: Double, width: Int) -> String {
    let done = progress.completed - startedWith
    let rate = elapsed > 0.5 && done > 0 ? Double(done) / elapsed : nil
    var text = progress.phase
    if let total = progress.total, total > 0 {
      let share = min(1, Double(progress.completed) / Double(total))
      let filled = Int(share * 20)
      text += " [" + String(repeating: "#", count: filled)
      text += String(repeating: ".", count: 20 - filled) + "]"
      text += " \(Int(share * 100))% \(progress.completed)/\(total) \(progress.unit)"
      if let rate {
        text += String(format: ", %@/s", Self.short(rate))
        let left = Double(total - progress.completed) / rate
        if left >= 1 { text += ", \(Self.duration(left)) left" }
      }
    } else {
      text += " \(progress.completed) \(progress.unit)"
      if let rate { text += String(format: ", %@/s", Self.short(rate)) }
    }
    return String(text.prefix(width - 1))
  }

  private static func short(_ rate: Double) -> String {
    rate >= 100 ? String(Int(rate)) : String(format: "%.1f", rate)
  }

  /// `2 m 05 s`, `1 h 02 m`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole >= 3600 { return String(format: "%d h %02d m", whole / 3600, whole / 60 % 60) }
    return whole >= 60 ? String(format: "%d m %02d s", whole / 60, whole % 60) : "\(whole) s"
  }
}
