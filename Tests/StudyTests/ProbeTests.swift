import Foundation
import Study
import Testing
import Transformer

/// The measures of `probe` beside naive ones and closed forms.
@Suite struct ProbeTests {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> StateMatrix {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<rows * columns).map { _ in
      (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
    }
    return StateMatrix(texts: rows, width: columns, values: values)
  }

  private func rows(_ matrix: StateMatrix) -> [[Double]] {
    (0..<matrix.texts).map { row in
      matrix.values[row * matrix.width..<(row + 1) * matrix.width].map(Double.init)
    }
  }

  private func without(_ block: Int, _ matrix: StateMatrix, _ blocks: TextBlocks) -> StateMatrix {
    let kept = rows(matrix).enumerated().filter { blocks.ofText[$0.offset] != block }.map(\.element)
    return StateMatrix(
      texts: kept.count, width: matrix.width, values: kept.joined().map(Float.init))
  }

  /// What a statistic says without a block is what it says of the other texts.
  private func expectDeletion(
    _ matrix: StateMatrix, _ blocks: TextBlocks,
    _ statistic: (StateMatrix, TextBlocks) -> BlockStatistic
  ) {
    let all = statistic(matrix, blocks)
    #expect(all.without.count == blocks.count)
    for block in 0..<blocks.count {
      let rest = without(block, matrix, blocks)
      let alone = statistic(rest, TextBlocks(texts: rest.texts)).value
      #expect(abs(all.without[block] - alone) < 1e-4 * max(1, abs(alone)))
    }
  }

  @Test(arguments: [(12, 5), (9, 30)])
  func effectiveRankOfEqualDirections(directions: Int, padding: Int) {
    // Each direction and its opposite: the mean is zero and all singular values are the same.
    let width = directions + padding
    var values = [Float](repeating: 0, count: 2 * directions * width)
    for row in 0..<directions {
      values[2 * row * width + row] = 3
      values[(2 * row + 1) * width + row] = -3
    }
    let matrix = StateMatrix(texts: 2 * directions, width: width, values: values)
    let rank = matrix.effectiveRank(TextBlocks(texts: matrix.texts)).value
    #expect(abs(rank - Double(directions)) < 1e-6)
  }

  @Test func effectiveRankIsThatOfBothProducts() {
    let tall = random(30, 10, seed: 1)
    // The same rows in a space wider than there are texts.
    let wide = StateMatrix(
      texts: 30, width: 40,
      values: rows(tall).flatMap { $0.map(Float.init) + [Float](repeating: 0, count: 30) })
    let blocks = TextBlocks(texts: 30)
    let (first, second) = (tall.effectiveRank(blocks), wide.effectiveRank(blocks))
    #expect(abs(first.value - second.value) < 1e-4)
    #expect(first.value > 9 && first.value < 10)
    for (x, y) in zip(first.without, second.without) { #expect(abs(x - y) < 1e-4) }
    for matrix in [tall, wide] { expectDeletion(matrix, blocks) { $0.effectiveRank($1) } }
  }

  @Test func effectiveRankOfOnePoint() {
    let matrix = StateMatrix(texts: 10, width: 3, values: Array(repeating: 2, count: 30))
    #expect(matrix.effectiveRank(TextBlocks(texts: 10)).value == 0)
  }

  @Test func anisotropyIsTheMeanCosineOfPairs() {
    var matrix = random(23, 7, seed: 2)
    for place in matrix.values.indices where place % 7 == 0 { matrix.values[place] += 2 }
    let rows = rows(matrix)
    var sum = 0.0
    for i in rows.indices {
      for j in rows.indices where i != j {
        func product(_ a: [Double], _ b: [Double]) -> Double {
          zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        sum +=
          product(rows[i], rows[j])
          / (product(rows[i], rows[i]) * product(rows[j], rows[j])).squareRoot()
      }
    }
    let blocks = TextBlocks(texts: 23)
    #expect(abs(matrix.anisotropy(blocks).value - sum / (23 * 22)) < 1e-9)
    expectDeletion(matrix, blocks) { $0.anisotropy($1) }
    #expect(abs(random(200, 50, seed: 3).anisotropy(TextBlocks(texts: 200)).value) < 0.02)
  }

  private func square(_ a: [Double], _ b: [Double]) -> Double {
    func unit(_ row: [Double]) -> [Double] {
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
    return zip(unit(a), unit(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  @Test func uniformityIsThatOfPairs() {
    let matrix = random(23, 7, seed: 12)
    let rows = rows(matrix)
    var (sum, count) = (0.0, 0.0)
    for i in rows.indices {
      for j in 0..<i {
        sum += exp(-2 * square(rows[i], rows[j]))
        count += 1
      }
    }
    let blocks = TextBlocks(texts: 23)
    #expect(abs(matrix.uniformity(blocks).value - log(sum / count)) < 1e-6)
    expectDeletion(matrix, blocks) { $0.uniformity($1) }
    let same = StateMatrix(texts: 9, width: 2, values: (0..<9).flatMap { [Float($0 + 1), 0] })
    #expect(abs(same.uniformity(TextBlocks(texts: 9)).value) < 1e-6)
    // On a sphere of many dimensions distances are all about the root of 2.
    #expect(abs(random(100, 400, seed: 13).uniformity(TextBlocks(texts: 100)).value + 4) < 0.1)
  }

  @Test func alignmentIsTheDistanceWithinGroups() {
    let matrix = random(24, 5, seed: 14)
    let groups = (0..<24).map { $0 < 12 ? $0 % 4 : $0 }
    let rows = rows(matrix)
    func mean(without block: Int?, _ blocks: TextBlocks) -> Double {
      var (sum, count) = (0.0, 0.0)
      for i in rows.indices where blocks.ofText[i] != block {
        for j in 0..<i where groups[i] == groups[j] {
          sum += square(rows[i], rows[j])
          count += 1
        }
      }
      return sum / count
    }
    let blocks = TextBlocks(groups: groups)
    let found = matrix.alignment(withinGroupsOf: blocks)
    #expect(abs(found.value - mean(without: nil, blocks)) < 1e-6)
    for block in 0..<blocks.count {
      #expect(abs(found.without[block] - mean(without: block, blocks)) < 1e-6)
    }
    #expect(matrix.alignment(withinGroupsOf: TextBlocks(texts: 24)).value.isNaN)
  }

  /// Texts of a group are left out together, and blocks are as even as that allows.
  @Test func blocksHoldWholeGroups() {
    #expect(TextBlocks(texts: 45).ofText == (0..<45).map { $0 % 20 })
    let groups = (0..<90).map { $0 < 30 ? 1000 + $0 % 3 : $0 }
    let blocks = TextBlocks(groups: groups)
    #expect(blocks.count == 20)
    for group in Set(groups) {
      let own = groups.indices.filter { groups[$0] == group }
      #expect(Set(own.map { blocks.ofText[$0] }).count == 1)
    }
    let sizes = (0..<20).map { block in blocks.ofText.count { $0 == block } }
    #expect(
      sizes.sorted() == Array(repeating: 3, count: 8) + Array(repeating: 4, count: 9) + [
        10, 10, 10,
      ])
    #expect(TextBlocks(groups: [5, 5, 5]).count == 1)
  }

  /// By U-centered products (Székely and Rizzo, 2014), which have the same mean product.
  private func alignment(_ x: StateMatrix, _ y: StateMatrix) -> Double {
    func centered(_ matrix: StateMatrix) -> [[Double]] {
      let rows = rows(matrix)
      let n = rows.count
      let products = rows.indices.map { i in
        rows.indices.map { j in i == j ? 0 : zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      let sums = products.map { $0.reduce(0, +) }
      let all = sums.reduce(0, +)
      return rows.indices.map { i in
        rows.indices.map { j in
          i == j
            ? 0
            : products[i][j] - (sums[i] + sums[j]) / Double(n - 2) + all / Double((n - 1) * (n - 2))
        }
      }
    }
    func product(_ a: [[Double]], _ b: [[Double]]) -> Double {
      zip(a.joined(), b.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (a, b) = (centered(x), centered(y))
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }

  @Test func alignmentIsThatOfCenteredProducts() {
    let x = random(26, 6, seed: 4)
    var y = random(26, 9, seed: 5)
    for row in 0..<26 {
      for column in 0..<5 { y.values[row * 9 + column] += x.values[row * 6 + column] }
    }
    let blocks = TextBlocks(texts: 26)
    let found = AlignmentKernel(x, blocks).alignment(AlignmentKernel(y, blocks))
    #expect(abs(found.value - alignment(x, y)) < 1e-5)
    #expect(found.value > 0.2 && found.value < 0.9)
    for block in 0..<blocks.count {
      let expected = alignment(without(block, x, blocks), without(block, y, blocks))
      #expect(abs(found.without[block] - expected) < 1e-5)
    }
  }

  @Test func alignmentDoesNotSeeTurnsAndScales() {
    let x = random(30, 4, seed: 6)
    // A rotation of two planes, another origin and another scale.
    let turned = StateMatrix(
      texts: 30, width: 4,
      values: rows(x).flatMap { row -> [Float] in
        [row[1] + 5, -row[0], 0.6 * row[2] - 0.8 * row[3], 0.8 * row[2] + 0.6 * row[3]]
          .map { Float(7 * $0) }
      })
    let blocks = TextBlocks(texts: 30)
    let found = AlignmentKernel(x, blocks).alignment(AlignmentKernel(turned, blocks))
    #expect(abs(found.value - 1) < 1e-5)
    // Unrelated states in more dimensions than texts: the biased estimate would be near 1.
    let other = AlignmentKernel(random(30, 300, seed: 7), blocks)
    #expect(abs(AlignmentKernel(random(30, 300, seed: 8), blocks).alignment(other).value) < 0.15)
  }

  @Test func intervalOfAMeanIsStudents() throws {
    let values: [Double] = [1, 4, 2, 8, 5, 7, 1, 3, 9, 2]
    let statistic = BlockStatistic(ratioOf: values, to: values.map { _ in 1 })
    let estimate = try #require(Estimate([statistic], texts: 10))
    let mean = values.reduce(0, +) / 10
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
    #expect(abs(estimate.value - mean) < 1e-12)
    #expect(abs(estimate.standardError - (variance / 10).squareRoot()) < 1e-12)
    #expect(estimate.degreesOfFreedom == 9 && estimate.seeds == 1 && estimate.groups == 10)
  }

  @Test func intervalOfSeedsWidensWithThem() throws {
    let base: [Double] = [1, 4, 2, 8, 5, 7, 1, 3, 9, 2]
    func model(_ shift: Double) -> BlockStatistic {
      BlockStatistic(ratioOf: base.map { $0 + shift }, to: base.map { _ in 1 })
    }
    let alone = try #require(Estimate([model(0)], texts: 10))
    let seeds = try #require(Estimate([model(0), model(3), model(6)], texts: 10))
    #expect(seeds.seeds == 3 && abs(seeds.value - 7.2) < 1e-12)
    #expect(seeds.standardError > alone.standardError)
    // Against the one model they came from, texts cancel: a t interval over the seeds alone.
    let difference = try #require(
      Estimate([model(0), model(3), model(6)], minus: [model(0)], texts: 10))
    #expect(abs(difference.value - 3) < 1e-12)
    #expect(abs(difference.standardError - 3.0.squareRoot()) < 1e-9)
    #expect(abs(difference.degreesOfFreedom - 2) < 1e-9)
    #expect(Estimate([BlockStatistic(ratioOf: [1, 2], to: [0, 3])], texts: 2) == nil)
  }

  @Test func relationsOfTokens() {
    // Centered: 1 and 2 point one way, 3 and 4 elsewhere.
    let table: [Float] = [0, 0, 4, 1, 4, 2, -5, 1, -3, -4]
    table.withUnsafeBufferPointer { table in
      let relations = TokenRelations((table.baseAddress!, 5), width: 2, threshold: 0.9)
      let matrix = relations.matrix([0, 1, 2, 1, 3, 0], content: 1..<5)
      #expect(
        Array(matrix[6..<12]) == [.special, .itself, .near, .sameToken, .unrelated, .special])
      #expect(
        Array(matrix[24..<30]).map { $0 } == [
          .special, .unrelated, .unrelated, .unrelated, .itself, .special,
        ])
    }
  }

  private func attention(_ length: Int, window: Int? = nil, _ value: (Int, Int) -> Float)
    -> (ObservedAttention, UnsafeMutablePointer<Float>)
  {
    let values = UnsafeMutablePointer<Float>.allocate(capacity: length * length)
    for query in 0..<length {
      for key in 0..<length { values[query * length + key] = value(query, key) }
    }
    return (
      ObservedAttention(
        layer: 0, sentence: 0, heads: 1, length: length, window: window, probabilities: values),
      values
    )
  }

  @Test func evenAttentionPrefersNothing() {
    let relations: [TokenRelation] = (0..<36).map { place in
      let (query, key) = (place / 6, place % 6)
      if query == key { return .itself }
      return key == 0 || key == 5 ? .special : key % 2 == query % 2 ? .sameToken : .near
    }
    for window in [nil, 2] {
      var sums = AttentionSums(layers: 1, heads: 1, blocks: 1)
      let (even, memory) = attention(6, window: window) { query, key in
        guard let window else { return 1 / 6 }
        let seen = (0..<6).count { abs($0 - query) <= window }
        return abs(key - query) <= window ? 1 / Float(seen) : 0
      }
      defer { memory.deallocate() }
      sums.add(even, block: 0, content: 1..<5, relations: relations)
      func value(_ measure: AttentionMeasure) -> Double {
        sums.statistic(measure, layer: 0, head: 0).value
      }
      for measure in [AttentionMeasure.entropyShare, .itself, .special, .sameToken, .near] {
        #expect(abs(value(measure) - 1) < 1e-6)
      }
      #expect(value(.unrelated).isNaN && value(.copy).isNaN)
      if window == nil { #expect(abs(value(.entropy) - log(6)) < 1e-6) }
    }
  }

  @Test func copiesAreFound() {
    // [CLS] a b c a b c [SEP]: from each token of the second copy a quarter to its twin, half to the next.
    let (observed, memory) = attention(8) { query, key in
      query == key + 3 ? 0.25 : query == key + 2 ? 0.5 : 0.25 / 6
    }
    defer { memory.deallocate() }
    var sums = AttentionSums(layers: 1, heads: 1, blocks: 1)
    sums.add(repeated: observed, block: 0, content: 1..<7)
    #expect(sums.statistic(.copy, layer: 0, head: 0).value == 0.25)
    #expect(sums.statistic(.successor, layer: 0, head: 0).value == 0.5)
    #expect(sums.statistic(.entropy, layer: 0, head: 0).value.isNaN)
  }

  @Test func sampleDoesNotDependOnOrder() {
    let texts = (0..<5000).map { "text \($0 % 4000)" }
    func sample(_ texts: some Sequence<String>, seed: UInt64) -> [String] {
      var sample = TextSample(limit: 50, seed: seed)
      for text in texts { sample.add(text) }
      return sample.texts
    }
    let first = sample(texts, seed: 1)
    #expect(first.count == 50 && Set(first).count == 50)
    #expect(sample(texts.reversed(), seed: 1) == first)
    #expect(Set(sample(texts, seed: 2)).intersection(first).count < 10)
  }
}
