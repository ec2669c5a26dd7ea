import Foundation

/// The committed golden files, and a real model where there is one.
enum Golden {
  static func url(_ name: String) -> URL {
    Bundle.module.resourceURL!.appendingPathComponent("Golden").appendingPathComponent(name)
  }

  static func decode<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: url(name)))
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
