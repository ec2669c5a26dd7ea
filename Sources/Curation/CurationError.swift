import Files

/// What keeps a step from running, under the name that `Study` gives it.
public typealias CurationError = FileError
