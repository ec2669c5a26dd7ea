import Foundation

/// Where the files of an index lie.
package struct IndexFolder: Hashable, Sendable {
  package let url: URL

  package init(_ url: URL) { self.url = url }

  package var catalog: URL { url.appendingPathComponent("catalog.sqlite") }
  package var vectors: URL { url.appendingPathComponent("vectors.npy") }
  package var index: URL { url.appendingPathComponent("index.faiss") }
  package var manifest: URL { url.appendingPathComponent("manifest.json") }
  package var report: URL { url.appendingPathComponent("report.html") }
  /// The trials that sweeps have made.
  package var trials: URL { url.appendingPathComponent("trials.jsonl") }
  /// The best recipe of the last sweep that named no other place.
  package var bestRecipe: URL { url.appendingPathComponent("best.yaml") }

  /// The folder of one fine-tuning: model files, `log.jsonl`, `metrics.json`.
  package func run(id: String) -> URL {
    url.appendingPathComponent("runs").appendingPathComponent(id)
  }
}
