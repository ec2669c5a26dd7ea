import Files
import Foundation

extension ModelFolder {
  /// What ``writeVectors(to:tensors:maximumTokens:)`` writes beside an encoder's files.
  static let vectorNames = [
    "modules.json", "config_sentence_transformers.json", poolingFolder, VectorHead.file,
  ]
  private static let poolingFolder = "1_Pooling"

  /// Writes a folder that sentence-transformers opens: this one's configuration, pooling, prompts and
  /// tokenizer with new weights; vectors are made unit length.
  ///
  /// - Parameters:
  ///   - tensors: the encoder's by their full names, prefix included. A pooler, which no vector depends
  ///     on, is copied.
  ///   - maximumTokens: where texts are cut.
  ///   - head: a classifier on the vectors, in a file of its own.
  /// - Throws: as ``write(to:className:labels:tensors:)``.
  package func writeVectors(
    to folder: URL, tensors: [WeightTensor], maximumTokens: Int, head: VectorHead? = nil
  ) throws {
    let prefix = configuration.architecture.prefix
    let pooler = weights.pooler.map { [$0.weight, $0.bias] } ?? []
    let short = tensors.map { tensor in
      WeightTensor(
        name: String(tensor.name.dropFirst(tensor.name.hasPrefix(prefix) ? prefix.count : 0)),
        shape: tensor.shape, pointer: tensor.pointer, owner: tensor.owner)
    }
    try write(
      to: folder, className: HeadKind.vectors.className(configuration), labels: head?.labels,
      tensors: short + pooler)
    try head?.write(to: folder)
    try writeModules(to: folder, maximumTokens: maximumTokens)
  }

  private func writeModules(to folder: URL, maximumTokens: Int) throws {
    func write(_ json: Any, _ name: String) throws {
      try AtomicFile.write(
        SortedJSON.data(fields: json), to: folder.appendingPathComponent(name))
    }
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent(Self.poolingFolder), withIntermediateDirectories: true)
    let modes: [String: Any] = [
      "word_embedding_dimension": configuration.hiddenSize, "include_prompt": prompts.isPooled,
      "pooling_mode_mean_tokens": pooling == .mean, "pooling_mode_cls_token": pooling == .cls,
      "pooling_mode_max_tokens": pooling == .max,
    ]
    try write(modes, Self.poolingFolder + "/config.json")
    let limit: [String: Any] = ["max_seq_length": maximumTokens, "do_lower_case": false]
    try write(limit, "sentence_bert_config.json")
    var settings: [String: Any] = ["prompts": prompts.texts, "similarity_fn_name": "cosine"]
    settings["default_prompt_name"] = prompts.defaultName
    try write(settings, "config_sentence_transformers.json")
    let modules = [
      ("", "Transformer"), (Self.poolingFolder, "Pooling"), ("2_Normalize", "Normalize"),
    ]
    let list = modules.enumerated().map { number, module -> [String: Any] in
      [
        "idx": number, "name": "\(number)", "path": module.0,
        "type": "sentence_transformers.models." + module.1,
      ]
    }
    try write(list, "modules.json")
  }
}
