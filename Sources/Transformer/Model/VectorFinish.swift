import Files

/// What becomes of a pooled vector: the Dense and Normalize modules of a sentence-transformers
/// folder, in its order. The last of it is always a unit vector, whether the folder says so or not.
struct VectorFinish: Sendable {
  enum Stage: Sendable {
    case dense(DenseLayer)
    case normalize
  }

  var stages: [Stage] = []

  var denseLayers: [DenseLayer] {
    stages.compactMap { if case .dense(let layer) = $0 { layer } else { nil } }
  }

  /// Length of the vectors made from ones of `input` numbers.
  ///
  /// - Throws: `FileError` if a layer takes vectors of another length than it gets.
  func outputSize(input: Int) throws -> Int {
    try denseLayers.reduce(input) { size, layer in
      guard layer.inputSize == size else {
        throw FileError(
          place: layer.place, expected: "in_features \(size)", found: "\(layer.inputSize)")
      }
      return layer.outputSize
    }
  }

  /// Turns a pooled vector into a unit vector (or zeros into zeros, if there are no layers).
  func run(
    _ pooled: UnsafePointer<Float>, size: Int, into row: UnsafeMutablePointer<Float>
  ) {
    var vector = Array(UnsafeBufferPointer(start: pooled, count: size))
    for stage in stages {
      switch stage {
      case .dense(let layer): vector = layer.run(vector)
      case .normalize:
        vector.withUnsafeMutableBufferPointer { UnitVector.normalize($0.baseAddress!, $0.count) }
      }
    }
    vector.withUnsafeBufferPointer { row.update(from: $0.baseAddress!, count: $0.count) }
    UnitVector.normalize(row, vector.count)
  }
}

enum UnitVector {
  /// Scales `row` to length 1; zeros stay. The sum is taken in double precision, so that no vector
  /// is too short or too long for it.
  static func normalize(_ row: UnsafeMutablePointer<Float>, _ size: Int) {
    var (squares, index) = (SIMD8<Double>(), 0)
    while index + 8 <= size {
      let values = SIMD8<Double>(
        UnsafeRawPointer(row + index).loadUnaligned(as: SIMD8<Float>.self))
      squares += values * values
      index += 8
    }
    var sum = squares.sum()
    while index < size {
      sum += Double(row[index]) * Double(row[index])
      index += 1
    }
    guard sum > 0 else { return }
    let scale = Float(1 / sum.squareRoot())
    for index in 0..<size { row[index] *= scale }
  }
}
