import Kernels

/// The vectors that token types add.
///
/// A family without them adds nothing. A type beyond the table counts as type 0: RoBERTa's has one row, and
/// its tokenizer in transformers gives no types.
struct TypeEmbeddings: Sendable {
  private let table: WeightTensor?
  private let zeros: Buffer<Float>
  private let size: Int

  init(_ weights: EncoderWeights, size: Int) {
    table = weights.tokenTypeEmbeddings
    zeros = Buffer(repeating: 0, count: size)
    self.size = size
  }

  /// The row of the table that a type takes.
  func row(of type: UInt8) -> Int { Int(type) < table?.shape[0] ?? 0 ? Int(type) : 0 }

  /// `[size]`.
  func vector(of type: UInt8) -> UnsafePointer<Float> {
    table.map { $0.pointer + row(of: type) * size } ?? UnsafePointer(zeros.pointer)
  }
}
