import Files
import Foundation

/// A memory-mapped `.npy` file of float32 rows (NumPy format 1.0, C order, little endian), the form
/// `numpy.save` gives a 2-D float32 array and ``VectorFileWriter`` writes.
///
/// Opening checks magic, version, type, order and shape against the size of the file, and reads no
/// row. The file must not be shortened while it is mapped: the system would end the process.
public final class VectorFile: @unchecked Sendable {
  /// Rows of the array.
  public let rows: Int
  /// Numbers a row.
  public let dimension: Int
  /// `rows * dimension` floats in row order, valid as long as this object lives.
  public let pointer: UnsafePointer<Float>
  private let file: MappedFile

  /// - Throws: `FileError` if the file cannot be read or is not such an array.
  public init(contentsOf url: URL) throws {
    file = try MappedFile(url)
    let header = try NumpyHeader(file.bytes, place: url.path)
    rows = header.rows
    dimension = header.dimension
    pointer = (file.bytes.baseAddress! + header.byteCount).assumingMemoryBound(to: Float.self)
  }

  /// A view of all rows; keep this object alive while it is in use.
  public var vectors: VectorRows {
    VectorRows(pointer: pointer, rows: rows, dimension: dimension, isMapped: true)
  }
}

/// Writes rows of float32 to a file one after the other, in constant memory; it appears at its place
/// with ``finish()``.
///
/// An object that goes away unfinished leaves nothing behind.
public final class VectorFileWriter {
  /// What kind of file is written.
  public enum Format: Sendable {
    /// A NumPy array, `.npy`.
    case numpy
    /// A flat FAISS index for inner products.
    case faiss

    /// As long whatever the number of rows, so that it can be filled in last.
    func header(rows: Int, dimension: Int) -> [UInt8] {
      switch self {
      case .numpy: NumpyHeader.bytes(rows: rows, dimension: dimension)
      case .faiss: FlatIndexHeader.bytes(rows: rows, dimension: dimension)
      }
    }
  }

  /// Numbers a row.
  public let dimension: Int
  /// Rows appended so far.
  public private(set) var rows = 0
  private let format: Format
  private let file: AtomicFile

  /// - Throws: `FileError` if the file cannot be written.
  public init(to url: URL, dimension: Int, format: Format = .numpy) throws {
    precondition(dimension > 0, "dimension must be positive, got \(dimension)")
    self.format = format
    self.dimension = dimension
    file = try AtomicFile(url)
    try file.write(format.header(rows: 0, dimension: dimension))
  }

  /// Appends `count` rows of `dimension` floats.
  ///
  /// - Throws: `FileError` if they cannot be written.
  public func append(_ rows: UnsafePointer<Float>, count: Int) throws {
    try file.write(
      UnsafeRawBufferPointer(start: rows, count: count * dimension * MemoryLayout<Float>.size))
    self.rows += count
  }

  /// Writes the final header and puts the file in its place. Call it once, last.
  ///
  /// - Throws: `FileError` if it cannot be written.
  public func finish() throws {
    try file.overwriteStart(format.header(rows: rows, dimension: dimension))
    try file.commit()
  }
}
