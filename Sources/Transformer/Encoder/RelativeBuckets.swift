import Foundation
import Kernels

/// T5's buckets for distances from query to key (Raffel et al., arXiv 1910.10683), as MPNet uses
/// them: near distances have one each, farther ones share, from 128 on all are alike.
enum RelativeBuckets {
  static let count = 32
  private static let farthest: Float = 128

  /// `distance`: key position - query position.
  static func bucket(_ distance: Int) -> Int {
    let half = count / 2
    let exact = half / 2
    let length = abs(distance)
    let side = distance > 0 ? half : 0
    guard length >= exact else { return side + length }
    // In float32 and in this order, as in PyTorch, so that distances on a bound fall alike.
    let share = log(Float(length) / Float(exact)) / log(farthest / Float(exact))
    return side + min(half - 1, exact + Int(share * Float(half - exact)))
  }

  /// Spreads `table`, `[count, heads]`, over every distance between `reach` positions.
  static func bias(_ table: WeightTensor, reach: Int) -> Attention.RelativeBias {
    let heads = table.shape[1]
    let width = 2 * reach - 1
    let values = Buffer<Float>(count: heads * width)
    for column in 0..<width {
      let row = table.pointer + bucket(column - reach + 1) * heads
      for head in 0..<heads { values.pointer[head * width + column] = row[head] }
    }
    return Attention.RelativeBias(values, heads: heads, reach: reach)
  }
}
