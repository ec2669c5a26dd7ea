import Kernels

/// What of a network training changes.
public struct Trainable: Hashable, Sendable {
  /// Which of the weights.
  public enum Method: String, Codable, Hashable, Sendable, CaseIterable {
    /// Every weight.
    case full
    /// The biases of products and norms alone (Ben Zaken et al., arXiv 2106.10199).
    case biases = "bitfit"
    /// Low-rank adapters beside the weights (Hu et al., arXiv 2106.09685).
    case lowRank = "lora"
    /// Nothing but the head.
    case head
  }

  /// Which of the weights.
  package var method = Method.full
  /// Lowest layers that stay as they are; the embeddings then stay too.
  package var frozenLayers = 0
  /// Whether the embeddings stay though every layer learns.
  package var freezesEmbeddings = false

  /// With no layer frozen.
  package init(method: Method = .full) { self.method = method }

  /// The head is always trained.
  func contains(_ entry: Parameters.Entry) -> Bool {
    switch entry.part {
    case .head: return true
    case .embeddings where freezesEmbeddings || frozenLayers > 0: return false
    case .layer(let number) where number < frozenLayers: return false
    case .embeddings, .layer: break
    }
    switch method {
    case .full: return !entry.isAdapter
    case .biases: return entry.isBias
    case .lowRank: return entry.isAdapter
    case .head: return false
    }
  }
}

/// Where the gradients (or moments) of the trained parameters lie, in one flat array.
///
/// Of the embedding tables only the rows follow that the data set uses: the others have no gradient, so
/// their moments stay zero and AdamW only decays them, which one factor at the end does.
package final class GradientLayout {
  /// A run of parameters that one AdamW job updates.
  package struct Piece {
    /// Place among the parameters.
    package let value: Int
    /// Place among gradients and moments.
    package let gradient: Int
    package let count: Int
    package let decays: Bool
    /// How far below the head: 0 the head, 1 the last layer, …; see ``embeddingDepth``.
    package let depth: Int
  }

  /// The rows of a table that have gradients.
  struct Table {
    let value: Int
    let gradient: Int
    /// Rows that occur, ascending.
    let rows: [Int32]
    /// Place of each row of the table among ``rows``, -1 where it does not occur.
    let places: [Int32]
  }

  let parameters: Parameters
  private let width: Int
  private let layers: Int
  /// Gradient's place of each parameter that has one throughout, by the parameter's.
  private let starts: [Int: Int]
  private let dense: [Parameters.Entry]
  private(set) var words: Table?
  private(set) var positions: Table?
  private(set) var types: Table?
  /// Floats in all.
  package let count: Int
  /// The lowest layer with a gradient, or the number of layers; all above are gone back through.
  let lowestLayer: Int
  /// Whether embeddings have gradients.
  let reachesEmbeddings: Bool

  /// - Parameters:
  ///   - sentences: all that the gradient or an evaluation will ever see.
  ///   - types: how many types their tokens have.
  package init(
    _ network: TrainableNetwork, sentences: some Sequence<[Int32]>, types typeCount: Int = 1,
    trainable: Trainable = .init()
  ) {
    parameters = network.parameters
    width = network.configuration.hiddenSize
    layers = network.configuration.layers
    let used = network.embeddings.rows(of: sentences)
    var (starts, dense): ([Int: Int], [Parameters.Entry]) = ([:], [])
    var next = 0
    for entry in parameters.entries where trainable.contains(entry) {
      func table(_ rows: [Int32]) -> Table {
        var places = [Int32](repeating: -1, count: entry.shape[0])
        for (index, row) in rows.enumerated() { places[Int(row)] = Int32(index) }
        defer { next += rows.count * entry.shape[1] }
        return Table(value: entry.offset, gradient: next, rows: rows, places: places)
      }
      switch entry.offset {
      case network.embeddings.wordOffset: words = table(used.words)
      case network.embeddings.positionTableOffset: positions = table(used.positions)
      case network.embeddings.typeOffset:
        types = table((0..<Int32(min(typeCount, entry.shape[0]))).map { $0 })
      default:
        starts[entry.offset] = next
        dense.append(entry)
        next += entry.count
      }
    }
    (self.starts, self.dense) = (starts, dense)
    count = next
    let parts = parameters.entries.filter(trainable.contains).map(\.part)
    reachesEmbeddings = parts.contains(.embeddings)
    lowestLayer = (0..<layers).first { parts.contains(.layer($0)) } ?? layers
  }

  /// The place of a parameter's gradient, nil where it has none (or only that of some rows).
  func start(of pointer: UnsafePointer<Float>) -> Int? {
    parameters.offset(of: pointer).flatMap { starts[$0] }
  }

  private var tables: [Table] { [words, positions, types].compactMap { $0 } }

  /// The depth of the embeddings, below the first layer.
  package var embeddingDepth: Int { layers + 1 }

  private func depth(_ part: Parameters.Part) -> Int {
    switch part {
    case .head: 0
    case .layer(let number): layers - number
    case .embeddings: embeddingDepth
    }
  }

  /// All trained parameters in runs of at most 2¹⁵, in a fixed order.
  package func pieces() -> [Piece] {
    var pieces: [Piece] = []
    func add(_ value: Int, _ gradient: Int, _ count: Int, _ decays: Bool, _ depth: Int) {
      for start in stride(from: 0, to: count, by: Self.pieceLimit) {
        pieces.append(
          Piece(
            value: value + start, gradient: gradient + start,
            count: min(Self.pieceLimit, count - start), decays: decays, depth: depth))
      }
    }
    for entry in dense {
      add(entry.offset, starts[entry.offset]!, entry.count, entry.decays, depth(entry.part))
    }
    for table in tables {
      for (index, row) in table.rows.enumerated() {
        add(
          table.value + Int(row) * width, table.gradient + index * width, width, true,
          embeddingDepth)
      }
    }
    return merged(pieces)
  }

  private static let pieceLimit = 1 << 15

  /// Joins neighbors (runs of adjacent rows) as far as the limit allows.
  private func merged(_ pieces: [Piece]) -> [Piece] {
    var result: [Piece] = []
    for piece in pieces {
      guard let last = result.last, last.decays == piece.decays, last.depth == piece.depth,
        last.value + last.count == piece.value, last.gradient + last.count == piece.gradient,
        last.count + piece.count <= Self.pieceLimit
      else {
        result.append(piece)
        continue
      }
      result[result.count - 1] = Piece(
        value: last.value, gradient: last.gradient, count: last.count + piece.count,
        decays: last.decays, depth: last.depth)
    }
    return result
  }

  /// The rows of trained tables that the data never use, as runs of parameters.
  package func dormant() -> [Range<Int>] {
    tables.flatMap { table in
      var runs: [Range<Int>] = []
      var next = 0
      for row in table.rows.map(Int.init) + [table.places.count] {
        if row > next {
          runs.append(table.value + next * width..<table.value + row * width)
        }
        next = row + 1
      }
      return runs
    }
  }
}

/// Gradient memory of one training, with what the next backward pass has to clear.
package final class GradientArena {
  package let layout: GradientLayout
  package let values: Buffer<Float>
  /// Rows of words that the last backward pass added to.
  var touched: [Int32] = []

  package init(_ layout: GradientLayout) {
    self.layout = layout
    values = Buffer(repeating: 0, count: layout.count)
  }

  func pointer(of parameter: UnsafePointer<Float>) -> UnsafeMutablePointer<Float>? {
    layout.start(of: parameter).map { values.pointer + $0 }
  }
}
