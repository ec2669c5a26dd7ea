import Curation
import Foundation

/// Asks a person, on standard error and standard input, whether two texts say the same.
///
/// Works on a terminal and on a pipe; the end of the input is an answer to quit.
final class Labeler {
  private var buffer: [UInt8] = []
  private var isAtEnd = false
  private var hasExplained = false

  func ask(_ question: PairQuestion) throws -> PairAnswer {
    if !hasExplained {
      write("Would you keep only one of the two? y yes, n no, u unsure, q quit (resumable)\n")
      hasExplained = true
    }
    write("\n[\(question.number)/\(question.count)]\n")
    write("  A: \(excerpt(question.textA, limit: 2000))\n")
    write("  B: \(excerpt(question.textB, limit: 2000))\n")
    while true {
      write("y/n/u/q> ")
      guard let line = try nextLine() else {
        write("\n")
        return .quit
      }
      switch line.trimmingCharacters(in: .whitespaces).lowercased() {
      case "y", "yes": return .duplicate
      case "n", "no": return .different
      case "u", "unsure": return .unsure
      case "q", "quit": return .quit
      default: write("  y, n, u or q, please\n")
      }
    }
  }

  /// Nil at the end. Reads the descriptor itself, so that Ctrl-C ends the wait.
  private func nextLine() throws -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0a) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      if isAtEnd {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
      }
      try fill()
    }
  }

  private func fill() throws {
    var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    if poll(&wait, 1, -1) < 0 {
      if Interruption.isRequested { throw Interrupted() }
      return
    }
    var piece = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &piece, piece.count)
    if count > 0 { buffer += piece[..<count] } else { isAtEnd = true }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
