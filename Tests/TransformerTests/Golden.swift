import Foundation
import Testing
import Transformer

/// The committed golden files, and a real model where there is one.
enum Golden {
  static func url(_ name: String) -> URL {
    Bundle.module.resourceURL!.appendingPathComponent("Golden").appendingPathComponent(name)
  }

  static func decode<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: url(name)))
  }

  /// Keeps a tensor's memory alive.
  final class Kept {
    private let tensor: WeightTensor
    init(_ tensor: WeightTensor) { self.tensor = tensor }
  }

  /// Token ids, and what transformers makes of them.
  struct Case {
    var ids: [Int32]
    var values: [Float]
  }

  /// All cases of a file that has `n.ids` and `n.KIND` for each.
  static func cases(_ name: String, _ kind: String) throws -> [Case] {
    let file = try Safetensors(file: url(name))
    let count = file.tensors.keys.count { $0.hasSuffix(".ids") }
    return try (0..<count).map { number in
      let ids = try #require(file["\(number).ids"]).float32().values
      return Case(
        ids: ids.map { Int32($0) },
        values: try #require(file["\(number).\(kind)"]).float32().values)
    }
  }

  /// A folder of all-MiniLM-L6-v2: `$SIMCURATE_MODEL`, or `models/all-MiniLM-L6-v2` in the
  /// repository. The tests that need it are skipped, and say so, where it is missing.
  static let miniLM: URL? = {
    let environment = ProcessInfo.processInfo.environment["SIMCURATE_MODEL"]
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      environment.map { URL(fileURLWithPath: $0) }
      ?? repository.appendingPathComponent("models/all-MiniLM-L6-v2")
    let weights = folder.appendingPathComponent("model.safetensors")
    return FileManager.default.fileExists(atPath: weights.path) ? folder : nil
  }()
}
