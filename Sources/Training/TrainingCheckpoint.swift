import Files
import Foundation
import Kernels
import Transformer

/// The state of an unfinished training in one safetensors file: arrays as tensors, the rest as JSON
/// in the header's metadata.
package struct TrainingCheckpoint {
  package let url: URL
  /// Tells the training a checkpoint belongs to: model, options and data.
  let identity: String

  package init(url: URL, identity: String) {
    self.url = url
    self.identity = identity
  }

  private struct State: Codable {
    var identity: String
    var summary: TrainingSummary
    var dormantScale: Double
    var bestDormantScale: Double
  }

  private static let metadataKey = "training"

  func save(_ trainer: Trainer<some TrainingTask>) throws {
    let state = State(
      identity: identity, summary: trainer.summary,
      dormantScale: trainer.optimizer.dormantScale, bestDormantScale: trainer.bestDormantScale)
    let json = try SortedJSON.text(state)
    let tensors = arrays(trainer).map { name, buffer in
      WeightTensor(
        name: name, shape: [buffer.count], pointer: UnsafePointer(buffer.pointer), owner: buffer)
    }
    try Safetensors.write(tensors, metadata: [Self.metadataKey: json], to: url)
  }

  private func arrays(_ trainer: Trainer<some TrainingTask>) -> [(String, Buffer<Float>)] {
    let always = [
      ("values", trainer.network.parameters.values),
      ("moment.first", trainer.optimizer.firstMoment),
      ("moment.second", trainer.optimizer.secondMoment),
    ]
    return always + (trainer.best.map { [("best", $0)] } ?? [])
  }

  /// Puts the trainer where the file's training stood; does nothing where there is no file.
  ///
  /// - Throws: `FileError` if the file is of another training or damaged.
  func restore(_ trainer: Trainer<some TrainingTask>) throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let tensors = try Safetensors(file: url)
    let state = try readState(tensors)
    guard state.identity == identity else {
      throw FileError(
        place: url.path, expected: "a checkpoint of this model, data and options",
        found: "one of another training", advice: "delete the file to start anew")
    }
    for (name, buffer) in arrays(trainer) {
      guard let tensor = tensors[name], tensor.count == buffer.count else {
        throw FileError(
          place: url.path, expected: "\(buffer.count) values of \(name)",
          found: tensors[name].map { "\($0.count)" } ?? "none")
      }
      try tensor.read(into: buffer.pointer)
    }
    trainer.summary = state.summary
    trainer.optimizer.dormantScale = state.dormantScale
    trainer.bestDormantScale = state.bestDormantScale
  }

  private func readState(_ tensors: Safetensors) throws -> State {
    do {
      return try JSONDecoder().decode(
        State.self, from: Data((tensors.metadata()[Self.metadataKey] ?? "").utf8))
    } catch {
      throw FileError(
        place: url.path, expected: "a training checkpoint", found: "a file without its state",
        advice: "delete the file to start anew")
    }
  }
}
