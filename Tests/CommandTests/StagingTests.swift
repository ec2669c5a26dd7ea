import Foundation
import Testing

/// What a killed run left beside or in an index never becomes part of one.
@Suite struct StagingTests {
  private let leftovers = [
    ".vectors.npy.2000000000-1.simcurate", ".index.faiss.2000000000-2.simcurate",
    ".manifest.json.2000000000-3.simcurate", "catalog.sqlite-journal",
  ]

  @Test func leftoversInTheStagingFolderAreCleared() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    for name in leftovers { try sandbox.write("index.partial/" + name, "half") }
    try sandbox.run("index", "corpus.jsonl", "--out", "index").succeeded()
    let names = try FileManager.default.contentsOfDirectory(
      atPath: sandbox.url("index").path)
    #expect(
      names.sorted() == ["catalog.sqlite", "index.faiss", "manifest.json", "vectors.npy"])
    #expect(!sandbox.exists("index.partial"))
  }

  @Test func anIndexWithLeftoversIsReplaced() throws {
    let sandbox = try Sandbox().indexed()
    for name in leftovers.dropLast() { try sandbox.write("index/" + name, "half") }
    try sandbox.write("fewer.txt", "Where is my parcel?\nI want my money back.\n")
    try sandbox.run("index", "fewer.txt", "--out", "index", "--force").succeeded()
    let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.url("index").path)
    #expect(names.count == 4)
  }

  @Test func filesOfOthersAreNeverTouched() throws {
    let sandbox = try Sandbox()
    try sandbox.writeCorpus()
    try TinyModel.write(to: sandbox.url("model"))
    for name in [
      "notes.txt", ".vectors.npy.x.simcurate", "report.html.2000000000-1.simcurate",
    ] {
      for folder in ["index", "index.partial"] {
        try sandbox.write("\(folder)/\(name)", "mine")
        try sandbox.run("index", "corpus.jsonl", "--out", "index").fails(saying: "'\(name)'")
        #expect(try sandbox.text("\(folder)/\(name)") == "mine")
        try FileManager.default.removeItem(at: sandbox.url(folder))
      }
    }
  }
}
