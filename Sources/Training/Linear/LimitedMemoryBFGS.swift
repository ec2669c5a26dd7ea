/// Minimizes a smooth convex function by L-BFGS (Nocedal, "Updating quasi-Newton matrices with
/// limited storage", 1980; the two-loop recursion of Nocedal and Wright, Numerical Optimization,
/// 7.4) with a backtracking line search (Armijo's condition). Deterministic.
package struct LimitedMemoryBFGS {
  /// Value and gradient at a point.
  package typealias Objective = ([Double]) -> (value: Double, gradient: [Double])

  package var maximumIterations = 100
  /// Stops when an iteration lowers the value by less than this part of it.
  package var tolerance = 1e-6
  /// Pairs of steps and gradient changes that stand for the curvature.
  private let memory = 10
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []

  package init() {}

  /// The best point found from `start` on, or until `shouldStop`, asked before every iteration.
  /// O(iterations x (objective + memory x dimension)).
  package mutating func minimize(
    from start: [Double], shouldStop: () -> Bool = { false }, _ objective: Objective
  ) -> [Double] {
    pairs = []
    var point = start
    var (value, gradient) = objective(point)
    for _ in 0..<maximumIterations {
      if shouldStop() { break }
      let direction = self.direction(gradient)
      let slope = dot(direction, gradient)
      guard slope > 0 else { break }
      // Without curvature the first step has length at most 1.
      var length = pairs.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1
      var next = moved(point, -length, direction)
      var reached = objective(next)
      while !(reached.value <= value - 1e-4 * length * slope), length > 1e-10 {
        length /= 2
        next = moved(point, -length, direction)
        reached = objective(next)
      }
      guard reached.value < value else { break }
      remember(moved(next, -1, point), moved(reached.gradient, -1, gradient))
      let gain = value - reached.value
      (point, value, gradient) = (next, reached.value, reached.gradient)
      if gain < tolerance * max(1, abs(value)) { break }
    }
    return point
  }

  private mutating func remember(_ step: [Double], _ change: [Double]) {
    let product = dot(step, change)
    guard product > 1e-14 else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, product))
  }

  /// The inverse Hessian's estimate times the gradient.
  private func direction(_ gradient: [Double]) -> [Double] {
    var result = gradient
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = dot(pair.step, result) / pair.product
      factors.append(factor)
      result = moved(result, -factor, pair.change)
    }
    if let last = pairs.last {
      let scale = last.product / dot(last.change, last.change)
      for index in result.indices { result[index] *= scale }
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      result = moved(result, factor - dot(pair.change, result) / pair.product, pair.step)
    }
    return result
  }
}

/// One sum in the order of the elements: other partial sums would end at a slightly other point.
private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

/// `start + length * direction`.
private func moved(_ start: [Double], _ length: Double, _ direction: [Double]) -> [Double] {
  var result = start
  for index in result.indices { result[index] += length * direction[index] }
  return result
}
