import ArgumentParser
import Curation
import Files
import Foundation
import Store
import Training

/// An error as a person reads it (`error:`, then `hint:`), and its exit code.
struct Failure {
  private let error: any Error

  init(_ error: any Error) { self.error = error }

  /// Prints the error to standard error and ends the process.
  func exit(as command: SimcurateCommand.Type) -> Never {
    if error is Interrupted || error is CancellationError {
      print(error: "interrupted; what was finished is kept, the same command goes on from there")
      Foundation.exit(130)
    }
    guard let (text, advice) = explanation else { command.exit(withError: error) }
    print(error: "error: \(text)")
    if let advice { print(error: "hint: \(advice)") }
    Foundation.exit(1)
  }

  private var explanation: (text: String, advice: String?)? {
    switch error {
    case let error as FileError: (error.description, error.advice)
    case let error as UntrainableOptions: (error.description, error.reason.advice)
    case let error as DecodingError:
      (
        "a stored file: expected JSON as this program writes it, found "
          + StoredJSON.reason(error), "delete what was damaged and run the step that made it again"
      )
    case let error as CocoaError: (Self.description(error), Self.diskAdvice(error))
    default: nil
    }
  }

  /// The file, and what the system said about it; Foundation's own words name a domain and a number.
  private static func description(_ error: CocoaError) -> String {
    let path = error.filePath ?? error.url?.relativePath ?? "a file"
    let cause: String
    if let system = error.underlying as? POSIXError {
      cause = String(cString: strerror(system.code.rawValue))
    } else if let system = error.underlying as NSError?, system.domain == NSPOSIXErrorDomain {
      cause = String(cString: strerror(Int32(system.code)))
    } else {
      cause = reason(error.code)
    }
    let isWriting = (512..<768).contains(error.code.rawValue)
    return
      "\(path): expected a place that can be \(isWriting ? "written" : "read"), found: \(cause)"
  }

  private static func reason(_ code: CocoaError.Code) -> String {
    switch code {
    case .fileNoSuchFile, .fileReadNoSuchFile: "no such file or folder"
    case .fileReadNoPermission, .fileWriteNoPermission: "no permission"
    case .fileWriteOutOfSpace: "a full disk"
    case .fileWriteFileExists: "another file there already"
    case .fileWriteVolumeReadOnly: "a disk that may only be read"
    default: "an input or output error (code \(code.rawValue))"
    }
  }

  private static func diskAdvice(_ error: CocoaError) -> String {
    error.code == .fileWriteOutOfSpace
      ? "free some space on the disk and run this again"
      : "check that the folder exists, its permissions and the disk, and run this again"
  }

  private func print(error text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
