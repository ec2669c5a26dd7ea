import Files
import Foundation
import Testing
import Transformer

/// Every family's classification head against transformers: Golden/generate_heads.py made the heads
/// and the logits.
@Suite struct ClassificationHeadTests {
  private static let names = [
    "tiny-bert", "families/distilbert", "families/roberta", "families/xlm-roberta",
    "families/mpnet", "families/modernbert", "families/modernbert-biased", "families/nomic-bert",
  ]

  private func cases(_ name: String) throws -> [Golden.Case] {
    try Golden.cases("\(name)/heads.safetensors", "logits")
  }

  /// The golden encoder and its head in one folder, but for the tensors `isLeftOut` names.
  private func model(
    _ name: String, configuration change: (inout [String: Any]) -> Void = { _ in },
    isLeftOut: (String) -> Bool = { _ in false }
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let data = try Data(contentsOf: Golden.url("\(name)/config-head.json"))
    var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&fields)
    _ = try folder.file("config.json", JSONSerialization.data(withJSONObject: fields))
    let head = try Safetensors(file: Golden.url("\(name)/heads.safetensors")).tensors.values
      .filter { $0.name.first?.isNumber != true }
    let prefix = try prefix(name)
    let encoder = try Safetensors(folder: Golden.url(name)).tensors.values
      .filter { tensor in !head.contains { $0.name == tensor.name } }
    let tensors = try (encoder + head).filter { !isLeftOut($0.name) }.map { tensor in
      let values = try tensor.float32()
      let isOfHead = head.contains { $0.name == tensor.name }
      let isBare = !isOfHead && !tensor.name.hasPrefix(prefix)
      return WeightTensor(
        name: (isBare ? prefix : "") + tensor.name, shape: tensor.shape, pointer: values.pointer,
        owner: Golden.Kept(values))
    }
    try Safetensors.write(tensors, to: folder.url.appendingPathComponent("model.safetensors"))
    return folder
  }

  private func prefix(_ name: String) throws -> String {
    switch try ModelFolder(at: Golden.url(name)).configuration.modelType {
    case "modernbert": "model."
    case "nomic_bert": "nomic_bert."
    case "xlm-roberta": "roberta."
    case let type: type + "."
    }
  }

  private func logits(_ url: URL, _ precision: Precision, _ sentences: [[Int32]]) throws
    -> [[Float]]
  {
    try ClassifyingEncoder(ModelFolder(at: url), precision: precision).logits(sentences)
  }

  @Test(arguments: names)
  func logitsEqualTransformers(name: String) throws {
    let folder = try model(name)
    let cases = try cases(name)
    let found = try logits(folder.url, .float32, cases.map(\.ids))
    for (golden, found) in zip(cases, found) {
      let distance = zip(golden.values, found).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(distance < 2e-5, "\(name), \(golden.ids.count) tokens: \(found)")
    }
    #expect(try ModelFolder(at: folder.url).configuration.labels.count == 3)
  }

  @Test(arguments: names, Precision.supported)
  func logitsDependOnTheirSentenceAlone(name: String, precision: Precision) throws {
    let folder = try model(name)
    let sentences = try cases(name).map(\.ids)
    let encoder = try ClassifyingEncoder(ModelFolder(at: folder.url), precision: precision)
    let alone = sentences.map { encoder.logits([$0])[0] }
    #expect(encoder.logits(sentences.reversed()) == alone.reversed())
    #expect(encoder.logits([]).isEmpty)
  }

  @Test(arguments: names)
  func aMissingOrMisshapenHeadIsToldByName(name: String) throws {
    let bare = try ModelFolder(at: Golden.url(name))
    if name == "families/xlm-roberta" {
      // transformers saved it with a head for two classes without names.
      #expect(try ClassifyingEncoder(bare).labels == ["LABEL_0", "LABEL_1"])
    } else {
      #expect(throws: FileError.self) { try ClassifyingEncoder(bare) }
    }
    let cut = try model(name, isLeftOut: { $0 == "classifier.bias" || $0.hasSuffix("proj.bias") })
    #expect(throws: FileError.self) { try ClassifyingEncoder(ModelFolder(at: cut.url)) }
    let names = ["0": "a", "1": "b"]
    let fewer = try model(name, configuration: { $0["id2label"] = names })
    let error = try #require(throws: FileError.self) {
      try ClassifyingEncoder(ModelFolder(at: fewer.url))
    }
    #expect(error.expected.contains("[2, 32]") && error.found == "[3, 32]")
  }

  @Test func settingsOfTheHeadThatWeDoNotRunAreRefused() throws {
    for (field, value) in [("classifier_pooling", "max"), ("classifier_activation", "selu")] {
      let folder = try model("families/modernbert", configuration: { $0[field] = value })
      let error = try #require(throws: FileError.self) {
        try ClassifyingEncoder(ModelFolder(at: folder.url))
      }
      #expect(error.expected.contains(field) && error.found == "\"\(value)\"")
    }
  }

  /// transformers leaves out `id2label` where there are two classes without names.
  @Test func classesWithoutNamesHaveTheNamesOfTransformers() throws {
    let folder = try model(
      "tiny-bert",
      configuration: {
        $0["id2label"] = nil
        $0["num_labels"] = 3
      })
    let encoder = try ClassifyingEncoder(ModelFolder(at: folder.url), precision: .float32)
    #expect(encoder.labels == ["LABEL_0", "LABEL_1", "LABEL_2"])
    let two = try model("tiny-bert", configuration: { $0["id2label"] = nil })
    let error = try #require(throws: FileError.self) {
      try ClassifyingEncoder(ModelFolder(at: two.url))
    }
    #expect(error.expected.contains("[2, 32]") && error.found == "[3, 32]")
  }

  @Test func otherProblemsAreRefused() throws {
    let problem = "token_classification"
    let folder = try model("tiny-bert", configuration: { $0["problem_type"] = problem })
    let error = try #require(throws: FileError.self) {
      try ClassifyingEncoder(ModelFolder(at: folder.url))
    }
    #expect(error.expected.contains("problem_type") && error.found == "\"\(problem)\"")
  }

  @Test func numbersHaveOneOutput() throws {
    let folder = try model("tiny-bert", configuration: { $0["problem_type"] = "regression" })
    let error = try #require(throws: FileError.self) {
      try ClassifyingEncoder(ModelFolder(at: folder.url))
    }
    #expect(error.expected.contains("one output") && error.found == "3")
  }

  @Test func probabilitiesFollowTheProblem() {
    let one = ClassificationProblem.singleLabel.probabilities([0, 1, 1000])
    #expect(one.reduce(0, +) == 1 && one[2] == 1)
    let many = ClassificationProblem.multiLabel.probabilities([0, 1, -1])
    #expect(ClassificationProblem.regression.probabilities([-2.5]) == [-2.5])
    #expect(many[0] == 0.5 && abs(many[1] + many[2] - 1) < 1e-12 && many[1] > 0.7)
  }
}
