import Files
import Foundation

/// Data sets in formats that are not read, and the line that makes JSONL of them.
enum ForeignCorpus {
  /// Why the file or folder at `url` is no corpus, if it is known to be something else.
  ///
  /// - Parameter believesName: whether a file's extension tells its format.
  static func error(at url: URL, _ place: String, believesName: Bool) -> FileError? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      return nil
    }
    let known =
      isFolder.boolValue ? folder(url, place) : believesName ? file(url, place) : nil
    guard let (found, program) = known else { return nil }
    return FileError(
      place: place, expected: "a corpus in a format that is read", found: found,
      advice: "convert it: python -c \"\(program)\"")
  }

  private static func file(_ url: URL, _ place: String) -> (found: String, program: String)? {
    switch url.pathExtension.lowercased() {
    case "parquet":
      (
        "a Parquet file",
        "import pandas; pandas.read_parquet('\(place)').to_json('corpus.jsonl', "
          + "orient='records', lines=True, force_ascii=False)"
      )
    case "arrow":
      (
        "an Arrow file",
        "from datasets import Dataset; Dataset.from_file('\(place)').to_json('corpus.jsonl', "
          + "force_ascii=False)"
      )
    default: nil
    }
  }

  /// Folders that `datasets` saved (`save_to_disk`), or fetched from a hub.
  private static func folder(_ url: URL, _ place: String) -> (found: String, program: String)? {
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [])
    let write = ".to_json('corpus.jsonl', force_ascii=False)"
    if names.contains("dataset_dict.json") {
      return (
        "a folder of Hugging Face datasets with a data set for each split",
        "from datasets import load_from_disk; load_from_disk('\(place)')['train']" + write
      )
    }
    if names.contains("state.json") {
      return (
        "a folder of Hugging Face datasets",
        "from datasets import load_from_disk; load_from_disk('\(place)')" + write
      )
    }
    let isHub = names.contains("dataset_infos.json") || names.contains("dataset_info.json")
    let hasTables = names.contains { $0.hasSuffix(".parquet") || $0.hasSuffix(".arrow") }
    let inside = try? FileManager.default.contentsOfDirectory(
      atPath: url.appendingPathComponent("data").path)
    guard isHub || hasTables || inside?.contains(where: { $0.hasSuffix(".parquet") }) == true
    else { return nil }
    return (
      "a folder of Hugging Face datasets",
      "from datasets import load_dataset; load_dataset('\(place)', split='train')" + write
    )
  }
}
