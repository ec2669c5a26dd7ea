import Files
import Foundation
import Kernels

extension ModelFolder {
  /// This model with more tokens: the tokenizer finds them in texts, and the table of word embeddings has a row
  /// for each, random (normal, deviation 0.02) from `seed`. Itself if it has them all.
  ///
  /// What ``write(to:className:labels:problem:entityMarkers:tensors:)`` writes of it, transformers opens with
  /// the same ids.
  /// - Throws: `FileError` if the folder has no tokenizer.json, or that cannot be read.
  package func adding(tokens names: [String], seed: UInt64) throws -> ModelFolder {
    let known = try tokenizer(maximumTokens: configuration.maximumPositions)
    let new = names.filter { known.id(of: $0) == nil }
    if new.isEmpty { return self }
    let file = transformerURL.appendingPathComponent("tokenizer.json")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw FileError(
        place: transformerURL.path,
        expected: "a tokenizer.json, to add \(new.joined(separator: " ")) to",
        found: "none",
        advice: "write one in Python: "
          + "transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(folder)")
    }
    let json = try TokenizerFile.adding(new, to: Self.contents(of: file), place: file.path)
    let tokenizer = try Tokenizer(
      folder: transformerURL, maximumTokens: configuration.maximumPositions,
      replacing: [file.lastPathComponent: json])
    let ids = new.map { Int(tokenizer.id(of: $0)!) }
    let size = max(configuration.vocabularySize, ids.max()! + 1)
    let changed = try ModelConfiguration(
      json: configuration.json { $0["vocab_size"] = size },
      place: transformerURL.path + "/config.json")
    let table = wordEmbeddings(rows: size, random: ids, seed: seed)
    let stored = Dictionary(uniqueKeysWithValues: weights.all.map { ($0.name, $0) })
    let weights = try EncoderWeights(changed, place: transformerURL.path) { name, _ in
      name == table.name ? table : stored[name]
    }
    return ModelFolder(self, changed, weights, tokenizer: try MappedFile(file, contents: json))
  }

  /// The table with `rows` rows, of which those in `random` are drawn.
  private func wordEmbeddings(rows: Int, random: [Int], seed: UInt64) -> WeightTensor {
    let (old, width) = (weights.wordEmbeddings, configuration.hiddenSize)
    let values = Buffer<Float>(repeating: 0, count: rows * width)
    values.pointer.update(from: old.pointer, count: old.count)
    var generator = SplitMix64(state: seed ^ 0x6d61_726b_6572_7321)
    for row in random {
      for column in 0..<width {
        values.pointer[row * width + column] = Float(generator.normal()) * 0.02
      }
    }
    return WeightTensor(
      name: old.name, shape: [rows, width], pointer: UnsafePointer(values.pointer), owner: values)
  }
}
