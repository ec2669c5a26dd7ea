import Foundation

/// The README of a Hugging Face datasets folder: its YAML head tells `load_dataset` which file is
/// what (https://huggingface.co/docs/hub/datasets-manual-configuration).
struct DatasetCard {
  private static let signature = "Written by simcurate "

  let files: [Exporter.File]
  let format: ExportFormat
  let index: OpenIndex
  let columns: [String]

  var text: String {
    let model = index.manifest.model.name
    var text = "---\nconfigs:\n" + configuration("default", "train", isDefault: true)
    if files.contains(where: { $0.name.hasPrefix("balanced.") }) {
      text += configuration("balanced", "balanced", isDefault: false)
    }
    text += "---\n\n# \(index.folder.url.lastPathComponent)\n\n"
    text += Self.signature + "\(simcurateVersion) from an index of "
    text += "\(index.manifest.recordCount) records (vectors by \(model)).\n\n"
    text += "| file | rows |\n|---|---|\n"
    for file in files { text += "| `\(file.name)` | \(file.rows) |\n" }
    text += "\nFields: \(columns.map { "`\($0)`" }.joined(separator: ", ")).\n\n"
    text += "```python\nfrom datasets import load_dataset\n\ndata = load_dataset(\"PATH\")\n"
    if files.count > 1 { text += "balanced = load_dataset(\"PATH\", \"balanced\")\n" }
    return text + "```\n"
  }

  /// Whether `file` is the README of an exported folder.
  static func isOne(_ file: URL) -> Bool {
    guard file.lastPathComponent == "README.md", let data = try? Data(contentsOf: file) else {
      return false
    }
    return data.starts(with: "---\nconfigs:\n".utf8)
      && String(decoding: data, as: UTF8.self).contains(signature)
  }

  /// A configuration whose training file is `train`; the other parts are the same in all.
  private func configuration(_ name: String, _ train: String, isDefault: Bool) -> String {
    var text = "- config_name: \(name)\n"
    if isDefault { text += "  default: true\n" }
    // Else pandas, which reads these, takes texts such as NA for missing.
    if format != .jsonl { text += "  keep_default_na: false\n" }
    // Quotes mean nothing in TSV.
    if format == .tsv { text += "  sep: \"\\t\"\n  quoting: 3\n" }
    text += "  data_files:\n"
    for (split, file) in [("train", train), ("validation", "validation"), ("test", "test")] {
      let name = "\(file).\(format.rawValue)"
      guard files.contains(where: { $0.name == name }) else { continue }
      text += "  - split: \(split)\n    path: \(name)\n"
    }
    return text
  }
}
