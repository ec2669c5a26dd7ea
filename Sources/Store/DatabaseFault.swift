import Files
import GRDB

extension FileError {
  /// What SQLite reported about the catalog at `place`, in terms of what the user can do.
  init(_ error: DatabaseError, place: String) {
    let message = error.message ?? "\(error.resultCode)"
    let (expected, found, advice): (String, String, String?) =
      switch error.resultCode.primaryResultCode {
      case .SQLITE_FULL:
        (
          "room to write", "a full disk",
          "free some space and run the command again; the catalog is as it was before"
        )
      case .SQLITE_NOTADB:
        ("a SQLite database", message, "the file is not a catalog; build the index again")
      case .SQLITE_CORRUPT:
        ("a whole SQLite database", message, "the file is damaged; build the index again")
      case .SQLITE_READONLY, .SQLITE_PERM:
        (
          "a writable catalog", message,
          "check the permissions of the file and its folder, or copy the index elsewhere"
        )
      case .SQLITE_BUSY, .SQLITE_LOCKED:
        ("a catalog no one else is writing", message, "wait for the other command to end")
      case .SQLITE_CANTOPEN:
        (
          "a catalog that can be opened", message,
          "check that the folder exists and may be read and written"
        )
      case .SQLITE_IOERR:
        (
          "a working disk", message,
          "check the disk's free space, quotas, limits on file sizes (ulimit -f) and health"
        )
      default: ("the database to do its work", message, nil)
      }
    self.init(place: place, expected: expected, found: found, advice: advice)
  }
}
