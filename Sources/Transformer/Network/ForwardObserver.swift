/// Sees a forward pass from inside: what ``TrainableNetwork/forward(_:retains:observer:)`` computes is
/// shown while it is there, so that nothing has to be computed in a second way to be looked at.
package protocol ForwardObserver: AnyObject {
  /// - Parameters:
  ///   - states: `[tokens, hidden]`, valid during the call.
  ///   - layer: 0 for the embeddings; the last is after the final norm where the family has one.
  func observe(_ states: UnsafePointer<Float>, after layer: Int, _ batch: PackedTokens)

  /// Called for every sentence of the batch, in order, layer by layer from 0.
  func observe(_ attention: ObservedAttention)
}

/// The attention of one layer within one sentence.
package struct ObservedAttention {
  package let layer: Int
  /// Of the batch.
  package let sentence: Int
  package let heads: Int
  package let length: Int
  /// If given, a query sees only keys at this distance or less.
  package let window: Int?
  /// `[heads, length, length]`: of each query's keys, which sum to 1; valid during the call.
  package let probabilities: UnsafePointer<Float>

  package init(
    layer: Int, sentence: Int, heads: Int, length: Int, window: Int?,
    probabilities: UnsafePointer<Float>
  ) {
    (self.layer, self.sentence, self.heads) = (layer, sentence, heads)
    (self.length, self.window, self.probabilities) = (length, window, probabilities)
  }

  /// `[length, length]` of one head.
  package func head(_ head: Int) -> UnsafePointer<Float> { probabilities + head * length * length }

  /// The keys that `query` sees.
  package func keys(of query: Int) -> Range<Int> {
    guard let window else { return 0..<length }
    return max(0, query - window)..<min(length, query + window + 1)
  }
}
