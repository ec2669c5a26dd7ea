import Kernels
import Synchronization

/// Turns sentences of token ids into logits: a classifier without its tokenizer.
public final class ClassifyingEncoder: Sendable {
  private let encoder: TokenEncoder
  private let head: ClassificationHead

  /// - Throws: ``ModelError`` if the folder has no classifier, or the processor cannot run the
  ///   precision.
  public convenience init(_ folder: ModelFolder, precision: Precision = .automatic) throws {
    try self.init(folder, .sequences, precision: precision)
  }

  /// - Parameter kind: sequences or entities.
  init(_ folder: ModelFolder, _ kind: HeadKind, precision: Precision) throws {
    try precision.checkSupport()
    head = try ClassificationHead(folder, kind)
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: head.pooling, precision: precision,
      normalizes: false)
  }

  /// Names of the classes, in the order of their ids; `LABEL_0`, … where the folder names none.
  public var labels: [String] { head.labels }

  /// What the logits mean.
  public var problem: ClassificationProblem { head.problem }

  /// The precision used: never `.automatic`. The head itself is float32 in all of them.
  public var precision: Precision { encoder.precision }

  /// `[sentences, labels]`, in the order given.
  ///
  /// Each sentence has 1 to `maximumPositions` ids, all below `vocabularySize`.
  ///
  /// - Parameter types: of each sentence's tokens; empty if all are 0.
  public func logits(_ sentences: [[Int32]], types: [[UInt8]] = []) -> [[Float]] {
    let size = encoder.dimension * max(1, head.starts.count)
    let states = Buffer<Float>(count: sentences.count * size)
    if head.starts.isEmpty {
      encoder.embed(sentences, types: types, into: states.pointer)
    } else {
      gather(sentences, into: states.pointer)
    }
    let result = Mutex([[Float]](repeating: [], count: sentences.count))
    Threads.forEach(sentences.count) { index in
      let state = UnsafeBufferPointer(start: states.pointer + index * size, count: size)
      let logits = head.logits(state)
      result.withLock { $0[index] = logits }
    }
    return result.withLock { $0 }
  }

  /// The states at the head's tokens `[sentences, starts, hidden]`; each sentence has every one of them.
  private func gather(_ sentences: [[Int32]], into rows: UnsafeMutablePointer<Float>) {
    let (size, count) = (encoder.dimension, head.starts.count)
    encoder.withStates(sentences) { index, states in
      for (number, id) in head.starts.enumerated() {
        guard let place = sentences[index].firstIndex(of: id) else {
          preconditionFailure("sentence \(index) without token \(id)")
        }
        (rows + (index * count + number) * size).update(from: states + place * size, count: size)
      }
    }
  }
}
