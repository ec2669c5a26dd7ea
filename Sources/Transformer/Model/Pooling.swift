import Files
import Foundation

/// How token vectors become a sentence vector, from a sentence-transformers folder's `modules.json`.
public enum Pooling: String, Sendable, CaseIterable {
  case mean
  case cls
  case max
}

/// A pooling module's `config.json`.
struct PoolingSettings {
  var pooling: Pooling
  /// Whether the mean is multiplied by the root of the number of tokens; a unit vector does not
  /// tell.
  var isScaledByLength = false
  var includesPrompt = true

  init(contentsOf url: URL) throws {
    let settings: Fields = try ModelFolder.decode(url)
    let names = settings.names
    let usual = names.count == 1 && names[0].hasPrefix("mean_sqrt_len") ? "mean" : names.first
    guard names.count == 1, let pooling = usual.flatMap(Pooling.init) else {
      throw FileError(
        place: url.path, expected: "one pooling mode of mean, cls, max or mean_sqrt_len",
        found: names.isEmpty ? "none" : names.joined(separator: " and "))
    }
    self.pooling = pooling
    isScaledByLength = usual != names[0]
    includesPrompt = settings.includePrompt ?? true
  }

  private struct Fields: Decodable {
    var poolingModeClsToken: Bool?
    var poolingModeMeanTokens: Bool?
    var poolingModeMaxTokens: Bool?
    var poolingModeMeanSqrtLenTokens: Bool?
    var poolingModeWeightedmeanTokens: Bool?
    var poolingModeLasttoken: Bool?
    /// Since sentence-transformers 5.
    var poolingMode: Names?
    var includePrompt: Bool?

    var names: [String] {
      if let poolingMode { return poolingMode.names }
      return [
        ("cls", poolingModeClsToken), ("mean", poolingModeMeanTokens),
        ("max", poolingModeMaxTokens), ("mean_sqrt_len", poolingModeMeanSqrtLenTokens),
        ("weightedmean", poolingModeWeightedmeanTokens), ("lasttoken", poolingModeLasttoken),
      ].filter { $0.1 == true }.map(\.0)
    }
  }

  /// One name or a list.
  private struct Names: Decodable {
    var names: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      names =
        try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }
  }
}
