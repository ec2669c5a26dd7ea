import Foundation
import Testing

/// What the command says when it refuses, to the letter, beside its exit code: `Golden/messages.txt`
/// is read as a person reads it. `SIMCURATE_RECORD=1` writes it anew.
@Suite struct MessageTests {
  private static let golden = Sandbox.repository
    .appendingPathComponent("Tests/CommandTests/Golden/messages.txt")

  /// Files that cannot be used, each with one fault.
  private static let files = [
    "empty.jsonl": "",
    "cut.jsonl": #"{"text": "one"}"# + "\n" + #"{"text": "two""# + "\n",
    "other-field.jsonl": #"{"txt": "one", "label": "a"}"# + "\n",
    "twice.jsonl": #"{"id": "x", "text": "a"}"# + "\n" + #"{"id": "x", "text": "b"}"# + "\n",
    "ragged.csv": "id,text,label\n1,a,b\n2,c\n",
    "quote.csv": "id,text\n1,\"a\n",
    "no-column.csv": "id,sentence\n1,a\n",
    "unknown.bin": "text\n",
    "lone.conll": "word\n",
    "tags.jsonl": #"{"tokens": ["a", "b"], "tags": ["O"]}"# + "\n",
    "marks.jsonl": #"{"text": "<e1>a</e1> b", "label": "r"}"# + "\n",
    "answer.jsonl":
      #"{"question": "q", "context": "c", "answers": {"text": ["d"], "answer_start": [0]}}"#
      + "\n",
    "plain.txt": (0..<40).map { "A text of its own, number \($0 * 37)." }.joined(separator: "\n"),
    "judged.jsonl": #"{"a": "x", "b": "y"}"# + "\n",
    "predictions.jsonl": #"{"id": "1", "prediction": "a"}"# + "\n",
    "recipe.yaml": "thresold: 0.9\n",
    "decisions.jsonl": #"{"id": "none", "decision": "keep"}"# + "\n",
  ]

  /// One command a line; `index` is indexed alone, `done` has been through dedup, cluster and split.
  private static let commands = """
    index
    index missing.jsonl --out new
    index empty.jsonl --out new
    index cut.jsonl --out new
    index other-field.jsonl --out new
    index twice.jsonl --out new
    index ragged.csv --out new
    index quote.csv --out new
    index no-column.csv --out new
    index unknown.bin --out new
    index lone.conll --out new
    index answer.jsonl --out new
    index corpus.jsonl --out new --label-field nothing
    index corpus.jsonl --out new --id-field nothing
    index corpus.jsonl --out new --model missing
    index corpus.jsonl --out new --maximum-tokens 0
    index corpus.jsonl --out new --threads 0
    index corpus.jsonl --out corpus.jsonl
    index corpus.jsonl --out model
    index corpus.jsonl --out new --append
    index plain.txt --out done
    dedup missing
    dedup model
    dedup index --threshold 0
    dedup index --threshold 1.5
    dedup index --threshold high
    dedup index --stages nothing
    dedup index --lexical-threshold 2
    dedup index --containment 0
    dedup index --shingles 0w
    dedup index --guards nothing
    dedup index --keep nothing
    dedup index --keep max:nothing
    dedup index --protect nothing
    dedup index --protect-field nothing
    dedup index --reviewed decisions.jsonl
    cluster index
    cluster done --threshold 2
    split index
    split done --shares 0.5,0.5
    split done --shares 0.5,0.4,0.4
    split done --folds 1
    split done --budget 0
    split done --budget-tokens 0
    split done --quota a=0
    split done --quality-weight 2
    split done --selection mmr
    split done --balance nothing
    split done --time-field nothing
    split done --group-field nothing
    split done --disjoint entities
    keep done nothing
    drop done nothing
    undo done nothing
    explain done nothing
    search done
    search done parcel -k 0
    search index parcel --model missing
    export index --what splits --out rows
    export index --what nothing
    export done --what removals --out model
    leak --train corpus.jsonl
    leak --train corpus.jsonl --test missing.jsonl
    calibrate --pairs judged.jsonl --model model
    adapt done --pairs judged.jsonl --out tuned
    adapt done --pairs missing.jsonl --out tuned
    finetune done --out model
    finetune done --out tuned --epochs 0
    finetune done --out tuned --learning-rate 0
    finetune done --out tuned --batch-size 0
    finetune done --out tuned --dropout 1
    finetune done --out tuned --task nothing
    finetune done --out tuned --task tokens
    finetune done --out tuned --task pairs
    finetune done --out tuned --task regress
    finetune done --out tuned --task relations
    finetune done --out tuned --task questions
    finetune done --out tuned --recipe recipe.yaml
    finetune done --out tuned --recipe missing.yaml
    finetune done --out tuned --method lora --lora-rank 0
    finetune done --out tuned --shots 0
    sweep done --out swept
    compare index
    compare done --seeds 0
    compare done --test-share 2
    compare done --folds 0
    compare done --folds 11
    compare done --folds 5 --test-share 0.1
    compare done --folds 5 --inject
    compare --folds 5 --predictions predictions.jsonl predictions.jsonl
    compare done --study-steps 0
    compare done --task tokens
    compare --predictions predictions.jsonl
    compare --predictions missing.jsonl missing.jsonl
    predict missing plain.txt
    predict model plain.txt
    report missing
    report index --format nothing
    verify missing
    composition done --by nothing
    embed plain.txt --out missing/vectors.npy
    embed plain.txt --out vectors.npy --precision nothing
    embed plain.txt --out vectors.npy --prompt nothing
    tokenize plain.txt --model missing
    model inspect missing
    run corpus.jsonl --out done --threshold 0
    nothing
    """

  @Test func refusalsReadAsRecorded() throws {
    let sandbox = try Sandbox().indexed()
    for (name, text) in Self.files { try sandbox.write(name, text) }
    try FileManager.default.copyItem(at: sandbox.url("index"), to: sandbox.url("done"))
    try sandbox.run("dedup", "done", "--threshold", "0.8").succeeded()
    for step in ["cluster", "split"] { try sandbox.run(step, "done").succeeded() }
    let before = try sandbox.snapshot("done")

    var said = ""
    for line in Self.commands.split(separator: "\n") {
      let outcome = try sandbox.run(line.split(separator: " ").map(String.init))
      #expect(outcome.signal == nil, "\(line)")
      said += "$ simcurate \(line)\n"
      said += outcome.errors.replacingOccurrences(of: sandbox.folder.path, with: "FOLDER")
      said += "exit \(outcome.status)\n\n"
    }
    #expect(try sandbox.snapshot("done") == before, "a refused command changed the index")
    #expect(!sandbox.exists("new") && !sandbox.exists("tuned"))

    if ProcessInfo.processInfo.environment["SIMCURATE_RECORD"] != nil {
      try said.write(to: Self.golden, atomically: true, encoding: .utf8)
      Issue.record("recorded \(Self.golden.path): look at what changed")
    }
    let known = try String(contentsOf: Self.golden, encoding: .utf8)
    let parts = (said.components(separatedBy: "\n\n"), known.components(separatedBy: "\n\n"))
    #expect(parts.0.count == parts.1.count)
    for (now, then) in zip(parts.0, parts.1) where now != then {
      Issue.record("now:\n\(now)\nrecorded:\n\(then)")
    }
  }
}
