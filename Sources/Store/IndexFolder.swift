import Foundation

/// Where the files of an index lie.
public struct IndexFolder: Hashable, Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  public var catalog: URL { url.appendingPathComponent("catalog.sqlite") }
  public var vectors: URL { url.appendingPathComponent("vectors.npy") }
  public var index: URL { url.appendingPathComponent("index.faiss") }
  public var manifest: URL { url.appendingPathComponent("manifest.json") }
  public var report: URL { url.appendingPathComponent("report.html") }
  /// The trials that sweeps have made.
  public var trials: URL { url.appendingPathComponent("trials.jsonl") }
  /// The best recipe of the last sweep that named no other place.
  public var bestRecipe: URL { url.appendingPathComponent("best.yaml") }

  /// The folder of one fine-tuning: model files, `log.jsonl`, `metrics.json`.
  public func run(id: String) -> URL {
    url.appendingPathComponent("runs").appendingPathComponent(id)
  }
}
