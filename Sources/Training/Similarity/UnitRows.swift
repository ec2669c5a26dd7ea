import Kernels

/// The beginnings of some vectors made unit length, and the way back.
final class UnitRows {
  let count: Int
  let size: Int
  private let buffer: Buffer<Float>
  /// One over each row's length; 0 for a row of zeros, which stays one and has no gradient.
  private var inverses: [Float] = []

  var rows: UnsafeMutablePointer<Float> { buffer.pointer }

  /// - Parameters:
  ///   - stride: values from one vector to the next.
  ///   - size: values of each that count.
  init(_ vectors: UnsafePointer<Float>, count: Int, stride: Int, size: Int) {
    self.count = count
    self.size = size
    buffer = Buffer(count: count * size)
    for row in 0..<count {
      let (source, target) = (vectors + row * stride, buffer.pointer + row * size)
      var sum = 0.0
      for index in 0..<size { sum += Double(source[index]) * Double(source[index]) }
      let inverse = sum > 0 ? Float(1 / sum.squareRoot()) : 0
      for index in 0..<size { target[index] = source[index] * inverse }
      inverses.append(inverse)
    }
  }

  func cosine(_ a: Int, _ b: Int) -> Float {
    let (left, right) = (rows + a * size, rows + b * size)
    var sum = 0.0
    for index in 0..<size { sum += Double(left[index]) * Double(right[index]) }
    return Float(sum)
  }

  /// Adds `slope` times the gradient of the cosine of two rows to theirs in `gradient` `[count, size]`.
  func addCosineGradient(
    _ a: Int, _ b: Int, _ slope: Float, _ gradient: UnsafeMutablePointer<Float>
  ) {
    let (left, right) = (rows + a * size, rows + b * size)
    for index in 0..<size {
      gradient[a * size + index] += slope * right[index]
      gradient[b * size + index] += slope * left[index]
    }
  }

  /// Adds to `result` `[count, stride]` the gradient of the vectors, from that of their unit rows: what
  /// points along a row changes its length alone, and goes.
  func addGradient(
    _ gradient: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for row in 0..<count {
      let (unit, slope) = (rows + row * size, gradient + row * size)
      var along = 0.0
      for index in 0..<size { along += Double(unit[index]) * Double(slope[index]) }
      let target = result + row * stride
      for index in 0..<size {
        target[index] += (slope[index] - Float(along) * unit[index]) * inverses[row]
      }
    }
  }
}
