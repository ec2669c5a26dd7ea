import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors
import Store
import Training
import Transformer

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
    case let error as CorpusError: (error.description, error.advice)
    case let error as StoreError: (error.description, error.advice)
    case let error as NeighborsError: (error.description, error.advice)
    case let error as ModelError: (error.description, error.advice)
    case let error as TokenizerError: (error.description, error.advice)
    case let error as TrainingError: (error.description, error.advice)
    case let error as CurationError: (error.description, error.advice)
    case let error as CocoaError: (error.localizedDescription, Self.diskAdvice(error))
    default: nil
    }
  }

  private static func diskAdvice(_ error: CocoaError) -> String? {
    error.code == .fileWriteOutOfSpace ? "free some space on the disk and run this again" : nil
  }

  private func print(error text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
