import Kernels

/// Turns sentences of token ids into logits: a classifier without its tokenizer.
package final class ClassifyingEncoder: Sendable {
  private let encoder: TokenEncoder
  private let head: ClassificationHead

  /// - Throws: `FileError` if the folder has no classifier, or the processor cannot run the
  ///   precision.
  package convenience init(_ folder: ModelFolder, precision: Precision = .automatic) throws {
    try self.init(folder, .sequences, precision: precision)
  }

  /// - Parameter kind: sequences, entities, or vectors with a head in a file of its own.
  init(_ folder: ModelFolder, _ kind: HeadKind, precision: Precision) throws {
    try precision.checkSupport()
    head = try ClassificationHead(folder, kind)
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: head.pooling, precision: precision,
      normalizes: kind == .vectors)
  }

  /// Names of the classes, in the order of their ids; `LABEL_0`, … where the folder names none.
  package var labels: [String] { head.labels }

  /// What the logits mean.
  package var problem: ClassificationProblem { head.problem }

  /// The precision used: never `.automatic`. The head itself is float32 in all of them.
  package var precision: Precision { encoder.precision }

  /// `[sentences, labels]`, in the order given.
  ///
  /// Each sentence has 1 to `maximumPositions` ids, all below `vocabularySize`, and every token that the
  /// head reads.
  ///
  /// - Parameter types: of each sentence's tokens; empty if all are 0.
  package func logits(_ sentences: [[Int32]], types: [[UInt8]] = []) -> [[Float]] {
    let size = encoder.dimension
    guard head.starts.isEmpty else {
      return encoder.mapStates(sentences) { index, states in
        let state = head.starts.flatMap { id in
          guard let token = sentences[index].firstIndex(of: id) else {
            preconditionFailure("sentence \(index) without token \(id)")
          }
          return UnsafeBufferPointer(start: states + token * size, count: size)
        }
        return state.withUnsafeBufferPointer(head.logits)
      }
    }
    let states = Buffer<Float>(count: sentences.count * size)
    encoder.embed(sentences, types: types, into: states.pointer)
    return Threads.map(sentences.count) { index in
      head.logits(UnsafeBufferPointer(start: states.pointer + index * size, count: size))
    }
  }
}
