import CFaiss
import Files
import Foundation
import Kernels

/// A FAISS index: approximate or flat nearest neighbors, in a file Python's `faiss.read_index`
/// opens.
///
/// Searches may run concurrently; ``add(_:)``, ``train(_:)`` and ``set(parameters:)`` may not run
/// beside anything else. FAISS uses ``Threads/count`` threads of its own, so no call belongs inside
/// `Threads.forEach`. Scores come from FAISS's float32 arithmetic: where a decision hangs on one,
/// take ``canonicalDot(_:_:count:)`` of the rows.
public final class FaissIndex: @unchecked Sendable {
  /// What rows are compared by.
  public enum Metric: Sendable {
    /// Larger is nearer; the cosine where rows have unit length.
    case innerProduct
    /// Squared Euclidean distance: smaller is nearer.
    case euclidean
  }

  private let handle: OpaquePointer

  /// A new, empty index.
  ///
  /// - Parameter factory: a FAISS factory string: "Flat", "IVF1024,Flat", "HNSW32", "IVF256,PQ48"…
  /// - Throws: `FileError` with FAISS's text if it does not know the string.
  public init(factory: String, dimension: Int, metric: Metric = .innerProduct) throws {
    precondition(dimension > 0 && dimension <= Int(Int32.max), "dimension \(dimension)")
    var created: OpaquePointer?
    let type = metric == .innerProduct ? CFAISS_INNER_PRODUCT : CFAISS_L2
    try Self.check(
      cfaiss_create(factory, Int32(dimension), Int32(type), &created),
      place: "FAISS index \(factory)", expected: "a factory string FAISS knows")
    handle = created!
  }

  /// Opens an index file that this type or FAISS wrote.
  ///
  /// Array sizes larger than the file are refused before memory is allocated, and a truncated file
  /// throws. Not covered: the contents of HNSW graphs and inverted lists are not checked link by
  /// link, so open only files whose checksum you know, as an index folder's manifest records it.
  ///
  /// - Throws: `FileError` if the file cannot be read or has another dimension.
  public init(contentsOf url: URL, expectedDimension: Int? = nil) throws {
    try RegularFile.check(url)
    var read: OpaquePointer?
    try Self.check(
      cfaiss_read(url.path, &read), place: url.path, expected: "a complete FAISS index file")
    let found = Int(cfaiss_dimension(read))
    let rows = Int(cfaiss_count(read))
    guard found > 0, rows >= 0, expectedDimension == nil || found == expectedDimension else {
      cfaiss_free(read)
      throw FileError(
        place: url.path,
        expected: "vectors of dimension \(expectedDimension.map(String.init) ?? "> 0")",
        found: "\(rows) rows of dimension \(found)",
        advice: "the index was built with another model; build it again")
    }
    handle = read!
  }

  deinit { cfaiss_free(handle) }

  /// How many rows are in the index.
  public var count: Int { Int(cfaiss_count(handle)) }
  /// Numbers a row.
  public var dimension: Int { Int(cfaiss_dimension(handle)) }
  /// What rows are compared by.
  public var metric: Metric {
    cfaiss_metric(handle) == Int32(CFAISS_L2) ? .euclidean : .innerProduct
  }
  /// False for an index that needs ``train(_:)`` before ``add(_:)``.
  package var isTrained: Bool { cfaiss_is_trained(handle) != 0 }

  /// Sets search parameters, for example "nprobe=16" or "efSearch=64".
  public func set(parameters: String) throws {
    try Self.check(
      cfaiss_set_parameters(handle, parameters),
      place: "FAISS parameters \(parameters)", expected: "parameters this index has")
  }

  /// Learns what the index needs to learn (k-means cells, quantizers); nothing for "Flat".
  public func train(_ vectors: VectorRows) throws {
    precondition(vectors.dimension == dimension, "rows of \(vectors.dimension), not \(dimension)")
    try Threads.withLibraryThreads {
      try Self.check(
        cfaiss_train(handle, Int64(vectors.rows), vectors.pointer),
        place: "FAISS training", expected: "enough rows to train on")
    }
  }

  /// Appends rows; the first has number ``count``.
  public func add(_ vectors: VectorRows) throws {
    precondition(vectors.dimension == dimension, "rows of \(vectors.dimension), not \(dimension)")
    precondition(isTrained, "train the index before adding rows")
    try Threads.withLibraryThreads {
      try Self.check(
        cfaiss_add(handle, Int64(vectors.rows), vectors.pointer),
        place: "FAISS index", expected: "memory for \(vectors.rows) more rows")
    }
  }

  /// The k nearest rows of each query.
  ///
  /// - Returns: `scores` and `rows`, both [queries.rows, k], best first; row -1 where fewer were
  ///   found.
  public func search(
    _ queries: VectorRows, count k: Int
  ) throws -> (scores: [Float], rows: [Int64]) {
    precondition(queries.dimension == dimension, "rows of \(queries.dimension), not \(dimension)")
    precondition(k > 0, "k must be positive, got \(k)")
    var scores = [Float](repeating: 0, count: queries.rows * k)
    var rows = [Int64](repeating: -1, count: queries.rows * k)
    if queries.rows == 0 { return (scores, rows) }
    try Threads.withLibraryThreads {
      try Self.check(
        cfaiss_search(
          handle, Int64(queries.rows), queries.pointer, Int64(k), &scores, &rows),
        place: "FAISS search", expected: "a searchable index")
    }
    return (scores, rows)
  }

  /// All rows beyond `radius` of each query (inner product above it, squared distance below it), as
  /// pairs (query row, index row); order within a query is FAISS's. Memory grows with the pairs.
  public func rangeSearch(_ queries: VectorRows, radius: Float) throws -> [ScoredPair] {
    precondition(queries.dimension == dimension, "rows of \(queries.dimension), not \(dimension)")
    var result: OpaquePointer?
    try Threads.withLibraryThreads {
      try Self.check(
        cfaiss_range_search(handle, Int64(queries.rows), queries.pointer, radius, &result),
        place: "FAISS range search", expected: "an index with range search")
    }
    defer { cfaiss_range_free(result) }
    guard let limits = cfaiss_range_limits(result), queries.rows > 0 else { return [] }
    guard let scores = cfaiss_range_scores(result), let rows = cfaiss_range_labels(result) else {
      return []
    }
    var pairs: [ScoredPair] = []
    pairs.reserveCapacity(Int(limits[queries.rows]))
    for query in 0..<queries.rows {
      for entry in Int(limits[query])..<Int(limits[query + 1]) {
        pairs.append(
          ScoredPair(a: UInt32(query), b: UInt32(rows[entry]), score: scores[entry]))
      }
    }
    return pairs
  }

  /// Writes the index so that `url` holds either its previous content or all of the new one.
  ///
  /// - Throws: `FileError` if the file cannot be written or put in its place.
  public func write(to url: URL) throws {
    try AtomicFile.replace(url) { temporary in
      try Self.check(
        cfaiss_write(handle, temporary.path), place: url.path, expected: "room for the index")
    }
  }

  private static func check(_ status: Int32, place: String, expected: String) throws {
    guard status != 0 else { return }
    throw FileError(
      place: place, expected: expected, found: String(cString: cfaiss_last_error()))
  }
}
