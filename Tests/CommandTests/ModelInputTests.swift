import Foundation
import Testing

/// Model folders that cannot be used are refused with the reason, before anything is written.
@Suite struct ModelInputTests {
  private func refuse(
    _ words: String..., damage: (Sandbox) throws -> Void,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.writeCorpus()
    try damage(sandbox)
    for arguments in [["index", "corpus.jsonl", "--out", "index"], ["model", "inspect", "model"]] {
      let outcome = try sandbox.run(arguments)
      outcome.fails(at: location)
      for word in words {
        #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: location)
      }
    }
    #expect(!sandbox.exists("index"), sourceLocation: location)
  }

  @Test func missingFolder() throws {
    try refuse("a model folder", "hint: ", "config.json") {
      try FileManager.default.removeItem(at: $0.url("model"))
    }
  }

  @Test func unknownArchitecture() throws {
    try refuse("model_type", "mamba") {
      let text = try $0.text("model/config.json")
      try $0.write(
        "model/config.json", text.replacingOccurrences(of: #""bert""#, with: #""mamba""#))
    }
  }

  @Test func truncatedWeights() throws {
    for share in [0.01, 0.5, 0.999] {
      try refuse("model.safetensors") {
        let data = try $0.data("model/model.safetensors")
        try $0.write("model/model.safetensors", data.prefix(Int(Double(data.count) * share)))
      }
    }
  }

  @Test func hostileHeaders() throws {
    let huge = Data(repeating: 0xFF, count: 7) + Data([0x7F])
    let overlong =
      #"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#
    let length = withUnsafeBytes(of: UInt64(overlong.utf8.count).littleEndian) { Data($0) }
    for data in [Data(), huge + Data("{}".utf8), length + Data(overlong.utf8)] {
      try refuse("model.safetensors") { try $0.write("model/model.safetensors", data) }
    }
  }

  @Test func searchWithAnotherModel() throws {
    let sandbox = try Sandbox().indexed()
    try TinyModel.write(to: sandbox.url("other"), seed: 2)
    try sandbox.run("search", "index", "hello", "--model", "other")
      .fails(saying: "expected an index built with other", "found one built with model", "--model")
  }
}
