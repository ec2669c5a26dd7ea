import Testing

/// The figures in the JSON of `split`.
struct SplitFigures {
  let values: [String: Any]

  init(_ summary: [String: Any]) throws {
    values = try #require(summary["figures"] as? [String: Any])
  }

  /// - Parameter set: `before`, `after` or `selected`.
  func measure(_ name: String, _ set: String = "after") throws -> Double {
    let measures = try #require(values["measures"] as? [[String: Any]])
    let measure = try #require(measures.first { $0["name"] as? String == name }, "\(name)")
    return try #require(measure[set] as? Double, "\(name), \(set)")
  }

  func target(_ name: String) throws -> Double {
    let targets = try #require(values["targets"] as? [[String: Any]])
    let target = try #require(targets.first { $0["name"] as? String == name }, "\(name)")
    return try #require(target["difference"] as? Double)
  }

  /// A figure of `selection` or `folds`.
  func number(_ section: String, _ name: String) throws -> Double {
    try #require((values[section] as? [String: Any])?[name] as? Double, "\(section) \(name)")
  }
}
