import Curation
import Files
import Foundation
import Training
import Transformer

/// The folder that a trained model is to be written to.
struct ModelTarget {
  private let folder: URL

  init(_ folder: URL) { self.folder = folder }

  /// Whether the model of `run` is there already.
  ///
  /// - Parameter replacing: another model may be there.
  /// - Throws: ``CurationError`` if another model is there and that is not allowed, or in any case if
  ///   there is a file that no model has: the folder is replaced as a whole.
  func holds(run: String, replacing: Bool) throws -> Bool {
    let place = folder.relativePath
    try AtomicFolder.checkPlace(folder)
    if let foreign = AtomicFolder.foreign(in: folder, isOwn: SavedTraining.isFile) {
      throw CurationError(
        place: place, expected: "the folder of a fine-tuned model, an empty one or none",
        found: "a folder with another file, '\(foreign)'",
        advice: "choose another \(OptionName.out); a model's folder is replaced as a whole")
    }
    let content = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let saved = try? SavedTraining(folder: folder)
    if saved?.run == run { return content.contains("config.json") }
    if !replacing, content.contains(where: { !Leftover.isOne($0) }) {
      throw CurationError(
        place: place, expected: "no model, or the one of this training",
        found: description(accuracy: saved?.accuracy),
        advice: "\(OptionName.force) replaces it; or choose another \(OptionName.out)")
    }
    return false
  }

  /// `a model of 3 labels (bad, good, neutral), accuracy 0.931`
  private func description(accuracy: Double?) -> String {
    var text = "a model"
    let url = folder.appendingPathComponent("config.json")
    if let labels = try? ModelConfiguration(contentsOf: url).labels, !labels.isEmpty {
      let names = labels.prefix(5).joined(separator: ", ") + (labels.count > 5 ? ", …" : "")
      text += " of \(labels.count) labels (\(names))"
    }
    return text + (accuracy.map { String(format: ", accuracy %.3f", $0) } ?? "")
  }
}
