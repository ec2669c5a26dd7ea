import Files

/// A row that `skipInvalid` may pass over: the place where the next row begins is known.
struct InvalidRow: Error {
  var error: FileError
}
