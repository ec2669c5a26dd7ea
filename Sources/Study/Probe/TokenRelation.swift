import Kernels
import Neighbors

/// What the token at a key's position is to the token at the query's.
public enum TokenRelation: UInt8, CaseIterable, Sendable {
  /// The same position.
  case itself
  /// A special token around the text, as `[CLS]`.
  case special
  /// The same token at another position.
  case sameToken
  /// Another token whose input embedding is near.
  case near
  case unrelated
}

/// Tells relations of positions from a model's input embeddings, which know neither position nor
/// context.
///
/// Cosines are of embeddings without their mean over the vocabulary, which all of them share and which
/// says nothing of meaning (Mu and Viswanath, "All-but-the-top", 2018).
package final class TokenRelations {
  private let embeddings: (rows: UnsafePointer<Float>, count: Int)
  private let width: Int
  private let threshold: Float
  private let center: [Float]
  private var known: [Int32: [Float]] = [:]

  /// - Parameters:
  ///   - embeddings: `[count, width]`, which must outlive this.
  ///   - threshold: the cosine from which on two tokens are near.
  package init(
    _ embeddings: (rows: UnsafePointer<Float>, count: Int), width: Int, threshold: Double
  ) {
    self.embeddings = embeddings
    self.width = width
    self.threshold = Float(threshold)
    var sum = [Float](repeating: 0, count: width)
    sum.withUnsafeMutableBufferPointer { sum in
      for row in 0..<embeddings.count {
        Rows.add(embeddings.rows + row * width, size: width, to: sum.baseAddress!)
      }
    }
    center = sum.map { $0 / Float(embeddings.count) }
  }

  /// Of every pair of positions, `[query, key]`; queries outside `content` are special tokens
  /// themselves, whose rows say nothing. O(distinct² width + length²).
  ///
  /// - Parameter content: the positions between the special tokens.
  package func matrix(_ ids: [Int32], content: Range<Int>) -> [TokenRelation] {
    let distinct = Array(Set(ids[content])).sorted()
    let place = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    let vectors = distinct.map(unit)
    var isNear = [Bool](repeating: false, count: distinct.count * distinct.count)
    for i in distinct.indices {
      for j in 0..<i where canonicalDot(vectors[i], vectors[j], count: width) >= threshold {
        isNear[i * distinct.count + j] = true
        isNear[j * distinct.count + i] = true
      }
    }
    var result = [TokenRelation](repeating: .unrelated, count: ids.count * ids.count)
    for query in content {
      let first = place[ids[query]]!
      for key in ids.indices {
        result[query * ids.count + key] =
          if key == query {
            .itself
          } else if !content.contains(key) {
            .special
          } else if ids[key] == ids[query] {
            .sameToken
          } else if isNear[first * distinct.count + place[ids[key]]!] {
            .near
          } else {
            .unrelated
          }
      }
    }
    return result
  }

  private func unit(_ id: Int32) -> [Float] {
    if let vector = known[id] { return vector }
    let row = embeddings.rows + Int(id) * width
    var vector = (0..<width).map { row[$0] - center[$0] }
    let length = canonicalDot(vector, vector, count: width).squareRoot()
    if length > 0 { for place in 0..<width { vector[place] /= length } }
    known[id] = vector
    return vector
  }
}
