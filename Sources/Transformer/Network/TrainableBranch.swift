import Kernels

/// What a residual connection goes around: attention, or the feed-forward part.
protocol BranchBody: AnyObject {
  typealias Pointer = UnsafeMutablePointer<Float>

  /// The bias of its last product, which the branch adds.
  var outputBias: UnsafePointer<Float> { get }

  /// `y` `[outputRows, hidden]`, without the bias, from `x` `[rows, hidden]`.
  ///
  /// What is taken from the tape before `y` is written stays for ``backward(_:_:into:accumulates:_:)``.
  func forward(_ x: Pointer, _ rows: BranchRows, _ pass: NetworkPass, into y: Pointer)

  /// From the gradient of y to that of x, where `dx` is given (added to it if `accumulates`).
  func backward(
    _ dy: Pointer, _ rows: BranchRows, into dx: Pointer?, accumulates: Bool, _ pass: NetworkPass)
}

/// Rows that go into a branch and come out of it: fewer where a head reads first tokens alone.
struct BranchRows {
  let batch: PackedBatch
  /// Only the first token of each sentence comes out.
  var firstOnly = false
  /// Only the first token of each sentence goes in.
  var isReduced = false
  var input: Int { isReduced ? batch.sentences.count : batch.tokens }
  var output: Int { firstOnly || isReduced ? batch.sentences.count : batch.tokens }
}

/// One half of a block: a body with a residual connection around it, and a norm before the body or
/// after the sum.
final class TrainableBranch {
  typealias Pointer = UnsafeMutablePointer<Float>

  let body: any BranchBody
  private let before: TrainableNorm?
  private let after: TrainableNorm?
  private let width: Int
  private let site: DropoutPlan.Site
  private let residual: ResidualPass

  init(
    _ body: any BranchBody, before: TrainableNorm?, after: TrainableNorm?, width: Int,
    site: DropoutPlan.Site
  ) {
    self.body = body
    self.before = before
    self.after = after
    self.width = width
    self.site = site
    residual = ResidualPass(width: width)
  }

  /// Writes `output` `[rows.output, hidden]`.
  func forward(_ input: Pointer, _ rows: BranchRows, into output: Pointer, _ pass: NetworkPass) {
    let kept = rows.firstOnly ? firstRows(input, rows.batch, pass) : input
    var x = input
    if let before {
      x = pass.tape.take(rows.input * width)
      before.forward(rows.input, into: x, pass) { block, target in
        let start = block.lowerBound * width
        (target + start).update(from: input + start, count: block.count * width)
      }
    }
    let y = pass.tape.take(rows.output * width)
    body.forward(x, rows, pass, into: y)
    let dropout = pass.dropout.stream(site)
    if let after {
      after.forward(
        y, bias: body.outputBias, residual: kept, rows: rows.output, dropout: dropout,
        into: output, pass)
    } else {
      forEachRowBlock(rows.output) { block in
        residual.forward(
          block, y: y, bias: body.outputBias, residual: kept, dropout: dropout, output: output)
      }
    }
  }

  /// Turns the gradient of the output in `states` into that of the input, in place; there is room for
  /// all rows of the input.
  ///
  /// - Parameter toInput: whether anybody needs the input's.
  func backward(_ states: Pointer, _ rows: BranchRows, toInput: Bool, _ pass: NetworkPass) {
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let dBranch = pass.tape.take(rows.output * width)
    let dropout = pass.dropout.stream(site)
    if let after {
      after.backward(
        states, rows: rows.output, dropout: dropout, into: states, dBranch: dBranch, pass)
    } else {
      forEachRowBlock(rows.output) { block in
        let start = block.lowerBound * width
        (dBranch + start).update(from: states + start, count: block.count * width)
        residual.applyDropout(block, dropout, dBranch)
      }
    }
    if rows.firstOnly && toInput { spread(states, rows.batch) }
    guard let before else {
      body.backward(dBranch, rows, into: toInput ? states : nil, accumulates: true, pass)
      return
    }
    let dx = pass.tape.take(rows.input * width)
    body.backward(dBranch, rows, into: dx, accumulates: false, pass)
    before.backward(dx, rows: rows.input, into: dx, dBranch: nil, pass)
    guard toInput else { return }
    forEachRowBlock(rows.input) { block in residual.add(block, dx, to: states) }
  }

  /// The first row of each sentence, on the tape.
  private func firstRows(_ states: Pointer, _ batch: PackedBatch, _ pass: NetworkPass) -> Pointer {
    let result = pass.tape.take(batch.sentences.count * width)
    for (index, sentence) in batch.sentences.enumerated() {
      (result + index * width).update(from: states + sentence.row * width, count: width)
    }
    return result
  }

  /// Moves row i to the first row of sentence i, in place, zeros elsewhere.
  private func spread(_ states: Pointer, _ batch: PackedBatch) {
    for (index, sentence) in batch.sentences.enumerated().reversed() {
      let first = states + sentence.row * width
      first.update(from: states + index * width, count: width)
      (first + width).update(repeating: 0, count: (sentence.length - 1) * width)
    }
  }
}
