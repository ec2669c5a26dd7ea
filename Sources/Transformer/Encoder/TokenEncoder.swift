import Kernels
import Synchronization

/// Turns sentences of token ids into unit vectors: the encoder without its tokenizer.
///
/// A sentence's vector does not depend on the other sentences, their order, or the thread count.
package final class TokenEncoder: Sendable {
  /// Tokens a batch is filled to, if no sentence is longer: enough for the products to run at full
  /// speed, few enough for activations to stay in the second-level cache.
  private static let tokenBudget = 512

  /// Of the model.
  package let configuration: ModelConfiguration
  /// How a sentence's states become its vector.
  package let pooling: Pooling
  /// The precision used: never `.automatic`.
  package let precision: Precision
  private let normalizes: Bool
  private let network: EncoderNetwork
  private let idle = Mutex<[Idle]>([])

  /// A workspace nobody uses; handed from thread to thread, never shared.
  private struct Idle: @unchecked Sendable { let workspace: EncoderWorkspace }

  /// Packs the weights of `weights` for `precision`. Rows are as pooled unless `normalizes`.
  package init(
    _ configuration: ModelConfiguration, _ weights: EncoderWeights, pooling: Pooling,
    precision: Precision = .automatic, normalizes: Bool = true
  ) {
    self.normalizes = normalizes
    self.configuration = configuration
    self.pooling = pooling
    self.precision = precision.resolved
    network = EncoderNetwork(configuration, weights, precision: self.precision)
  }

  /// Length of a state and of a vector.
  package var dimension: Int { configuration.hiddenSize }

  /// Embeds `sentences` into `rows`, `[sentences.count, dimension]`; a sentence without tokens gets
  /// a row of zeros.
  ///
  /// Each sentence has at most `configuration.maximumPositions` ids, all below
  /// `configuration.vocabularySize`. `types` has one for each of its tokens, or is empty if all are 0.
  /// `progress` is told the number of sentences done so far, from
  /// any thread.
  package func embed(
    _ sentences: some Collection<[Int32]>, types: [[UInt8]] = [],
    into rows: UnsafeMutablePointer<Float>, progress: ((Int) -> Void)? = nil
  ) {
    run(sentences, types: types, progress: progress) { batch, hidden in
      var states = hidden
      for sentence in batch.sentences {
        let row = rows + sentence.row * dimension
        pooling.pool(states, tokens: sentence.count, size: dimension, into: row)
        if normalizes { UnitVector.normalize(row, dimension) }
        states += sentence.count * dimension
      }
    }
  }

  /// The last hidden states of `sentence`, `[tokens, hidden]`, before pooling.
  package func hiddenStates(_ sentence: [Int32]) -> [Float] {
    var result = [Float](repeating: 0, count: sentence.count * dimension)
    result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      run([sentence], progress: nil) { batch, hidden in
        result.baseAddress?.update(from: hidden, count: batch.tokens * dimension)
      }
    }
    return result
  }

  /// What `read` makes of the last hidden states of each of `sentences`, `[tokens, hidden]`, in the order
  /// given; it is called on several threads, once a sentence.
  ///
  /// - Parameter types: of each sentence's tokens; empty if all are 0.
  func mapStates<Result>(
    _ sentences: [[Int32]], types: [[UInt8]] = [],
    _ read: (_ index: Int, _ states: UnsafePointer<Float>) -> Result
  ) -> [Result] {
    Array(unsafeUninitializedCapacity: sentences.count) { results, done in
      run(sentences, types: types, progress: nil) { batch, hidden in
        var states = hidden
        for sentence in batch.sentences {
          (results.baseAddress! + sentence.row).initialize(to: read(sentence.row, states))
          states += sentence.count * dimension
        }
      }
      done = sentences.count
    }
  }

  /// Runs every batch of `sentences` and gives its states to `use`, on several threads.
  private func run(
    _ sentences: some Collection<[Int32]>, types: [[UInt8]] = [], progress: ((Int) -> Void)?,
    _ use: (TokenBatch, UnsafePointer<Float>) -> Void
  ) {
    check(sentences)
    let budget = sentences.reduce(Self.tokenBudget) { max($0, $1.count) }
    let window = TokenWindow(sentences, types: types, budget: budget)
    let done = Atomic(0)
    window.withBatches { batches in
      let workspaces = takeWorkspaces(min(Threads.count, batches.count), tokens: budget)
      defer { giveBack(workspaces) }
      Threads.forEach(batches.count) { worker, index in
        let workspace = workspaces[worker].workspace
        let batch = batches[index]
        if batch.tokens > 0 { network.run(batch, workspace) }
        use(batch, workspace.hidden.pointer)
        let count = batch.sentences.count
        let total = done.add(count, ordering: .relaxed).newValue
        progress?(total)
      }
    }
  }

  private func check(_ sentences: some Collection<[Int32]>) {
    for sentence in sentences {
      precondition(
        sentence.count <= configuration.maximumPositions,
        "\(sentence.count) tokens, the model takes \(configuration.maximumPositions)")
      for id in sentence {
        precondition(
          id >= 0 && Int(id) < configuration.vocabularySize,
          "token id \(id), the vocabulary has \(configuration.vocabularySize)")
      }
    }
  }

  /// Workspaces grow with the longest sentence met: a model may allow far more than anyone brings.
  private func takeWorkspaces(_ count: Int, tokens: Int) -> [Idle] {
    var taken = idle.withLock { idle in
      idle.removeAll { $0.workspace.tokens < tokens }
      let taken = Array(idle.suffix(count))
      idle.removeLast(taken.count)
      return taken
    }
    while taken.count < count {
      let room = (tokens + Self.tokenBudget - 1) / Self.tokenBudget * Self.tokenBudget
      taken.append(Idle(workspace: network.makeWorkspace(tokens: room, length: room)))
    }
    return taken
  }

  private func giveBack(_ workspaces: [Idle]) {
    idle.withLock { $0 += workspaces }
  }
}

extension Pooling {
  /// One vector, `[size]`, from the states of a sentence, `[tokens, size]`; zeros for none.
  func pool(
    _ states: UnsafePointer<Float>, tokens: Int, size: Int, into row: UnsafeMutablePointer<Float>
  ) {
    row.update(repeating: 0, count: size)
    guard tokens > 0 else { return }
    row.update(from: states, count: size)
    switch self {
    case .cls: break
    case .mean:
      for token in 1..<tokens { Rows.add(states + token * size, size: size, to: row) }
      let scale = 1 / Float(tokens)
      for index in 0..<size { row[index] *= scale }
    case .max:
      for token in 1..<tokens {
        let state = states + token * size
        for index in 0..<size { row[index] = Swift.max(row[index], state[index]) }
      }
    }
  }
}
