import Curation
import Foundation
import Neighbors
import Study
import Testing

@Suite struct BaselineTests {
  private final class Stop: @unchecked Sendable {
    private let lock = NSLock()
    private let limit: Int
    private var asked = 0

    /// Yes from the question number `limit` on.
    init(at limit: Int) { self.limit = limit }

    func ask() -> Bool {
      lock.withLock {
        asked += 1
        return asked >= limit
      }
    }
  }

  /// 60 unit rows of 32 dimensions near the axes 0, 1 and 2, their labels.
  private func predictions(_ shouldStop: @escaping @Sendable () -> Bool = { false }) throws
    -> [FrozenBaseline: [Int]]
  {
    let labels = (0..<60).map { Int32($0 % 3) }
    let rows = labels.indices.flatMap { row -> [Float] in
      var vector = (0..<32).map { Float(($0 * 7 + row * 13) % 11) / 40 }
      vector[Int(labels[row])] += 1
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / length }
    }
    return try rows.withUnsafeBufferPointer {
      try FrozenClassifiers(
        vectors: VectorRows(pointer: $0.baseAddress!, rows: 60, dimension: 32), labels: labels,
        classCount: 3, monitor: StepMonitor(shouldStop: shouldStop)
      ).predictions(train: Array(0..<45), test: Array(45..<60))
    }
  }

  @Test func allPredictWhatIsPlain() throws {
    let truth = (45..<60).map { $0 % 3 }
    #expect(try predictions().allSatisfy { $0.value == truth })
  }

  /// Before each method, and while the linear model is fitted.
  @Test(arguments: 1...6) func endAtAStop(question: Int) throws {
    let stop = Stop(at: question)
    #expect(throws: Interrupted.self) { try predictions { stop.ask() } }
  }
}
