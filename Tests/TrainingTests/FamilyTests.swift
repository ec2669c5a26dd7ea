import Foundation
import Testing
import Training
import Transformer

@Suite struct FamilyTests {
  /// The encoders' golden models lie in another room's tests.
  private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("TransformerTests/Golden/families")

  @Test(arguments: ["distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "nomic-bert"])
  func familiesThatDoNotTrainAreRefused(name: String) throws {
    let url = Self.models.appendingPathComponent(name)
    let folder = try ModelFolder(at: url)
    let error = try #require(throws: TrainingError.self) {
      try Network(folder: folder, labels: 2, seed: 0)
    }
    #expect(error.expected.contains("\"bert\""))
    #expect(error.found == "\"\(folder.configuration.modelType)\"")
  }
}
