import Files
import Foundation
import GRDB

/// An index folder or catalog that cannot be read or written: where, what was expected, what was
/// found, what to do.
public struct StoreError: Error, Equatable, CustomStringConvertible, Sendable {
  public var place: String
  public var expected: String
  public var found: String
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }

  /// What keeps a file of an index from being read.
  init(_ error: FileError) {
    self.init(
      place: error.place, expected: error.expected, found: error.found, advice: error.advice)
  }

  /// What SQLite reported about the catalog at `place`, in terms of what the user can do.
  init(_ error: DatabaseError, place: String) {
    let message = error.message ?? "\(error.resultCode)"
    switch error.resultCode.primaryResultCode {
    case .SQLITE_FULL:
      self.init(
        place: place, expected: "room to write", found: "a full disk",
        advice: "free some space and run the command again; the catalog is as it was before")
    case .SQLITE_NOTADB:
      self.init(
        place: place, expected: "a SQLite database", found: message,
        advice: "the file is not a catalog; build the index again")
    case .SQLITE_CORRUPT:
      self.init(
        place: place, expected: "a whole SQLite database", found: message,
        advice: "the file is damaged; build the index again")
    case .SQLITE_READONLY, .SQLITE_PERM:
      self.init(
        place: place, expected: "a writable catalog", found: message,
        advice: "check the permissions of the file and its folder, or copy the index elsewhere")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        place: place, expected: "a catalog no one else is writing", found: message,
        advice: "wait for the other command to end")
    case .SQLITE_CANTOPEN:
      self.init(
        place: place, expected: "a catalog that can be opened", found: message,
        advice: "check that the folder exists and may be read and written")
    case .SQLITE_IOERR:
      self.init(
        place: place, expected: "a working disk", found: message,
        advice: "check the disk's free space, quotas, limits on file sizes (ulimit -f) and health")
    default:
      self.init(place: place, expected: "the database to do its work", found: message)
    }
  }
}
