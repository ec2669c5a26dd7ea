import Foundation
import Kernels
import Transformer

/// One model run over the texts: its sums of attention, and of each text and layer one vector.
///
/// Attention and the states of tokens are forgotten text by text; what is kept is 4 bytes for each text,
/// layer and dimension (4 MB for 256 texts and a model of 12 layers of 768).
final class ModelProbe {
  let blocks: TextBlocks
  let layers: Int
  let heads: Int
  /// Of the embeddings and each layer.
  private(set) var states: [StateMatrix]
  private(set) var attention: AttentionSums
  /// Texts that fit into a window twice.
  private(set) var repeatedTexts = 0
  /// Texts of which the model sees the beginning alone.
  private(set) var cutTexts = 0
  /// Sums of 1 − cosine and their number, `[layer][block]`.
  private var shifts: [[Double]]
  private var shiftCounts: [Double]

  private let width: Int
  /// What the sentences of the batch at work are.
  private var windows: [Window] = []

  private struct Window {
    var text: Int
    var content: Range<Int>
    /// Empty where the text stands twice.
    var relations: [TokenRelation]
    var isRepeated: Bool { relations.isEmpty }
  }

  /// Tokens of a batch.
  private static let batchTokens = 1024

  /// Runs `texts`, each alone and then twice in one window.
  ///
  /// - Parameters:
  ///   - texts: those of `blocks` in their order.
  ///   - near: see ``TokenRelations``.
  /// - Throws: `FileError` if the tokenizer gives an id beyond the vocabulary; what `progress` throws.
  init(
    _ encoder: ObservedEncoder, _ texts: [String], _ blocks: TextBlocks, near: Double,
    progress: (_ completed: Int) throws -> Void
  ) throws {
    precondition(texts.count == blocks.texts, "a block for each text")
    self.blocks = blocks
    (layers, heads) = (encoder.layers, encoder.heads)
    width = encoder.width
    states = Array(
      repeating: StateMatrix(
        texts: blocks.texts, width: width,
        values: Array(repeating: 0, count: blocks.texts * width)),
      count: layers + 1)
    attention = AttentionSums(layers: layers, heads: heads, blocks: blocks.count)
    shifts = Array(repeating: Array(repeating: 0, count: blocks.count), count: layers + 1)
    shiftCounts = Array(repeating: 0, count: blocks.count)
    let relations = TokenRelations(encoder.wordEmbeddings, width: width, threshold: near)
    let tokenizer = encoder.tokenizer
    let room = tokenizer.maximumTokens - tokenizer.specialTokenCount
    var start = 0
    while start < texts.count {
      var batch: [(text: Int, content: [Int32])] = []
      var tokens = 0
      while start < texts.count, tokens < Self.batchTokens {
        let content = tokenizer.encodeContent(texts[start], limit: room + 1)
        if content.count > room { cutTexts += 1 }
        batch.append((start, Array(content.prefix(room))))
        tokens += content.count + tokenizer.specialTokenCount
        start += 1
      }
      try run(batch, copies: 1, encoder, relations)
      let short = batch.filter { !$0.content.isEmpty && 2 * $0.content.count <= room }
      for item in short { shiftCounts[blocks.ofText[item.text]] += 1 }
      repeatedTexts += short.count
      try run(short, copies: 2, encoder, relations)
      try progress(start)
    }
  }

  private func run(
    _ batch: [(text: Int, content: [Int32])], copies: Int, _ encoder: ObservedEncoder,
    _ relations: TokenRelations
  ) throws {
    let tokenizer = encoder.tokenizer
    let first = tokenizer.leadingSpecialTokens
    windows = []
    var sentences: [[Int32]] = []
    for (text, content) in batch {
      let ids = tokenizer.addSpecialTokens(
        to: copies == 1 ? content : content + content)
      guard !ids.isEmpty else { continue }
      let range = first..<first + copies * content.count
      try encoder.check([ids])
      windows.append(
        Window(
          text: text, content: range,
          relations: copies == 1 ? relations.matrix(ids, content: range) : []))
      sentences.append(ids)
    }
    if !sentences.isEmpty { try encoder.run(sentences, observer: self) }
  }

  /// See ``StateMeasure/repetitionShift``.
  func repetitionShift(_ layer: Int) -> BlockStatistic {
    BlockStatistic(ratioOf: shifts[layer], to: shiftCounts)
  }
}

extension ModelProbe: ForwardObserver {
  func observe(_ tokens: UnsafePointer<Float>, after layer: Int, _ batch: PackedTokens) {
    for (window, sentence) in zip(windows, batch.sentences) {
      var pooled = [Float](repeating: 0, count: width)
      pooled.withUnsafeMutableBufferPointer { pooled in
        for row in sentence.rows {
          Rows.add(tokens + row * width, size: width, to: pooled.baseAddress!)
        }
        for column in 0..<width { pooled[column] /= Float(sentence.length) }
      }
      let row = window.text * width..<(window.text + 1) * width
      if window.isRepeated {
        shifts[layer][blocks.ofText[window.text]] +=
          1 - Self.cosine(pooled, Array(states[layer].values[row]))
      } else {
        states[layer].values.replaceSubrange(row, with: pooled)
      }
    }
  }

  func observe(_ observed: ObservedAttention) {
    let window = windows[observed.sentence]
    let block = blocks.ofText[window.text]
    if window.isRepeated {
      attention.add(repeated: observed, block: block, content: window.content)
    } else {
      attention.add(
        observed, block: block, content: window.content, relations: window.relations)
    }
  }

  private static func cosine(_ x: [Float], _ y: [Float]) -> Double {
    var (product, left, right) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      product += Double(a) * Double(b)
      left += Double(a) * Double(a)
      right += Double(b) * Double(b)
    }
    return left > 0 && right > 0 ? product / (left * right).squareRoot() : 0
  }
}
