import Foundation
import Training
import Transformer

/// The tiny models of every family that goldens were taken from.
enum FamilyModel {
  /// The encoders' golden models and heads lie in another room's tests.
  static func folder(_ name: String) -> URL {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("TransformerTests/Golden")
    return name == "tiny-bert"
      ? golden.appendingPathComponent(name)
      : golden.appendingPathComponent("families").appendingPathComponent(name)
  }

  /// The network with the golden head.
  static func network(_ name: String, _ scratch: ScratchFolder) throws -> TrainableNetwork {
    let copy = try copy(name, scratch)
    let network = try TrainableNetwork(folder: ModelFolder(at: copy), outputs: 3, seed: 0)
    let heads = try Safetensors(file: folder(name).appendingPathComponent("heads.safetensors"))
    for entry in network.parameters.entries {
      try heads[entry.name]?.read(into: network.parameters.values.pointer + entry.offset)
    }
    return network
  }

  /// A model folder whose configuration is that of the golden head.
  static func copy(_ name: String, _ scratch: ScratchFolder) throws -> URL {
    let folder = folder(name)
    let copy = scratch.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    for (from, to) in [
      ("config-head.json", "config.json"), ("model.safetensors", "model.safetensors"),
    ] {
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent(from), to: copy.appendingPathComponent(to))
    }
    return copy
  }

  static func waves(_ gradient: UnsafeBufferPointer<Float>) -> [Double] {
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return [norm]
      + (0..<3).map { k in
        gradient.enumerated().reduce(0.0) { sum, item in
          sum + Double(item.element) * sin(Double((item.offset + 1) * (k + 1)) * 0.37)
        }
      }
  }
}
