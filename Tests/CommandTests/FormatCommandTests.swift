import Foundation
import Testing

/// What `index` makes of files of other kinds, and what commands say where they cannot help.
@Suite struct FormatCommandTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    return sandbox
  }

  private func texts(_ sandbox: Sandbox, _ index: String = "index") throws -> [String] {
    try sandbox.run("export", index, "--what", "all", "--out", "\(index).csv").succeeded()
    try sandbox.run("index", "\(index).csv", "--out", "again", "--force").succeeded()
    return try sandbox.run("export", "again", "--what", "all", "--out", "-").succeeded().text
      .split(separator: "\n").map {
        try #require(
          JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])["text"] as! String
      }
  }

  @Test func anArrayIsACorpus() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.json", "[{\"text\":\"one\"},\n{\"text\":\"two\"}]")
    try sandbox.run("index", "a.json", "--out", "index").succeeded()
    #expect(try texts(sandbox) == ["one", "two"])
    try sandbox.write("b.json", "[{\"text\":\"one\"},\n{\"txt\":\"two\"}]")
    try sandbox.run("index", "b.json", "--out", "other").fails(saying: "b.json:2 (element 2): ")
  }

  @Test func standardInputIsLookedInto() throws {
    let sandbox = try sandbox()
    try sandbox.run(
      "index", "-", "--out", "index", input: Data("{\"text\":\"one\"}\n{\"text\":\"two\"}".utf8)
    ).succeeded()
    #expect(try texts(sandbox) == ["one", "two"])
    try sandbox.run("index", "-", "--out", "lines", input: Data("one\n{two}".utf8)).succeeded()
    #expect(try texts(sandbox, "lines") == ["one", "{two}"])
    try sandbox.run(
      "index", "-", "--format", "text", "--out", "asked", input: Data("{\"text\":\"one\"}".utf8)
    ).succeeded()
    #expect(try texts(sandbox, "asked") == ["{\"text\":\"one\"}"])
  }

  @Test func aPipeIsACorpusAndADeviceIsNot() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.jsonl", "{\"text\":\"one\"}\n{\"text\":\"two\"}\n")
    let piped = try sandbox.shell("$S index <(gzip -c a.jsonl) --out index --json")
    #expect(try piped.succeeded().object()["records"] as? Int == 2)
    for device in ["/dev/zero", "/dev/urandom", "/dev/null"] {
      try sandbox.run("index", device, "--out", "other").fails(saying: device, "a device")
    }
  }

  /// A pipe nobody writes to, in place of each file that is read.
  @Test(.timeLimit(.minutes(5))) func pipesAreNoFilesOfAnIndexOrAModel() throws {
    let sandbox = try Sandbox().deduplicated()
    func replaced(_ name: String, by commands: [String]...) throws {
      let (url, old) = (sandbox.url(name), try? sandbox.data(name))
      try? FileManager.default.removeItem(at: url)
      #expect(mkfifo(url.path, 0o644) == 0)
      for command in commands {
        try sandbox.run(command).fails(saying: (name as NSString).lastPathComponent, "a pipe")
      }
      try FileManager.default.removeItem(at: url)
      if let old { try old.write(to: url) }
    }
    for name in ["manifest.json", "catalog.sqlite", "catalog.sqlite-journal", "vectors.npy"] {
      try replaced(
        "index/" + name, by: ["verify", "index"], ["dedup", "index", "--threshold", "0.7"])
    }
    try replaced("index/index.faiss", by: ["verify", "index"])
    for name in ["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"] {
      try replaced(
        "model/" + name, by: ["model", "inspect", "model"],
        ["index", "corpus.jsonl", "--out", "other"])
    }
    for name in ["tokenizer.json", "modules.json", "sentence_bert_config.json"] {
      try replaced("model/" + name, by: ["index", "corpus.jsonl", "--out", "other"])
    }
  }

  @Test(.timeLimit(.minutes(5))) func longTextsOfMarksAndEmoji() throws {
    let sandbox = try sandbox()
    for (name, unit) in [
      ("jamo", "\u{1100}\u{1161}\u{11a8}"), ("vowels", "\u{1161}"), ("e", "e\u{323}\u{301}"),
      ("emoji", "👩\u{200d}"), ("flags", "🇩🇪"), ("indic", "\u{915}\u{94d}"),
    ] {
      let text = String(repeating: unit, count: 400_000 / unit.utf8.count)
      try sandbox.write("\(name).txt", "\(text)\n\(text)x\nhello\n")
      try sandbox.run("index", "\(name).txt", "--out", name).succeeded()
      try sandbox.run("dedup", name).succeeded()
    }
    for (name, unit) in [("acute", "\u{301}"), ("greek", "\u{344}"), ("mixed", "\u{301}\u{323}")] {
      let text = String(repeating: unit, count: 3_000_000 / unit.utf8.count)
      try sandbox.write("\(name).txt", "hello\na\(text)\n")
      try sandbox.run("index", "\(name).txt", "--out", name)
        .fails(saying: "\(name).txt:2: ", "256 combining marks", "--skip-invalid")
      try sandbox.run("index", "\(name).txt", "--out", name, "--skip-invalid").succeeded()
    }
  }

  @Test func otherFormatsAreNamed() throws {
    let sandbox = try sandbox()
    for (name, words) in [
      ("x.parquet", ["a Parquet file", "python -c", "read_parquet('x.parquet')"]),
      ("x.arrow", ["an Arrow file", "Dataset.from_file('x.arrow')"]),
      ("saved/state.json", ["a folder of Hugging Face datasets", "load_from_disk('saved')"]),
      ("dict/dataset_dict.json", ["for each split", "load_from_disk('dict')['train']"]),
      ("hub/data/train-0.parquet", ["load_dataset('hub', split='train')"]),
    ] {
      try sandbox.write(name, "PAR1")
      let corpus = name.split(separator: "/").map(String.init)[0]
      let outcome = try sandbox.run("index", corpus, "--out", "index")
      outcome.fails(saying: "hint: convert it")
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
    try sandbox.write("wide.csv", "text\na\n".data(using: .utf16)!)
    try sandbox.run("index", "wide.csv", "--out", "index")
      .fails(saying: "found UTF-16", "iconv -f UTF-16 -t UTF-8 wide.csv")
    #expect(!sandbox.exists("index"))
  }

  @Test func severalTextFieldsAreRemembered() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.jsonl", #"{"title":"T","body":"B"}"# + "\n")
    try sandbox.write("b.jsonl", #"{"id":"b","title":"U","body":"C"}"# + "\n")
    let fields = ["--text-field", "title", "--text-field", "body"]
    let separated = fields + ["--text-separator", ": "]
    try sandbox.run(["index", "a.jsonl", "--out", "index"] + separated).succeeded()
    try sandbox.run(["index", "--append", "b.jsonl", "--out", "index"] + fields)
      .fails(saying: "--text-separator ': '")
    try sandbox.run(
      "index", "--append", "b.jsonl", "--out", "index", "--text-field", "title"
    ).fails(saying: "--text-field title --text-field body, as the index was read")
    try sandbox.run(["index", "--append", "b.jsonl", "--out", "index"] + separated).succeeded()
    #expect(try texts(sandbox) == ["T: B", "U: C"])
    #expect(try sandbox.text("index.csv").hasPrefix("id,text,label,title,body\r\n"))
    try sandbox.run("index", "a.jsonl", "--text-separator", "x").fails(64)
  }

  @Test func chatsAreTexts() throws {
    let sandbox = try sandbox()
    try sandbox.write(
      "chat.jsonl",
      #"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes"}]}"#)
    try sandbox.run("index", "chat.jsonl", "--out", "index").succeeded()
    #expect(try texts(sandbox) == ["user: Hi\nassistant: Yes"])
  }

  @Test func missingLabelsAreCounted() throws {
    let sandbox = try sandbox()
    let rows = [#"{"text":"a","intent":"x"}"#, #"{"text":"b"}"#, #"{"text":"c","intent":null}"#]
    try sandbox.write("a.jsonl", rows.joined(separator: "\n"))
    let some = try sandbox.run("index", "a.jsonl", "--out", "i", "--label-field", "intent")
    #expect(try some.succeeded().errors.contains("2 of 3 records have no label in 'intent'"))
    #expect(try !sandbox.run("index", "a.jsonl", "--out", "k").succeeded().errors.contains("of 3"))
    for field in ["label", "intents", "stars"] {
      try sandbox.run("index", "a.jsonl", "--out", "j", "--label-field", field)
        .fails(saying: "a field '\(field)'", "'text', 'intent'", "--label-field intent?")
    }
  }

  @Test func tablesInTextFiles() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.txt", "text\tlabel\none\tx\n")
    try sandbox.run("index", "a.txt", "--out", "index").succeeded()
    #expect(try texts(sandbox) == ["one"])
    try sandbox.write("b.txt", "sentence\tlabel\none\tx\n")
    let lines = try sandbox.run("index", "b.txt", "--out", "other").succeeded()
    #expect(lines.errors.contains("'sentence', 'label'") && lines.errors.contains("--format tsv"))
  }

  @Test func advice() throws {
    let sandbox = try sandbox()
    try sandbox.writeCorpus()
    try sandbox.run("index", "corpus.jsonl", "--model", "nowhere")
      .fails(saying: "nowhere", "--model", "SIMCURATE_MODEL", "corpora/fetch.sh model")
    try sandbox.run("indx", "corpus.jsonl").fails(64, saying: "'indx'", "Did you mean 'index'?")
    try sandbox.run("frobnicate").fails(64, saying: "no command 'frobnicate'", "--help")
    #expect(try sandbox.run("help", "index").status == 0)
  }

  @Test func exportsSayWhichFormatsThereAre() throws {
    let sandbox = try Sandbox().indexed()
    try sandbox.run("export", "index", "--what", "all", "--out", "kept.parquet").fails(
      saying: "an export as JSONL, CSV or TSV", "'.parquet'", "read_json('kept.jsonl'")
    try sandbox.run("export", "index", "--what", "all", "--out", "kept.jsonl.gz")
      .fails(saying: "gzip")
  }

  @Test func taggedSentencesAreNotClassified() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.conll", "EU B-ORG\nrejects O\n\nParis B-LOC\n")
    try sandbox.run("index", "a.conll", "--out", "index").succeeded()
    try sandbox.run("finetune", "index")
      .fails(saying: "--task classify", "a tag for each word", "--task tokens", "--label-field")
    try sandbox.run("finetune", "index", "--tag-names", "O").fails(64, saying: "--task tokens")
  }

  /// `index` reads texts and takes any tags; `run` then does all that needs none, and says where they are wrong.
  @Test(arguments: [1, 23]) func aRunSaysWhichTagsCannotBeRead(line: Int) throws {
    let sandbox = try sandbox()
    let rows = (1...40).map { number in
      let tags = number == line ? #"["O"]"# : #"["B-X", "O"]"#
      return #"{"tokens": ["order", "number \#(number)"], "tags": \#(tags)}"#
    }
    try sandbox.write("corpus.jsonl", rows.joined(separator: "\n"))
    let fault = "corpus.jsonl:\(line): expected a tag in 'tags' for each of 2 tokens, found 1 tags"
    let outcome = try sandbox.run("run", "corpus.jsonl", "--out", "index").succeeded()
    #expect(outcome.errors.contains("no model: \(fault)"), "\(outcome.errors)")
    #expect(sandbox.exists("index/report.html"))
    try sandbox.run("finetune", "index", "--task", "tokens").fails(saying: fault)
    // Fields of the names alone are no tags.
    let texts = (1...20).map { #"{"text": "order number \#($0)", "entities": ["order"]}"# }
    try sandbox.write("list.jsonl", texts.joined(separator: "\n"))
    let other = try sandbox.run("run", "list.jsonl", "--out", "other").succeeded()
    #expect(
      other.errors.contains("no model: list.jsonl:1: expected entities with"), "\(other.errors)")
  }

  /// From CoNLL files to a tagger that gives entities with their places, and columns again.
  @Test func namedEntitiesFromFilesToPredictions() throws {
    let sandbox = try sandbox()
    func sentences(_ places: [String], _ verbs: [String]) -> String {
      places.flatMap { place in
        verbs.map { "m O\n\($0) O\nn B-LOC\n\(place) I-LOC\n. O\n\n" }
      }.joined()
    }
    // Letters are what the tiny model's vocabulary has for sure.
    let verbs = ["a", "b", "c", "d", "e", "f"]
    try sandbox.write("train.conll", sentences(["q", "r", "w", "z"], verbs))
    try sandbox.write("test.conll", sentences(["q", "r"], ["g", "h"]))
    try sandbox.run(
      "index", "--train", "train.conll", "--test", "test.conll", "--out", "index"
    ).succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.999").succeeded()
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    let trained = try sandbox.run(
      "finetune", "index", "--task", "tokens", "--out", "tagger", "--steps", "150", "--patience",
      "99",
      "--learning-rate", "0.005", "--training-precision", "f32"
    ).succeeded()
    for part in ["B-LOC", "I-LOC", "micro avg", "LOC", "training had not"] {
      #expect(trained.text.contains(part), "\(part)")
    }
    let again = try sandbox.run(
      "finetune", "index", "--task", "tokens", "--out", "tagger", "--steps", "150", "--patience",
      "99",
      "--learning-rate", "0.005", "--training-precision", "f32"
    ).succeeded()
    #expect(again.text.contains("nothing to do"))
    let line = try sandbox.run("predict", "tagger", "m c n w.", "--json").succeeded()
    let row = try #require(
      JSONSerialization.jsonObject(with: line.output) as? [String: Any])
    let entity = try #require((row["entities"] as? [[String: Any]])?.first)
    #expect(entity["label"] as? String == "LOC" && entity["text"] as? String == "n w")
    #expect(entity["start"] as? Int == 4 && entity["end"] as? Int == 7)
    let scored = try sandbox.run(
      "predict", "tagger", "--file", "test.conll", "--out", "answers.conll"
    ).succeeded()
    #expect(scored.text.contains("4 texts") && scored.text.contains("F1"))
    let columns = try sandbox.text("answers.conll").split(separator: "\n")
    #expect(columns.count == 20 && columns[0] == "m\tO")
    try sandbox.run("predict", "tagger", "x", "--top-k", "2").fails(64, saying: "--top-k")
  }

  @Test func removalsCarryBothTexts() throws {
    let sandbox = try sandbox()
    try sandbox.write("a.csv", "id,text\na,\"one, two.\"\nb,x\n")
    try sandbox.write("t.csv", "id,text\nt,\"One, two\"\nu,y\n")
    try sandbox.run("index", "--train", "a.csv", "--test", "t.csv", "--out", "index").succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.9").succeeded()
    try sandbox.run("export", "index", "--what", "removals", "--out", "r.jsonl").succeeded()
    let row = try #require(sandbox.rows("r.jsonl").first)
    #expect(row["text"] as? String == "one, two." && row["witness_text"] as? String == "One, two")
    #expect(row["scope"] as? String == "train-test" && row["stage"] is String)
    try sandbox.run("export", "index", "--what", "removals", "--out", "r.csv").succeeded()
    let csv = try sandbox.text("r.csv")
    #expect(csv.hasPrefix("id,witness,score,stage,scope,rule,guards,text,witness_text\r\n"))
    #expect(csv.contains(",train-test,") && csv.contains(",\"one, two.\",\"One, two\"\r\n"))
  }
}
