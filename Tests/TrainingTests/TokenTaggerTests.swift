import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

struct TokenTaggerTests {
  private let labels = ["O", "B-ANIMAL", "I-ANIMAL", "B-PLACE", "I-PLACE"]

  /// Animals and places are told by their words alone.
  private func data(_ count: Int, seed: UInt64) -> [TaggedText] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { _ in
      var (words, tags): ([String], [Int]) = ([], [])
      for _ in 0..<2 + Int.random(in: 0..<5, using: &generator) {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
          words += ["big", ["cat", "dog", "bird"].randomElement(using: &generator)!]
          tags += [1, 2]
        case 1:
          words.append(["house", "river"].randomElement(using: &generator)!)
          tags.append(3)
        default:
          words.append(["the", "sees", "runs", "swimming", "."].randomElement(using: &generator)!)
          tags.append(0)
        }
      }
      return TaggedText(words: words, tags: tags)
    }
  }

  private func tagger(maximumTokens: Int = 24, adapters: AdapterOptions? = nil) throws
    -> TokenTagger
  {
    try TokenTagger(
      folder: ModelFolder(at: Golden.tiny), labels: labels, adapters: adapters, seed: 1,
      maximumTokens: maximumTokens)
  }

  private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.batchSize = 8
    options.epochs = 12
    change(&options)
    return options
  }

  @Test func learnsAndPredictsTheSamePacked() throws {
    let scratch = try ScratchFolder()
    let tagger = try tagger()
    let (training, test) = (data(120, seed: 3), data(40, seed: 4))
    let summary = try tagger.train(train: training, development: test, options: options())
    #expect(summary.evaluations.last!.scores[.entityF1]! > 0.98)
    #expect(Set(summary.evaluations.last!.scores.keys) == [.entityF1, .accuracy])
    let found = try tagger.tags(test.map(\.words))
    let wrong = zip(found.joined(), test.map(\.tags).joined()).count { $0 != $1 }
    #expect(wrong <= 3)
    let url = scratch.url.appendingPathComponent("model")
    try tagger.save(to: url)
    let folder = try ModelFolder(at: url)
    #expect(folder.configuration.classNames == ["BertForTokenClassification"])
    #expect(WordTagger.isOne(folder))
    #expect(folder.tensors["bert.pooler.dense.weight"] == nil)
    let packed = try WordTagger(folder: folder, precision: .float32)
    #expect(packed.labels == labels)
    let decoder = try TagDecoder(labels: labels)
    #expect(try packed.logits(test.map(\.words)).map(decoder.decode) == found)
    // A sentence's logits are its own.
    let together = try packed.logits(test.map(\.words))
    #expect(try test.map { try packed.logits([$0.words])[0] } == together)
  }

  /// Sentences longer than a sequence lose no word, and words without tokens are none of the entities.
  @Test func longSentencesAndEmptyWords() throws {
    let tagger = try tagger(maximumTokens: 12)
    try tagger.train(train: data(150, seed: 5), development: [], options: options())
    let long = data(30, seed: 6).reduce(into: TaggedText(words: [], tags: [])) {
      $0.words += $1.words
      $0.tags += $1.tags
    }
    #expect(long.words.count > 60)
    let found = try tagger.tags([long.words])[0]
    #expect(zip(found, long.tags).count { $0 != $1 } <= long.tags.count / 20)
    #expect(try tagger.tags([["", "\u{1}", "cat"], []]).map(\.count) == [3, 0])
    #expect(try tagger.tags([["", "\u{1}"]])[0] == [0, 0])
  }

  /// Every word of any sentence has one window that answers for it.
  @Test(arguments: [7, 12, 24])
  func everyWordIsAnsweredForOnce(limit: Int) throws {
    let tokenizer = try Tokenizer(folder: Golden.tiny, maximumTokens: limit)
    let windows = WordWindows(tokenizer)
    for text in data(60, seed: UInt64(limit)) {
      let words = text.words + text.words + ["swimming", "flies", "cats"]
      let found = windows.windows(words)
      #expect(found.allSatisfy { $0.ids.count == $0.words.count && $0.ids.count <= limit })
      let answers = found.flatMap(\.words).filter { $0 >= 0 }
      #expect(answers.sorted() == words.indices.map(Int32.init))
      for window in found {
        for (id, word) in zip(window.ids, window.words) where word >= 0 {
          #expect(id == tokenizer.encodeContent(words[Int(word)], limit: 1)[0])
        }
      }
    }
  }

  @Test func resumesToTheSameBits() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state")
    let (training, test) = (data(40, seed: 7), data(10, seed: 8))
    let options = options { $0.epochs = 3 }
    let whole = try tagger().train(train: training, development: test, options: options)
    var steps = 0
    let part = try tagger().train(
      train: training, development: test, options: options, checkpoint: file,
      shouldStop: {
        steps += 1
        return steps == 6
      })
    #expect(part.interrupted)
    let rest = try tagger().train(
      train: training, development: test, options: options, checkpoint: file)
    #expect(rest.history == whole.history)
  }

  @Test func adaptersTrainTaggersToo() throws {
    var adapters = AdapterOptions()
    adapters.targets = [AdapterOptions.everyLayer]
    let tagger = try tagger(adapters: adapters)
    let summary = try tagger.train(
      train: data(80, seed: 3), development: data(20, seed: 4),
      options: options {
        $0.method = .lowRank
        $0.epochs = 40
      })
    #expect(summary.evaluations.last!.scores[.entityF1]! > 0.9)
    #expect(throws: FileError.self) {
      try TokenTagger(
        folder: ModelFolder(at: Golden.tiny), labels: ["O", "X"], seed: 1, maximumTokens: 24
      ).train(train: data(2, seed: 1), development: [], options: options())
    }
  }
}
