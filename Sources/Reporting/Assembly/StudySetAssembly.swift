import Curation
import Files
import Foundation
import Study

extension StudySet {
  /// Reads the studies of several indexes.
  ///
  /// - Parameter title: the studies' names if nil.
  /// - Throws: `FileError` for an index without a finished comparison.
  public init(_ indexes: [OpenIndex], title: String? = nil) throws {
    let names = indexes.map(\.folder.url.lastPathComponent)
    let isPlain = Set(names).count == names.count
    var members: [Member] = []
    var finished: [Date] = []
    for (index, name) in zip(indexes, names) {
      let path = index.folder.url.relativePath
      guard let step = try index.catalog.step("compare"),
        let analysis = try StudyFiles.read(index.folder)
      else {
        throw FileError(
          place: path, expected: "an index with a finished comparison", found: "none",
          advice: "run simcurate compare \(path) first")
      }
      finished.append(step.finishedAt)
      let raw = try index.catalog.runs().first {
        $0.arm == StudyArm.raw.rawValue && analysis.runs.contains($0.id)
      }
      let options = try StudyMethods.flat(step.options, "\(path), options of the step compare")
      members.append(
        Member(
          name: isPlain ? name : path, content: index.contentHash,
          task: options["task"] ?? NumberText.none,
          trainingRecords: try raw?.recordedMetrics()?.trainingRecords ?? 0,
          analysis: analysis))
    }
    self.init(
      title: title ?? members.map(\.name).joined(separator: ", "),
      created: finished.max()?.formatted(.iso8601) ?? "", members: members)
  }
}
