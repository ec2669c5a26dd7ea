extension ModelConfiguration {
  /// The floating-point operations an encoder needs for a sentence of `tokens` tokens: two for each
  /// multiply-add of its linear layers and of attention's two products. What a padded batch or a
  /// wider vector does beyond that is not useful work.
  public func usefulOperations(tokens: Int) -> Double {
    let hidden = Double(hiddenSize)
    let feedForward = (architecture.isGated ? 3 : 2) * hidden * Double(intermediateSize)
    let linear = Double(tokens * layers) * (4 * hidden * hidden + feedForward)
    let pairs = attention.reduce(0.0) { total, layer in
      let window = layer.window ?? tokens
      return total
        + (0..<tokens).reduce(0.0) {
          $0 + Double(min(tokens - 1, $1 + window) - max(0, $1 - window) + 1)
        }
    }
    return 2 * (linear + 2 * pairs * hidden)
  }
}
