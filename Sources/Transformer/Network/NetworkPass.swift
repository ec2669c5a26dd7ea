import Kernels

/// One batch on its way through a ``TrainableNetwork``: its tokens, the memory it works in, what is
/// dropped, and whether it will go back.
package final class NetworkPass {
  typealias Pointer = UnsafeMutablePointer<Float>

  let tape: Tape
  private(set) var batch = PackedTokens()
  /// Whether everything stays that a backward pass needs.
  private(set) var retains = false
  /// Whether products of training passes are of bfloat16; sums, and all else, are float32.
  var multipliesBFloat16 = false
  var dropout: DropoutPlan
  /// Sees what is computed on the way forward.
  private(set) var observer: (any ForwardObserver)?
  /// Where a backward pass leaves its gradients.
  private(set) var gradients: GradientArena?
  private var scratch = Buffer<Float>(count: 0)
  private var scratchSize = 0

  init(tape: Tape, dropout: DropoutPlan) {
    self.tape = tape
    self.dropout = dropout
  }

  func begin(_ batch: PackedTokens, retains: Bool, observer: (any ForwardObserver)?) {
    tape.reset()
    self.batch = batch
    self.observer = observer
    self.retains = retains
  }

  func goBack(into gradients: GradientArena) {
    precondition(retains, "a forward pass that retains comes before backward")
    self.gradients = gradients
  }

  /// A matrix `[rows, columns]` as this pass multiplies it: where that is in bfloat16, a copy on the tape.
  func operand(_ matrix: UnsafePointer<Float>, rows: Int, columns: Int) -> LinearPass.Operand {
    guard retains, multipliesBFloat16 else { return .float32(matrix) }
    let count = rows * columns
    let copy = UnsafeMutableRawPointer(tape.take((count + 1) / 2)).bindMemory(
      to: UInt16.self, capacity: count)
    Threads.forEach(count, by: 1 << 14) { block in
      let start = block.lowerBound
      BFloat16Products.narrow(matrix + start, count: block.count, into: copy + start)
    }
    return .bfloat16(copy)
  }

  /// The gradient of the parameter at `pointer`, where it is trained.
  func gradient(_ pointer: UnsafePointer<Float>) -> Pointer? { gradients?.pointer(of: pointer) }

  /// Prepares ``scratch(_:)`` for jobs that need `count` floats each.
  func reserveScratch(_ count: Int) {
    scratchSize = (count + 15) & ~15
    if scratch.count < scratchSize * Threads.count {
      scratch = Buffer(count: scratchSize * Threads.count)
    }
  }

  /// A worker's own area.
  func scratch(_ worker: Int) -> Pointer { scratch.pointer + worker * scratchSize }
}

/// Dropout probabilities, and the generator's key of a step; step 0 drops nothing.
package struct DropoutPlan {
  package var hidden: Float
  package var attention: Float
  package var classifier: Float
  /// On the input of adapters.
  package var adapter: Float = 0
  package var seed: UInt64 = 0
  package var step = 0

  /// - Parameter head: of the head; the configuration's of classifiers if nil.
  init(_ configuration: ModelConfiguration, head: Float? = nil) {
    hidden = configuration.hiddenDropout
    attention = configuration.attentionDropout
    classifier = head ?? configuration.classifierDropout
  }

  /// Places in the network that drop something.
  enum Site {
    case embeddings
    case probabilities(layer: Int)
    case attentionOutput(layer: Int)
    case output(layer: Int)
    /// After (or, with number -1, before) a layer of the head.
    case head(Int)
    case adapter(Int)
  }

  func stream(_ site: Site) -> DropoutStream {
    let (probability, number) =
      switch site {
      case .embeddings: (hidden, 0)
      case .head(let layer): (classifier, 1 << 20 + layer)
      case .adapter(let adapter): (self.adapter, 1 << 21 + adapter)
      case .probabilities(let layer): (attention, 2 + 3 * layer)
      case .attentionOutput(let layer): (hidden, 3 + 3 * layer)
      case .output(let layer): (hidden, 4 + 3 * layer)
      }
    return step == 0
      ? .none : DropoutStream(probability: probability, seed: seed, step: step, site: number)
  }
}

/// Runs `body` over blocks of rows whose bounds do not depend on the thread count.
func forEachRowBlock(_ rows: Int, _ body: (Range<Int>) -> Void) {
  Threads.forEach(rows, by: 32, body)
}

/// Runs two kinds of independent jobs side by side.
package func runJobs(
  _ first: Int, _ second: Int, _ one: (Int) -> Void, _ two: (Int) -> Void
) {
  Threads.forEach(first + second) { job in
    if job < first { one(job) } else { two(job - first) }
  }
}
