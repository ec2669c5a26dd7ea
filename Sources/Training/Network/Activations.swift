import Kernels

/// The memory that forward and backward passes work in, sized once for the largest batch.
///
/// T tokens, S sentences, H hidden size, I intermediate size; all matrices row-major. The last
/// layer's matrices after attention have S rows, since the head reads first tokens alone.
package struct Activations {
  /// What a layer's backward pass needs of its forward pass.
  struct Layer {
    /// Queries, keys, values `[T, 3H]`.
    let qkv: Pointer
    /// Attention probabilities before dropout.
    let probabilities: Pointer
    /// `[T, H]`
    let context: Pointer
    let attentionNorm: NormPass.Saved
    /// Output of the attention half `[T, H]`.
    let middle: Pointer
    /// GELU's derivative `[T, I]`.
    let derivative: Pointer
    /// GELU's output `[T, I]`.
    let activated: Pointer
    let outputNorm: NormPass.Saved
  }
  package typealias Pointer = UnsafeMutablePointer<Float>

  /// The largest batch that fits.
  package struct Capacity: Equatable {
    var tokens = 0
    var sentences = 0
    var widths = 0
    var squares = 0

    /// The larger of both in each respect.
    func union(_ other: Capacity) -> Capacity {
      Capacity(
        tokens: max(tokens, other.tokens), sentences: max(sentences, other.sentences),
        widths: max(widths, other.widths), squares: max(squares, other.squares))
    }

    func covers(_ other: Capacity) -> Bool {
      tokens >= other.tokens && sentences >= other.sentences && widths >= other.widths
        && squares >= other.squares
    }
  }

  let capacity: Capacity
  /// Whether every layer keeps its own matrices, as a backward pass needs.
  let isRetaining: Bool
  private let memory: Buffer<Float>
  let embeddingNorm: NormPass.Saved
  let layers: [Layer]
  /// Input of each layer and output of the last `[T, H]`.
  let hidden: [Pointer]
  /// First tokens' rows of the last layer's input `[S, H]`.
  let firstTokens: Pointer
  /// The pooler's output, before and after dropout `[S, H]`.
  let pooled: Pointer
  let droppedPooled: Pointer
  /// `[S, labels]`
  package let logits: Pointer
  package let dLogits: Pointer
  /// Work areas.
  let attentionScratch: Pointer
  let branch: Pointer
  let dHidden: Pointer
  let dMiddle: Pointer
  let dWide: Pointer
  let dQKV: Pointer
  let dContext: Pointer

  static var empty: Activations {
    Activations(Capacity(), layers: 0, hidden: 0, intermediate: 0, heads: 1, labels: 0, false)
  }

  init(
    _ capacity: Capacity, layers count: Int, hidden width: Int, intermediate: Int, heads: Int,
    labels: Int, _ isRetaining: Bool
  ) {
    self.capacity = capacity
    self.isRetaining = isRetaining
    let (tokens, sentences) = (capacity.tokens, capacity.sentences)
    let attention = AttentionPass(heads: heads, headSize: width / heads, firstTokenOnly: false)
    let slots = isRetaining ? count : min(1, count)
    let backward = isRetaining ? 1 : 0
    let scratch = attention.scratchCount(widths: capacity.widths, squares: capacity.squares)
    // Two passes over the same list: one to measure, one to hand out.
    var allocator = Allocator()
    func norm(_ allocator: inout Allocator) -> NormPass.Saved {
      NormPass.Saved(
        normalized: allocator.take(tokens * width), inverseDeviation: allocator.take(tokens))
    }
    func layer(_ allocator: inout Allocator) -> Layer {
      Layer(
        qkv: allocator.take(tokens * 3 * width),
        probabilities: allocator.take(attention.probabilityCount(squares: capacity.squares)),
        context: allocator.take(tokens * width), attentionNorm: norm(&allocator),
        middle: allocator.take(tokens * width), derivative: allocator.take(tokens * intermediate),
        activated: allocator.take(tokens * intermediate), outputNorm: norm(&allocator))
    }
    _ = norm(&allocator)
    for _ in 0..<slots { _ = layer(&allocator) }
    let hiddenSlots = isRetaining ? count + 1 : min(2, count + 1)
    let singles = [
      sentences * width, sentences * width, sentences * width, sentences * labels,
      sentences * labels, scratch, tokens * width, tokens * width * backward,
      tokens * width * backward, tokens * intermediate * backward, tokens * 3 * width * backward,
      tokens * width * backward,
    ]
    for _ in 0..<hiddenSlots { _ = allocator.take(tokens * width) }
    for size in singles { _ = allocator.take(size) }
    memory = Buffer(count: allocator.used)
    allocator = Allocator(base: memory.pointer)
    embeddingNorm = norm(&allocator)
    let stored = (0..<slots).map { _ in layer(&allocator) }
    self.layers = (0..<count).map { stored[isRetaining ? $0 : 0] }
    let states = (0..<hiddenSlots).map { _ in allocator.take(tokens * width) }
    hidden = (0...count).map { states[$0 % hiddenSlots] }
    let areas = singles.map { allocator.take($0) }
    (firstTokens, pooled, droppedPooled) = (areas[0], areas[1], areas[2])
    (logits, dLogits) = (areas[3], areas[4])
    (attentionScratch, branch) = (areas[5], areas[6])
    (dHidden, dMiddle, dWide) = (areas[7], areas[8], areas[9])
    (dQKV, dContext) = (areas[10], areas[11])
  }

  /// Hands out runs of one array, each on a cache line of its own; without a base it only counts.
  private struct Allocator {
    var base = Pointer(bitPattern: 64)!
    var used = 0

    mutating func take(_ count: Int) -> Pointer {
      defer { used += (count + 15) & ~15 }
      return base + used
    }
  }
}
