import Kernels

/// Which examples make up each step: a run of the epoch's permutation, of a number of sequences or as many
/// as a number of tokens holds.
///
/// Sequences are packed without padding, so there is nothing to gain from putting those of like length
/// together.
struct BatchPlan {
  let totalSteps: Int
  private var epochs: EpochBatches
  /// Steps before each epoch, and in all.
  private let starts: [Int]

  /// - Parameter lengths: tokens of each example.
  init(_ lengths: [Int], _ options: TrainingOptions) {
    epochs = EpochBatches(
      lengths: lengths, batchSize: options.batchSize, tokens: options.batchTokens,
      seed: options.seed)
    let limit = options.maximumSteps ?? .max
    var starts = [0]
    while starts.last! < limit, starts.count <= options.epochs ?? .max {
      starts.append(starts.last! + epochs.count(of: starts.count - 1))
    }
    self.starts = starts
    let planned = min(limit, starts.last!)
    totalSteps = max(1, Int((Double(planned) * (options.stepShare ?? 1)).rounded()))
  }

  /// The epoch, from 0, of a step, from 1.
  func epoch(of step: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle + 1] >= step { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Whether a step is the last of its epoch.
  func endsEpoch(_ step: Int) -> Bool { starts[epoch(of: step) + 1] == step }

  /// The examples of a step.
  mutating func examples(of step: Int) -> ArraySlice<Int> {
    let epoch = epoch(of: step)
    epochs.prepare(epoch)
    return epochs.order[epochs.batches[step - 1 - starts[epoch]]]
  }

  /// Examples of the first `steps` steps.
  mutating func examples(inFirst steps: Int) -> Int {
    if steps == 0 { return 0 }
    let epoch = epoch(of: steps)
    epochs.prepare(epoch)
    return epoch * epochs.order.count + epochs.batches[steps - 1 - starts[epoch]].upperBound
  }
}

/// The batches of one epoch at a time.
private struct EpochBatches {
  let lengths: [Int]
  let batchSize: Int
  let tokens: Int?
  let seed: UInt64
  private var epoch = -1
  /// A permutation of the examples, and its runs.
  private(set) var order: [Int] = []
  private(set) var batches: [Range<Int>] = []

  init(lengths: [Int], batchSize: Int, tokens: Int?, seed: UInt64) {
    self.lengths = lengths
    self.batchSize = batchSize
    self.tokens = tokens
    self.seed = seed
  }

  /// How many batches an epoch has; by tokens that depends on its permutation.
  mutating func count(of epoch: Int) -> Int {
    guard tokens != nil else { return (lengths.count + batchSize - 1) / batchSize }
    prepare(epoch)
    return batches.count
  }

  mutating func prepare(_ epoch: Int) {
    if self.epoch == epoch { return }
    self.epoch = epoch
    var generator = SplitMix64(state: seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(epoch))
    order = generator.permutation(lengths.count)
    batches.removeAll(keepingCapacity: true)
    var start = 0
    while start < order.count {
      let end = end(from: start)
      batches.append(start..<end)
      start = end
    }
  }

  /// At least one example, then as many as fit.
  private func end(from start: Int) -> Int {
    guard let tokens else { return min(order.count, start + batchSize) }
    var (end, sum) = (start + 1, lengths[order[start]])
    while end < order.count, sum + lengths[order[end]] <= tokens {
      sum += lengths[order[end]]
      end += 1
    }
    return end
  }
}
