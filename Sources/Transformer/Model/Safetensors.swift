import Corpus
import Files
import Foundation

/// The tensors of one safetensors file, or of the shards that `model.safetensors.index.json` names,
/// memory-mapped. Format: https://github.com/huggingface/safetensors, "Format".
///
/// Nothing a header claims is believed before it has been checked against the file's size.
package struct Safetensors: Sendable {
  /// By name.
  package private(set) var tensors: [String: StoredTensor] = [:]
  /// The mapped files, in the order of their names.
  let files: [MappedFile]

  /// Opens one file.
  ///
  /// - Throws: `FileError` if it cannot be read or breaks the format.
  package init(file url: URL) throws { try self.init(files: [url]) }

  /// Opens `model.safetensors` in `folder`, or the shards of `model.safetensors.index.json`.
  ///
  /// - Throws: `FileError` if neither is there or one breaks the format.
  package init(folder: URL) throws {
    let single = folder.appendingPathComponent("model.safetensors")
    let index = folder.appendingPathComponent("model.safetensors.index.json")
    if FileManager.default.fileExists(atPath: single.path) {
      try self.init(files: [single])
    } else if FileManager.default.fileExists(atPath: index.path) {
      try self.init(index: index)
    } else {
      throw Self.missing(folder)
    }
  }

  /// What lies in `folder` instead of safetensors, and how to get them.
  private static func missing(_ folder: URL) -> FileError {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let others = [".gguf", ".bin", ".pt", ".ckpt", ".onnx", ".h5", ".msgpack"]
    let found = names.sorted().first { name in others.contains { name.hasSuffix($0) } }
    let load =
      "AutoModel.from_pretrained(folder\(found?.hasSuffix(".gguf") == true ? ", gguf_file=..." : ""))"
    return FileError(
      place: folder.path, expected: "model.safetensors or model.safetensors.index.json",
      found: found.map { "\"\($0)\"" } ?? "neither",
      advice: "convert the weights in Python: transformers.\(load).save_pretrained(folder)")
  }

  /// What the first file says beside its tensors.
  ///
  /// - Throws: `FileError` if that is no object of strings.
  package func metadata() throws -> [String: String] {
    try SafetensorsHeader.metadata(of: files[0])
  }

  /// The tensor of this name; nil if there is none.
  package subscript(name: String) -> StoredTensor? { tensors[name] }

  private init(files urls: [URL]) throws {
    files = try urls.map(MappedFile.init)
    for file in files {
      for tensor in try SafetensorsHeader.tensors(of: file) {
        if let other = tensors.updateValue(tensor, forKey: tensor.name) {
          throw FileError(
            place: file.url.path, expected: "each tensor once",
            found: "\(tensor.name) also in \(other.file.url.lastPathComponent)")
        }
      }
    }
  }

  private init(index url: URL) throws {
    struct Index: Decodable { var weightMap: [String: String] }
    let index: Index = try ModelFolder.decode(url)
    let names = Set(index.weightMap.values).sorted()
    for name in names where name.contains("/") || name.hasPrefix(".") || name.isEmpty {
      throw FileError(
        place: url.path, expected: "shard names inside the folder", found: "\"\(name)\"")
    }
    try self.init(files: names.map { url.deletingLastPathComponent().appendingPathComponent($0) })
    for (tensor, file) in index.weightMap.sorted(by: { $0.key < $1.key })
    where tensors[tensor]?.file.url.lastPathComponent != file {
      throw FileError(place: url.path, expected: "\(tensor) in \(file)", found: "no such tensor")
    }
  }
}

extension Safetensors {
  /// Writes `tensors` as F32 to `url`, which is replaced only when all is on disk.
  ///
  /// The bytes are a function of the arguments: tensors are stored in the order of their names.
  /// - Throws: `FileError` if the file cannot be written; the old file is then untouched.
  package static func write(
    _ tensors: [WeightTensor], metadata: [String: String] = ["format": "pt"], to url: URL
  ) throws {
    let tensors = tensors.sorted { $0.name < $1.name }
    let header = try SafetensorsHeader.encode(tensors, metadata: metadata)
    let file = try AtomicFile(url)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try header.withUnsafeBytes { try file.write($0) }
    for tensor in tensors {
      try withExtendedLifetime(tensor.owner) {
        try file.write(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * 4))
      }
    }
    try file.commit()
  }
}
