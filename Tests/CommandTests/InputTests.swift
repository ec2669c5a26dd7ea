import Foundation
import Testing

/// What the command says about input that cannot be used; the folder it would write stays away.
@Suite struct InputTests {
  private func refuse(
    _ text: String?, name: String = "bad.jsonl", saying words: [String], options: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    if let text { try sandbox.write(name, text) }
    let outcome = try sandbox.run(["index", name, "--out", "index"] + options)
    outcome.fails(at: location)
    for word in words {
      #expect(
        outcome.errors.contains(word), "no '\(word)' in: \(outcome.errors)",
        sourceLocation: location)
    }
    #expect(!sandbox.exists("index"), sourceLocation: location)
  }

  @Test func missingFile() throws { try refuse(nil, saying: ["bad.jsonl"]) }

  @Test func emptyCorpus() throws {
    try refuse("", saying: ["bad.jsonl", "at least one record"])
    try refuse("\n\n", saying: ["bad.jsonl", "at least one record"])
  }

  @Test func malformedLine() throws {
    try refuse(
      #"{"text": "one"}"# + "\n" + #"{"text": "two""# + "\n", saying: ["bad.jsonl:2: "])
  }

  @Test func wrongField() throws {
    try refuse(
      #"{"txt": "one", "label": "a"}"# + "\n", saying: ["bad.jsonl", "'text'", "'txt'", "hint: "])
  }

  @Test func duplicateIds() throws {
    try refuse(
      ["x", "y", "x"].map { #"{"id": "\#($0)", "text": "t"}"# }.joined(separator: "\n"),
      saying: ["bad.jsonl:3", "bad.jsonl:1", "x"])
  }

  @Test func invalidUTF8() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write(
      "bad.jsonl",
      Data("{\"text\": \"one\"}\n{\"text\": \"".utf8) + Data([0xFF]) + Data("\"}\n".utf8))
    let outcome = try sandbox.run("index", "bad.jsonl", "--out", "index")
    outcome.fails(saying: "bad.jsonl:2: ", "UTF-8")
    #expect(!sandbox.exists("index"))
  }

  @Test func folderAsCorpus() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.run("index", "model", "--out", "index").fails(saying: "model", "file")
    #expect(!sandbox.exists("index"))
  }

  @Test func skipInvalidCountsAndLists() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("some.jsonl", "{\"text\": \"one\"}\n{\"text\": }\n{\"text\": \"three\"}\n")
    let outcome = try sandbox.run(
      "index", "some.jsonl", "--out", "index", "--skip-invalid", "--json"
    ).succeeded()
    #expect(outcome.errors.contains("some.jsonl:2"))
    #expect(try outcome.object()["skippedLines"] as? Int == 1)
    #expect(try outcome.object()["records"] as? Int == 2)
  }

  @Test func otherFilesAreLeftAlone() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.writeCorpus()
    try sandbox.write("index/thesis.txt", "years of work")
    try sandbox.run("index", "corpus.jsonl", "--out", "index").fails(
      saying: "another file, 'thesis.txt'", "--out")
    #expect(try sandbox.snapshot("index") == ["thesis.txt": Data("years of work".utf8)])
  }

  @Test func anotherProgramsManifestIsLeftAlone() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.writeCorpus()
    try sandbox.write("site/manifest.json", "{\"name\": \"a web site\"}")
    try sandbox.run("index", "corpus.jsonl", "--out", "site").fails(saying: "site", "--out")
    #expect(try Set(sandbox.snapshot("site").keys) == ["manifest.json"])
  }

  @Test func wrongUsageIs64() throws {
    let sandbox = try Sandbox()
    for arguments in [
      ["index"], ["dedup", "index", "--threshold", "1.5"], ["nonsense"],
      ["dedup", "index", "--guards", "nmbers"], ["split", "index", "--shares", "1,2"],
      ["search", "index", "text", "-k", "0"], ["verify", "index", "--no-such-option"],
      ["embed", "file"], ["leak", "--train", "a", "--test", "b", "--max-rate", "2"],
      ["index", "a.jsonl", "--threads", "0"], ["finetune", "index", "--arm", "other"],
    ] {
      try sandbox.run(arguments).fails(64, saying: "Usage")
    }
  }
}
