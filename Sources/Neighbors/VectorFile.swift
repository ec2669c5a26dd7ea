import Files
import Foundation

/// A memory-mapped `.npy` file of float32 rows (NumPy format 1.0, C order, little endian), the form
/// `numpy.save` gives a 2-D float32 array and ``VectorFileWriter`` writes.
///
/// Opening checks magic, version, type, order and shape against the size of the file, and reads no
/// row. The file must not be shortened while it is mapped: the system would end the process.
public final class VectorFile: @unchecked Sendable {
  public let rows: Int
  public let dimension: Int
  /// `rows * dimension` floats in row order, valid as long as this object lives.
  public let pointer: UnsafePointer<Float>
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  /// - Throws: ``NeighborsError`` if the file cannot be read or is not such an array.
  public init(contentsOf url: URL) throws {
    let file = try NeighborsError.reading { try RegularFile.open(url) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw AtomicFile.systemError(url, "a file") }
    let size = Int(status.st_size)
    let header = try NumpyHeader(file: file, size: size, place: url.path)
    guard let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), mapping != MAP_FAILED
    else { throw AtomicFile.systemError(url, "a file that can be mapped") }
    self.mapping = mapping
    mappedBytes = size
    rows = header.rows
    dimension = header.dimension
    pointer = UnsafePointer(
      (mapping + header.byteCount).assumingMemoryBound(to: Float.self))
  }

  deinit { munmap(mapping, mappedBytes) }

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

  public let dimension: Int
  public private(set) var rows = 0
  private let format: Format
  private let url: URL
  private let temporary: URL
  private var file: Int32

  public init(to url: URL, dimension: Int, format: Format = .numpy) throws {
    precondition(dimension > 0, "dimension must be positive, got \(dimension)")
    self.url = url
    self.format = format
    self.dimension = dimension
    temporary = AtomicFile.temporaryURL(for: url)
    file = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    guard file >= 0 else { throw AtomicFile.systemError(url, "a place to write to") }
    try write(format.header(rows: 0, dimension: dimension))
  }

  deinit {
    guard file >= 0 else { return }
    close(file)
    unlink(temporary.path)
  }

  /// Appends `count` rows of `dimension` floats.
  public func append(_ rows: UnsafePointer<Float>, count: Int) throws {
    precondition(file >= 0, "the file is finished")
    try write(
      UnsafeRawBufferPointer(start: rows, count: count * dimension * MemoryLayout<Float>.size))
    self.rows += count
  }

  /// Writes the final header, syncs, and moves the file to its place. Call it once, last.
  public func finish() throws {
    precondition(file >= 0, "the file is finished")
    guard lseek(file, 0, SEEK_SET) == 0 else {
      throw AtomicFile.systemError(url, "a file that can be rewound")
    }
    try write(format.header(rows: rows, dimension: dimension))
    try AtomicFile.commit(file, temporary, to: url)
    close(file)
    file = -1
  }

  private func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let written = Foundation.write(file, bytes.baseAddress! + done, bytes.count - done)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw AtomicFile.systemError(url, "room for the vectors") }
      done += written
    }
  }
}
