/// GELU with the error function, x Φ(x), and its derivative in one go: the derivative replaces x,
/// so that the backward pass is a multiplication.
public enum GELUPass {
  /// Adds `bias` to the columns of a range of `x` `[rows, width]`, writes the GELU of that to `y`
  /// and its derivative over `x`.
  ///
  /// Φ by formula 7.1.26 of Abramowitz and Stegun (absolute error below 1.5e-7).
  public static func forward(
    x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    rows: Int, width: Int, columns: Range<Int>
  ) {
    for row in 0..<rows {
      let start = row * width
      forEachVector(columns.count) { offset, lanes in
        let column = columns.lowerBound + offset
        let value = x.vector(start + column, lanes) + bias.vector(column, lanes)
        let (phi, density) = normal(value)
        y.store(value * phi, start + column, lanes)
        x.store(phi + value * density, start + column, lanes)
      }
    }
  }

  /// Multiplies the columns of a range of `dy` `[rows, width]` by the saved derivative.
  public static func backward(
    dy: UnsafeMutablePointer<Float>, derivative: UnsafePointer<Float>, rows: Int, width: Int,
    columns: Range<Int>
  ) {
    for row in 0..<rows {
      let start = row * width + columns.lowerBound
      forEachVector(columns.count) { offset, lanes in
        let product =
          dy.vector(start + offset, lanes) * derivative.vector(start + offset, lanes)
        dy.store(product, start + offset, lanes)
      }
    }
  }

  /// The standard normal's distribution function and density.
  @inline(__always)
  private static func normal(_ x: Vector) -> (distribution: Vector, density: Vector) {
    let exponential = Vector.exponential(x * x * -0.5)
    let magnitude = x.replacing(with: -x, where: x .< 0)
    let t = 1 / (magnitude * (0.327_591_1 * 0.707_106_78) + 1)
    var p = t * 1.061_405_429 - 1.453_152_027
    p = p * t + 1.421_413_741
    p = p * t - 0.284_496_736
    p = p * t + 0.254_829_592
    let tail = p * t * exponential * 0.5
    return ((1 - tail).replacing(with: tail, where: x .< 0), exponential * 0.398_942_28)
  }
}
